"""Handoffs for programs: the five of each endpoint."""

import pytest

from tests.builders import NOON, lead_of, make_bofu_lead, make_house
from tests.people import log_in
from tests.test_versions import publish
from tracker.handoff import service as handoff
from tracker.stages import versions
from tracker.stages.documents import DEFAULT, dump
from tracker.workspaces import tokens
from tracker.workspaces.domain import Role, Scope


@pytest.fixture
def house(session, client):
    house = make_house(session)
    make_bofu_lead(session, house)
    session.commit()
    log_in(client, Role.REP, house.workspace)
    return house


@pytest.fixture
def at(session, house):
    """Return the address of the one open handoff."""
    return f"/api/v1/handoffs/{handoff.queue(session, house.workspace.id)[0].code}"


def test_handoffs_are_listed_by_status(client, at):
    assert client.get("/api/v1/handoffs?status=offered").json["total"] == 1
    assert client.get("/api/v1/handoffs?status=expired").json["total"] == 0
    assert client.get("/api/v1/handoffs?mine=true").json["total"] == 0
    assert client.get("/api/v1/handoffs?status=given").status_code == 422


def test_a_handoff_says_who_is_offered(client, at):
    assert client.get(at).json["lead"]["email"] == "ana@firm.example"
    assert client.get("/api/v1/handoffs/none").status_code == 404


def test_a_handoff_says_how_well_the_lead_fits(client, session, at, house):
    rules = [{"field": "title", "any_of": ["CTO"], "points": 30}]
    raw = DEFAULT | {"fit": {"rules": rules, "grades": {"A": 60, "B": 20, "C": 1}}}
    publish(session, house, versions.save_draft(session, house.workspace.id, dump(raw)))
    lead_of(session, house, "e:ana@firm.example").title = "CTO"
    session.commit()
    fit = client.get(at).json["fit"]
    assert (fit["grade"], fit["points"]) == ("B", 30)
    assert fit["lines"][0] == {"field": "title", "value": "CTO", "points": 30}
    assert client.get("/api/v1/handoffs").json["items"][0]["fit"] == fit


def test_a_claim_names_who_has_it_and_holds_against_others(client, at, house):
    claimed = client.post(f"{at}/claim").json["claimed_by"]
    assert claimed["name"].startswith("Rep")
    log_in(client, Role.REP, house.workspace)
    assert client.post(f"{at}/claim").status_code == 409
    assert client.post(f"{at}/release").status_code == 409


def test_what_was_claimed_can_be_put_back(client, at):
    client.post(f"{at}/claim")
    assert client.post(f"{at}/release").json["claimed_by"] is None


def test_an_accepted_handoff_opens_a_deal_once(client, at):
    accepted = client.post(f"{at}/answer", json={"verdict": "accepted"})
    assert (accepted.status_code, accepted.json["status"]) == (200, "accepted")
    assert client.get(f"/api/v1/deals/{accepted.json['deal']['code']}").status_code == 200
    assert client.post(f"{at}/answer", json={"verdict": "accepted"}).status_code == 409
    assert client.get("/api/v1/deals").json["total"] == 1


def test_a_rejection_says_why(client, at):
    assert client.post(f"{at}/answer", json={"verdict": "rejected"}).status_code == 422
    said = {"verdict": "rejected", "reason": "too_early", "note": "call in May"}
    rejected = client.post(f"{at}/answer", json=said).json
    assert (rejected["reason"], rejected["note"], rejected["deal"]) == (
        "too_early", "call in May", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"accepted"',
        b"{}",
        b'{"verdict": "offered"}',
        b'{"verdict": "accepted", "reason": "other"}',
        b'{"verdict": "accepted", "id": 1}',
        b'{"verdict": "accepted", "note": "a\\u0000b"}',
        b'{"verdict": "accepted", "note": "\\ud800"}',
        b'{"verdict": "accepted", "note": 1' + b"0" * 5000 + b"}",
        b'{"verdict": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"\xff\xfe",
    ],
)
def test_an_answer_that_makes_no_sense_changes_nothing(client, at, body):
    answer = client.post(f"{at}/answer", data=body, content_type="application/json")
    assert answer.status_code in (400, 422), answer.text
    assert answer.json.keys() <= {"code", "status", "message", "errors"}
    assert client.get(at).json["status"] == "offered"


@pytest.mark.parametrize("verb", ["claim", "release", "answer"])
def test_only_sales_answers(client, at, house, verb):
    for role in (Role.VIEWER, Role.MARKETER):
        log_in(client, role, house.workspace)
        answer = client.post(f"{at}/{verb}", json={"verdict": "accepted"})
        assert (role, answer.status_code) == (role, 403)


@pytest.mark.parametrize("verb", ["claim", "release", "answer"])
def test_what_is_not_there_cannot_be_answered(client, house, verb):
    path = f"/api/v1/handoffs/none/{verb}"
    assert client.post(path, json={"verdict": "accepted"}).status_code == 404


def test_a_form_from_elsewhere_cannot_answer(client, at):
    client.environ_base.pop("HTTP_X_CSRFTOKEN")
    answer = client.post(f"{at}/answer", json={"verdict": "accepted"})
    assert (answer.status_code, answer.json["code"]) == (400, 400)


def test_a_token_answers_but_claims_nothing(app, session, at, house):
    _, secret = tokens.add(
        session, house.workspace.id, "CRM", scopes=[Scope.READ, Scope.WRITE], now=NOON
    )
    session.commit()
    program = app.test_client()
    header = {"Authorization": f"Bearer {secret}"}
    assert program.post(f"{at}/claim", headers=header).status_code == 403
    said = {"verdict": "accepted"}
    assert program.post(f"{at}/answer", json=said, headers=header).status_code == 200


def test_a_token_does_not_answer_what_somebody_has_claimed(app, client, session, at, house):
    _, secret = tokens.add(session, house.workspace.id, "CRM", scopes=[Scope.WRITE], now=NOON)
    session.commit()
    client.post(f"{at}/claim")
    program, header = app.test_client(), {"Authorization": f"Bearer {secret}"}
    answer = program.post(f"{at}/answer", json={"verdict": "accepted"}, headers=header)
    assert answer.status_code == 409
    assert answer.json["message"].startswith("Rep")


def test_a_reading_token_only_reads(app, session, at, house):
    _, secret = tokens.add(session, house.workspace.id, "BI", scopes=[Scope.READ], now=NOON)
    session.commit()
    program = app.test_client()
    header = {"Authorization": f"Bearer {secret}"}
    assert program.get(at, headers=header).status_code == 200
    assert program.post(f"{at}/answer", json={}, headers=header).status_code == 403


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer wk_000", "Basic eDo=", "Bearer"])
def test_a_wrong_token_opens_nothing(app, at, header):
    answer = app.test_client().get(at, headers={"Authorization": header})
    assert (answer.status_code, answer.json["status"]) == (401, "Unauthorized")
