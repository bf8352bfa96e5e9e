"""Offers, claims and answers, on both databases."""

from datetime import timedelta

import pytest

from tests.builders import NOON, days, lead_of, make_bofu_lead, make_house, record
from tests.people import make_user
from tracker import jobs, journey
from tracker.errors import Conflict, Invalid, NotFound
from tracker.handoff import service
from tracker.handoff.domain import HandoffStatus, RejectReason
from tracker.handoff.models import AgreementRow
from tracker.workspaces.domain import Role

YES = HandoffStatus.ACCEPTED
NO = HandoffStatus.REJECTED


def reps(session, house, count=2):
    return [make_user(session, house.workspace, Role.REP).user_id for _ in range(count)]


def answer(session, house, code, verdict, *, by=None, now=NOON, **facts):
    said = service.Answer(verdict=verdict, by=by, **facts)
    return journey.answer_handoff(session, house.workspace, code, answer=said, now=now)


def ask_again(session, house, at, email="ana@firm.example"):
    """Let a lead ask for a demo once more; return what waits then."""
    record(session, house.event("Demo Requested", email=email, occurred_at=at))
    return service.queue(session, house.workspace.id)


def test_known_bofu_lead_is_offered_with_the_transition_that_made_it(session, offered):
    assert offered.status is HandoffStatus.OFFERED
    assert offered.transition.to_stage == "bofu"
    assert offered.due_at == NOON + timedelta(hours=24)


def test_anonymous_lead_is_not_offered(session, house):
    record(session, house.event("Demo Requested", anonymous_id="nobody"))
    assert service.queue(session, house.workspace.id) == []


def test_lead_with_an_open_offer_is_not_offered_again(session, house, offered):
    assert ask_again(session, house, NOON + timedelta(hours=1)) == [offered]


def test_clock_runs_as_long_as_the_workspace_agreed(session, house):
    agreed = AgreementRow(workspace_id=house.workspace.id, hours_to_answer=4, recycle_days=9)
    session.add(agreed)
    make_bofu_lead(session, house)
    [offered] = service.queue(session, house.workspace.id)
    assert offered.due_at == NOON + timedelta(hours=4)


def test_queue_puts_the_most_urgent_first(session, house):
    for number in (3, 1, 2):
        email = f"lead{number}@firm.example"
        at = NOON + timedelta(hours=number)
        record(session, house.identify(email, occurred_at=at))
        ask_again(session, house, at, email)
    waiting = service.queue(session, house.workspace.id)
    assert [h.offered_at.hour for h in waiting] == [13, 14, 15]


def test_first_to_claim_has_it_and_the_second_is_told_who(session, house, offered):
    ana, ben = reps(session, house)
    service.claim(session, house.workspace.id, offered.code, by=ana, now=NOON)
    with pytest.raises(Conflict, match="Rep 0 has claimed this lead"):
        service.claim(session, house.workspace.id, offered.code, by=ben, now=NOON)


def test_claiming_twice_is_claiming_once(session, house, offered):
    [ana] = reps(session, house, 1)
    for _ in range(2):
        claimed = service.claim(session, house.workspace.id, offered.code, by=ana, now=NOON)
    assert claimed.claimed_by_id == ana


def test_what_is_put_back_can_be_claimed_by_another(session, house, offered):
    ana, ben = reps(session, house)
    service.claim(session, house.workspace.id, offered.code, by=ana, now=NOON)
    service.release(session, house.workspace.id, offered.code, by=ana)
    claimed = service.claim(session, house.workspace.id, offered.code, by=ben, now=NOON)
    assert claimed.claimed_by_id == ben


def test_only_the_claimer_puts_back_unless_it_is_nobody_in_particular(session, house, offered):
    ana, ben = reps(session, house)
    service.claim(session, house.workspace.id, offered.code, by=ana, now=NOON)
    with pytest.raises(Conflict, match="you have not claimed"):
        service.release(session, house.workspace.id, offered.code, by=ben)
    service.release(session, house.workspace.id, offered.code, by=None)
    assert offered.claimed_by_id is None


