"""Setting a stage by hand: the form and the API, each with its five."""

import pytest

from tests.builders import days, make_house, record
from tests.people import log_in
from tracker.clock import utcnow
from tracker.workspaces import audit
from tracker.workspaces.domain import Role

FORM = {"stage": "bofu", "reason": "Met at the fair", "lasts": "sticks"}


@pytest.fixture
def lead(session, client):
    """Give a lead at the top, and log a marketer in."""
    house = make_house(session)
    now = utcnow()
    hit = house.identify("ana@firm.example", person="Ana", occurred_at=now, received_at=now)
    page = house.page("/", email="ana@firm.example", occurred_at=now, received_at=now)
    record(session, hit, page)
    session.commit()
    member = log_in(client, Role.MARKETER, house.workspace)
    found = client.get("/api/v1/leads").json["items"][0]
    return house, found["code"], member


def test_a_stage_is_set_by_hand_and_says_who_and_why(client, lead, session):
    house, code, member = lead
    assert client.post(f"/leads/{code}/stage", data=FORM).location == f"/leads/{code}"
    page = client.get(f"/leads/{code}").text
    said = f"Set by hand by {member.user.name} until somebody ends it: “Met at the fair”"
    assert page.count(said) == 2
    assert "Next:" not in page
    assert "lead:stage set by hand" in {
        line.action for line in audit.lines(session, house.workspace.id, limit=5)
    }


def test_it_ends_when_somebody_ends_it(client, lead):
    _house, code, member = lead
    client.post(f"/leads/{code}/stage", data=FORM)
    client.post(f"/leads/{code}/stage/end")
    page = client.get(f"/leads/{code}").text
    assert f"TOFU as the rules say: {member.user.name} ended what was set by hand." in page
    assert "lead-hand" not in page


def test_a_day_is_the_last_on_which_it_holds(client, lead):
    _house, code, _member = lead
    last = (utcnow() + days(3)).date()
    client.post(f"/leads/{code}/stage", data=FORM | {"lasts": "until", "until": str(last)})
    until = client.get(f"/api/v1/leads/{code}").json["override"]["until"]
    assert until.startswith(str(last + days(1)))
    assert f"until {last:%b} {last.day}, {last.year}: “Met" in client.get(f"/leads/{code}").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"stage": "top"}, "Choose a stage."),
        ({"reason": "  "}, "say why"),
        ({"lasts": "until", "until": "soon"}, "Choose a day."),
        ({"lasts": "until", "until": "9999-12-31"}, "Choose a day within ten years."),
        ({"lasts": "until", "until": "2001-01-01"}, "must lie ahead, within ten years"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(client, lead, wrong, said):
    _house, code, _member = lead
    answer = client.post(f"/leads/{code}/stage", data=FORM | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Met at the fair" in answer.text or not wrong.get("reason", "x").strip()
    assert client.get(f"/api/v1/leads/{code}").json["override"] is None


def test_what_is_not_set_cannot_be_ended(client, lead):
    _house, code, _member = lead
    assert client.post(f"/leads/{code}/stage/end").status_code == 409
    assert client.delete(f"/api/v1/leads/{code}/override").status_code == 409


def test_only_who_works_with_leads_sets_them(client, lead):
    house, code, _member = lead
    log_in(client, Role.VIEWER, house.workspace)
    assert client.get(f"/leads/{code}/stage").status_code == 403
    assert client.post(f"/leads/{code}/stage", data=FORM).status_code == 403
    said = {"stage": "bofu", "reason": "x"}
    assert client.post(f"/api/v1/leads/{code}/override", json=said).status_code == 403
    assert client.delete(f"/api/v1/leads/{code}/override").status_code == 403
    assert "Set the stage by hand" not in client.get(f"/leads/{code}").text


def test_nobody_sets_who_is_not_there(client, lead):
    assert client.get("/leads/nobody/stage").status_code == 404
    said = {"stage": "bofu", "reason": "x"}
    assert client.post("/api/v1/leads/nobody/override", json=said).status_code == 404
    assert client.delete("/api/v1/leads/nobody/override").status_code == 404


def test_programs_set_and_end_a_stage(client, lead):
    _house, code, member = lead
    said = {"stage": "bofu", "reason": "Called us", "until": str((utcnow() + days(2)).isoformat())}
    answer = client.post(f"/api/v1/leads/{code}/override", json=said).json
    assert (answer["stage"], answer["next"]) == ("bofu", "")
    assert answer["override"]["by"]["name"] == member.user.name
    last = answer["transitions"][-1]
    assert (last["cause"], last["from_stage"], last["to_stage"]) == ("override", "tofu", "bofu")
    assert last["why"].startswith("BOFU. Set by hand by")
    ended = client.delete(f"/api/v1/leads/{code}/override").json
    assert (ended["stage"], ended["override"]) == ("tofu", None)
    assert ended["next"].endswith("→ MOFU")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"stage": "top", "reason": "x"},
        {"stage": "bofu"},
        {"stage": "bofu", "reason": ""},
        {"stage": "bofu", "reason": "x" * 501},
        {"stage": "bofu", "reason": "a\0b"},
        {"stage": "bofu", "reason": "x", "until": "2001-01-01T00:00:00Z"},
        {"stage": "bofu", "reason": "x", "until": "2027-01-01T00:00:00"},
        {"stage": "bofu", "reason": "x", "by": 1},
    ],
)
def test_a_placement_that_makes_no_sense_changes_nothing(client, lead, said):
    _house, code, _member = lead
    answer = client.post(f"/api/v1/leads/{code}/override", json=said)
    assert answer.status_code == 422, answer.text
    assert client.get(f"/api/v1/leads/{code}").json["override"] is None
