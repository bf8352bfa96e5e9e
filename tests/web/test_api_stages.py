"""Versions, back-tests and evidence for programs."""

import pytest

from tests.builders import House, make_house
from tests.histories import WINNER, live
from tests.people import log_in
from tracker import versions as way
from tracker.clock import utcnow
from tracker.stages import versions
from tracker.stages.documents import default_document
from tracker.stages.domain import Work
from tracker.workspaces.domain import Role


@pytest.fixture
def house(session, client) -> House:
    """Return a house with one won deal and a draft that was tested, and log a marketer in."""
    found = make_house(session)
    live(session, found, WINNER)
    row = versions.save_draft(session, found.workspace.id, default_document())
    way.begin(session, row, Work.COMPARE, now=utcnow())
    while way.step(session, now=utcnow()):
        pass
    session.commit()
    log_in(client, Role.MARKETER, found.workspace)
    return found


def test_versions_are_listed(client, house):
    found = client.get("/api/v1/stages/versions").json
    assert [(one["version"], one["is_draft"], one["is_in_force"]) for one in found] == [
        (2, True, False),
        (1, False, True),
    ]


def test_a_back_test_says_what_the_page_says(client, house):
    found = client.get("/api/v1/stages/versions/2/backtest").json
    assert (found["version"], found["live_version"]) == (2, 1)
    for side in ("told", "live"):
        before = found[side]["before"]
        assert (before["numerator"], before["denominator"], before["is_few"]) == (1, 1, True)
        assert (found[side]["offers"], found[side]["shift"]["deals"]) == (1, 1)


def test_a_version_that_was_not_tested_is_a_conflict(client, house):
    assert client.get("/api/v1/stages/versions/1/backtest").status_code == 409
    assert client.post("/api/v1/stages/versions/1/backtest").status_code == 409


def test_a_back_test_is_begun(client, house):
    answer = client.post("/api/v1/stages/versions/2/backtest")
    assert (answer.status_code, answer.json["compared_at"]) == (202, None)
    assert client.get("/api/v1/stages/versions/2/backtest").status_code == 409


@pytest.mark.parametrize("by", ["kind", "item"])
def test_evidence_has_its_counts(client, house, by):
    found = client.get(f"/api/v1/stages/evidence?by={by}").json
    assert found["base"]["denominator"] == 1
    assert found["items"]
    assert all(one["points"] is None and one["touched"]["is_few"] for one in found["items"])


@pytest.mark.parametrize("query", ["by=colour", "colour=red"])
def test_evidence_about_nothing_is_malformed(client, house, query):
    assert client.get(f"/api/v1/stages/evidence?{query}").status_code == 422


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_version_that_does_not_exist_is_not_found(client, house, method):
    assert client.open("/api/v1/stages/versions/9/backtest", method=method).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_viewer_may_not_test_versions(client, house, method):
    log_in(client, Role.VIEWER, house.workspace)
    assert client.open("/api/v1/stages/versions/2/backtest", method=method).status_code == 403
    assert client.get("/api/v1/stages/evidence").status_code == 200