def test_a_claimed_offer_is_answered_by_its_claimer_alone(session, house, offered):
    ana, ben = reps(session, house)
    service.claim(session, house.workspace.id, offered.code, by=ana, now=NOON)
    with pytest.raises(Conflict, match="has claimed"):
        answer(session, house, offered.code, YES, by=ben)
    settled, _deal = answer(session, house, offered.code, YES, by=ana)
    assert settled.status is YES


def test_accepting_opens_the_deal_of_whoever_accepts(session, house, offered):
    [ana] = reps(session, house, 1)
    settled, deal = answer(session, house, offered.code, YES, by=ana)
    assert (deal.handoff_id, deal.owner_id, deal.lead_id) == (settled.id, ana, settled.lead_id)


def test_handoff_is_answered_only_once(session, house, offered):
    answer(session, house, offered.code, YES)
    with pytest.raises(Conflict, match="already accepted"):
        answer(session, house, offered.code, NO, reason=RejectReason.OTHER)


def test_rejecting_without_a_reason_changes_nothing(session, house, offered):
    with pytest.raises(Invalid):
        answer(session, house, offered.code, NO)
    assert offered.status is HandoffStatus.OFFERED


def test_rejection_keeps_reason_and_note_without_what_no_database_takes(session, house, offered):
    note = "a student\0, not a buyer"
    settled, deal = answer(
        session, house, offered.code, NO, reason=RejectReason.NOT_A_FIT, note=note
    )
    assert (settled.reason, settled.note, deal) == (
        RejectReason.NOT_A_FIT,
        "a student, not a buyer",
        None,
    )


def test_rejected_lead_is_not_offered_while_it_cools_off(session, house, offered):
    answer(session, house, offered.code, NO, reason=RejectReason.TOO_EARLY)
    assert ask_again(session, house, NOON + days(29)) == []


def test_rejected_lead_may_be_offered_again_after_cooling_off(session, house, offered):
    answer(session, house, offered.code, NO, reason=RejectReason.TOO_EARLY)
    assert len(ask_again(session, house, NOON + days(31))) == 1


def test_accepted_lead_is_never_offered_again(session, house, offered):
    answer(session, house, offered.code, YES)
    assert ask_again(session, house, NOON + days(100)) == []


def test_an_offer_expires_after_its_clock_and_not_before(session, house, offered):
    assert service.expire_overdue(session, now=offered.due_at) == []
    assert service.expire_overdue(session, now=offered.due_at + timedelta(seconds=1)) == [offered]
    assert offered.status is HandoffStatus.EXPIRED


def test_expired_lead_may_be_offered_again_at_once(session, house, offered):
    service.expire_overdue(session, now=NOON + days(2))
    assert len(ask_again(session, house, NOON + days(2))) == 1


def test_expired_offer_cannot_be_accepted(session, house, offered):
    service.expire_overdue(session, now=NOON + days(2))
    with pytest.raises(Conflict, match="already expired"):
        answer(session, house, offered.code, YES)


def test_the_job_expires_what_nobody_answered_and_may_run_twice(session, database, house, offered):
    session.commit()
    [job] = [job for job in jobs.JOBS if "expire handoffs" in job.what]
    for _ in range(2):
        jobs.run(job, database, now=NOON + days(2))
    with database.reading() as fresh:
        assert service.queue(fresh, house.workspace.id) == []


def test_another_workspace_finds_nothing(session, house, offered):
    other = make_house(session, "Other")
    with pytest.raises(NotFound):
        service.get(session, other.workspace.id, offered.code)


def test_every_handoff_of_a_lead_is_kept(session, house, offered):
    answer(session, house, offered.code, NO, reason=RejectReason.TOO_EARLY)
    ask_again(session, house, NOON + days(31))
    lead = lead_of(session, house, "e:ana@firm.example")
    kept = service.of_lead(session, house.workspace.id, lead.id)
    assert [h.status for h in kept] == [NO, HandoffStatus.OFFERED]
