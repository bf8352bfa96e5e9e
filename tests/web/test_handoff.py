"""The pages of the queue."""

import re

import pytest

from tests.builders import make_bofu_lead, make_house
from tests.people import log_in
from tracker.clock import utcnow
from tracker.handoff import service
from tracker.handoff.domain import HandoffStatus
from tracker.workspaces.domain import Role


@pytest.fixture
def offered(session):
    """Offer one lead, now."""
    house = make_house(session)
    make_bofu_lead(session, house)
    [handoff] = service.queue(session, house.workspace.id)
    handoff.offered_at = utcnow()
    handoff.due_at = service.due_at(handoff.offered_at, service.Agreement())
    session.commit()
    return handoff


def status(session, handoff):
    session.rollback()
    session.refresh(handoff)
    return handoff.status


def test_queue_says_who_why_and_by_when(client, offered):
    log_in(client, Role.REP)
    page = client.get("/handoffs").text
    assert "ana@firm.example" in page
    assert "BOFU because this lead asked for a demo." in page
    assert re.search(r"2[34] hours left", page)
    assert "Accept and open deal" in page


def test_empty_queue_says_what_will_fill_it(client, session):
    make_house(session)
    session.commit()
    log_in(client, Role.REP)
    assert "No handoffs yet" in client.get("/handoffs").text


@pytest.mark.parametrize("role", [Role.MARKETER, Role.VIEWER])
def test_who_is_not_in_sales_reads_and_cannot_answer(client, offered, role):
    log_in(client, role)
    assert "Accept and open deal" not in client.get("/handoffs").text
    for what in ("accept", "claim", "release", "reject"):
        assert client.post(f"/handoffs/{offered.code}/{what}").status_code == 403


def test_accepting_leads_to_the_deal(client, session, offered):
    log_in(client, Role.REP)
    answer = client.post(f"/handoffs/{offered.code}/accept")
    assert re.fullmatch(r"/deals/[\w-]{22}", answer.location)
    assert "firm.example" in client.get(answer.location).text
    assert status(session, offered) is HandoffStatus.ACCEPTED


def test_accepting_twice_is_a_conflict_and_opens_nothing_more(client, offered):
    log_in(client, Role.REP)
    assert client.post(f"/handoffs/{offered.code}/accept").status_code == 302
    assert client.post(f"/handoffs/{offered.code}/accept").status_code == 409
    assert "1 open deal." in client.get("/pipeline").text


def test_claimed_by_another_offers_no_buttons_and_says_why(client, offered):
    log_in(client, Role.REP)
    assert client.post(f"/handoffs/{offered.code}/claim").status_code == 302
    assert "Put back" in client.get("/handoffs?whose=mine").text
    log_in(client, Role.REP)
    page = client.get("/handoffs").text
    assert "Rep 0" in page
    assert "Accept and open deal" not in page
    assert client.post(f"/handoffs/{offered.code}/accept").status_code == 409
    assert "can answer it while it is claimed" in client.get("/handoffs").text


def test_owner_puts_back_what_a_rep_has_claimed(client, offered):
    log_in(client, Role.REP)
    client.post(f"/handoffs/{offered.code}/claim")
    log_in(client, Role.OWNER)
    assert client.post(f"/handoffs/{offered.code}/release").status_code == 302
    assert "Rep 0" not in client.get("/handoffs").text


def test_rejection_without_a_reason_keeps_the_note_and_says_so(client, session, offered):
    log_in(client, Role.REP)
    answer = client.post(f"/handoffs/{offered.code}/reject", data={"note": "a student"})
    assert answer.status_code == 422
    assert "a student" in answer.text
    assert "Choose a reason." in answer.text
    assert status(session, offered) is HandoffStatus.OFFERED


def test_rejection_is_listed_with_its_reason(client, offered):
    log_in(client, Role.REP)
    assert client.get(f"/handoffs/{offered.code}/reject").status_code == 200
    said = {"reason": "too_early", "note": "next year"}
    client.post(f"/handoffs/{offered.code}/reject", data=said)
    page = client.get("/handoffs/settled?status=rejected").text
    assert "Too early" in page
    assert "next year" in page
    assert "Too early" not in client.get("/handoffs/settled?status=accepted").text


def test_filter_for_a_stranger_is_refused(client, offered):
    log_in(client, Role.REP)
    assert client.get("/handoffs/settled?by=nobody").status_code == 422


def test_unknown_offer_is_not_found(client, offered):
    log_in(client, Role.REP)
    assert client.post("/handoffs/nothing/accept").status_code == 404


def test_wrong_pages_are_the_nearest_there_are(client, offered):
    log_in(client, Role.REP)
    for number in ("0", "-1", "99", "x", "9" * 30):
        assert "ana@firm.example" in client.get(f"/handoffs?page={number}").text


def test_strange_queries_are_not_taken_for_addresses(client, offered):
    log_in(client, Role.REP)
    assert client.get("/pipeline?_scheme=javascript&endpoint=x&code=1").status_code == 200
