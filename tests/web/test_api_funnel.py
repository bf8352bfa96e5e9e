"""The funnel and the sites for programs."""

import pytest

from tests.builders import make_bofu_lead, make_house, record
from tests.people import log_in
from tracker.workspaces.domain import Role


@pytest.fixture
def house(session, client):
    house = make_house(session)
    make_bofu_lead(session, house)
    record(session, house.page("/blog/one", anonymous_id="browser"))
    session.commit()
    log_in(client, Role.VIEWER, house.workspace)
    return house


def test_the_funnel_counts_whoever_reached_or_passed(client, house):
    found = client.get("/api/v1/funnel").json
    assert [step["reached"] for step in found["steps"]][:5] == [2, 1, 1, 1, 0]
    assert found["steps"][1]["skipped"] == 1
    assert found["steps"][2]["rate"]["numerator"] == 1
    assert client.get("/api/v1/funnel?who=known").json["population"] == 1


@pytest.mark.parametrize(
    "query", ["period=soon", "from=2026-13-01", "channel=pigeon", "who=me",
              "from=2026-02-02&to=2026-01-01", "x=1"]
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_refused(client, house, query):
    assert client.get(f"/api/v1/funnel?{query}").status_code == 422
    assert client.get(f"/api/v1/funnel/people?step=tofu&{query}").status_code == 422


def test_a_pipeline_that_is_not_there_has_no_funnel(client, house):
    assert client.get("/api/v1/funnel?pipeline=none").status_code == 404


def test_every_number_of_the_funnel_is_a_list_of_people(client, house):
    for step in client.get("/api/v1/funnel").json["steps"]:
        for part in ("reached", "direct", "skipped", "went", "waiting", "left"):
            query = f"step={step['code']}&part={part}"
            listed = client.get(f"/api/v1/funnel/people?{query}").json
            assert (query, listed["total"], len(listed["items"])) == (query, step[part], step[part])


def test_a_step_that_is_not_there_has_no_people(client, house):
    assert client.get("/api/v1/funnel/people?step=none").status_code == 404
    assert client.get("/api/v1/funnel/people").status_code == 422
    assert client.get("/api/v1/funnel/people?step=tofu&part=half").status_code == 422


def test_sites_say_whether_they_were_heard_of(client, house):
    (site,) = client.get("/api/v1/sites").json["items"]
    assert (site["name"], site["status"], site["last_at"]) == ("Web", "waiting", None)
    assert site["today"]["received"] == 0


def test_nobody_reads_without_logging_in(app, house):
    for path in ("funnel", "funnel/people?step=tofu", "sites", "leads", "touches", "deals"):
        answer = app.test_client().get(f"/api/v1/{path}")
        assert (answer.status_code, answer.json["code"]) == (401, 401)
