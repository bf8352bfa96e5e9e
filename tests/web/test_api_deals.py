"""Deals for programs: the five of each endpoint."""

import pytest

from tests.builders import NOON, make_bofu_lead, make_house
from tests.people import log_in
from tracker import journey
from tracker.handoff import service as handoff
from tracker.handoff.domain import HandoffStatus
from tracker.workspaces.domain import Role

BODIES = {
    "move": {"stage": "none", "version": 1},
    "win": {},
    "lose": {"reason": "none"},
    "reopen": {},
}


@pytest.fixture
def house(session, client):
    house = make_house(session)
    make_bofu_lead(session, house)
    code = handoff.queue(session, house.workspace.id)[0].code
    yes = handoff.Answer(verdict=HandoffStatus.ACCEPTED, by=None)
    journey.answer_handoff(session, house.workspace, code, answer=yes, now=NOON)
    session.commit()
    log_in(client, Role.REP, house.workspace)
    return house


@pytest.fixture
def at(client, house):
    """Return the address of the one deal."""
    return f"/api/v1/deals/{client.get('/api/v1/deals').json['items'][0]['code']}"


def second_stage(client):
    return client.get("/api/v1/pipelines").json["items"][0]["stages"][1]


def lost_reason(client):
    return client.get("/api/v1/pipelines").json["lost_reasons"][0]


def test_deals_are_listed_by_status_pipeline_and_words(client, at):
    pipeline = client.get(at).json["pipeline"]["code"]
    for query, total in (
        ("status=open", 1),
        ("status=won", 0),
        (f"pipeline={pipeline}", 1),
        ("q=firm", 1),
        ("q=nobody", 0),
    ):
        assert (query, client.get(f"/api/v1/deals?{query}").json["total"]) == (query, total)
    assert client.get("/api/v1/deals?pipeline=none").status_code == 404
    assert client.get("/api/v1/deals?status=gone").status_code == 422


def test_title_and_value_are_changed_and_the_rest_stays(client, at):
    assert client.patch(at, json={"value": "1200.50"}).json["value"] == "1200.50"
    renamed = client.patch(at, json={"title": "Firm, 20 seats"}).json
    assert (renamed["title"], renamed["value"]) == ("Firm, 20 seats", "1200.50")
    assert client.patch(at, json={"value": None}).json["value"] is None


@pytest.mark.parametrize(
    "said",
    [
        {"value": "NaN"},
        {"value": "Infinity"},
        {"value": -1},
        {"value": "1e400"},
        {"value": 10**13},
        {"title": ""},
        {"title": 256 * "x"},
        {"title": "a\0b"},
        {"owner_id": 1},
        {"version": 0},
        {"version": 2**31},
        {"version": "1"},
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(client, at, said):
    before = client.get(at).json
    assert client.patch(at, json=said).status_code == 422
    assert client.get(at).json == before


def test_a_move_names_the_version_that_was_seen(client, at):
    stage, version = second_stage(client), client.get(at).json["version"]
    moved = client.post(f"{at}/move", json={"stage": stage["code"], "version": version}).json
    assert moved["stage"]["name"] == stage["name"]
    stale = client.post(f"{at}/move", json={"stage": stage["code"], "version": version})
    assert (stale.status_code, stale.json["status"]) == (409, "Conflict")
    assert client.post(f"{at}/move", json={"stage": stage["code"]}).status_code == 422
    lost = {"stage": "none", "version": moved["version"]}
    assert client.post(f"{at}/move", json=lost).status_code == 422


def test_a_won_deal_is_won_once_and_can_be_reopened(client, at):
    assert client.post(f"{at}/reopen", json={}).status_code == 409
    won = client.post(f"{at}/win", json={"value": "900"}).json
    assert (won["status"], won["value"]) == ("won", "900.00")
    assert client.post(f"{at}/win", json={}).status_code == 409
    assert client.post(f"{at}/reopen", json={}).json["status"] == "open"


def test_a_lost_deal_says_why(client, at):
    reason = lost_reason(client)
    assert client.post(f"{at}/lose", json={"reason": "none"}).status_code == 422
    assert client.post(f"{at}/lose", json={}).status_code == 422
    lost = client.post(f"{at}/lose", json={"reason": reason["code"], "note": "too dear"}).json
    assert (lost["status"], lost["lost_reason"]) == ("lost", reason)
    assert client.post(f"{at}/lose", json={"reason": reason["code"]}).status_code == 409


def test_a_stale_version_changes_nothing(client, at):
    reason = lost_reason(client)["code"]
    client.patch(at, json={"title": "Seen by nobody else"})
    for verb, said in (("win", {}), ("lose", {"reason": reason}), ("reopen", {})):
        assert client.post(f"{at}/{verb}", json=said | {"version": 1}).status_code == 409
    assert client.patch(at, json={"title": "x", "version": 1}).status_code == 409
    assert client.get(at).json["status"] == "open"


def test_only_sales_changes_deals(client, at, house):
    for role in (Role.VIEWER, Role.MARKETER):
        log_in(client, role, house.workspace)
        assert client.patch(at, json={"title": "x"}).status_code == 403
        for verb, said in BODIES.items():
            assert client.post(f"{at}/{verb}", json=said).status_code == 403


def test_what_is_not_there_cannot_be_changed(client, house):
    assert client.get("/api/v1/deals/none").status_code == 404
    assert client.patch("/api/v1/deals/none", json={"title": "x"}).status_code == 404
    for verb, said in BODIES.items():
        assert client.post(f"/api/v1/deals/none/{verb}", json=said).status_code == 404


def test_every_pipeline_comes_with_its_stages(client, house):
    answer = client.get("/api/v1/pipelines").json
    assert [pipeline["is_default"] for pipeline in answer["items"]] == [True]
    assert answer["items"][0]["stages"][0]["exit_criteria"]
