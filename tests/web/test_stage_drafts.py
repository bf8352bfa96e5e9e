"""Drafts of the stage model: who would move, publish, and back."""

import pytest

from tests.builders import NOON, make_bofu_lead, make_house
from tests.editing import fields, seen_on
from tests.people import log_in
from tracker import versions as way
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.workspaces.domain import Role


@pytest.fixture
def house(session, client):
    found = make_house(session)
    make_bofu_lead(session, found)
    session.commit()
    log_in(client, Role.MARKETER, found.workspace)
    return found


def finish(session):
    session.rollback()
    while way.step(session, now=NOON):
        pass
    session.commit()


def test_a_marketer_edits_sees_who_would_move_publishes_and_goes_back(client, session, house):
    seen = seen_on(client.get("/stages/edit"))
    form = fields(seen=seen, **{"rules[4].from_stage": "mofu"})
    assert client.post("/stages/edit", data=form).location == "/stages/draft"
    finish(session)
    page = client.get("/stages/draft").text
    assert "ana@firm.example" in page
    assert "ana@firm.example" in client.get("/stages/draft/leads?from=bofu&to=").text
    assert "1 open offer is withdrawn" in page
    client.post("/stages/publish", data={"version": 2})
    assert "Being published" in client.get("/stages").text
    finish(session)
    assert stages.active(session, house.workspace.id)[1].version == 2
    assert "/stages/draft?version=1" in client.get("/stages").text
    client.post("/stages/publish", data={"version": 1})
    finish(session)
    assert stages.active(session, house.workspace.id)[1].version == 1


def test_a_draft_is_thrown_away(client, session, house):
    client.post("/stages/edit", data=fields(seen=seen_on(client.get("/stages/edit"))))
    client.post("/stages/draft/discard")
    assert versions.draft_of(session, house.workspace.id) is None
    assert client.get("/stages/draft").status_code == 404


@pytest.mark.parametrize("version", ["", "7", "-1", "x", "9" * 30])
def test_a_version_that_does_not_exist_is_not_published(client, house, version):
    assert client.post("/stages/publish", data={"version": version}).status_code == 404


def test_a_viewer_may_look_and_not_edit(client):
    log_in(client, Role.VIEWER)
    assert "Edit the rules" not in client.get("/stages").text
    assert client.get("/stages/edit").status_code == 403
