"""Why open offers end without an answer, and which of them a merge's undoing opens again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.builders import NOON, days, lead_of, make_bofu_lead, record
from tests.test_versions import publish, stricter
from tracker import journey
from tracker.handoff import service, withdrawals
from tracker.handoff.domain import HandoffStatus, RejectReason, WithdrawReason
from tracker.handoff.models import Handoff
from tracker.milestones.models import Milestone
from tracker.stages import versions
from tracker.stages.domain import Stage
from tracker.stages.overrides import Placement
from tracker.touches import catalogue
from tracker.touches.domain import ContentKind

NO = HandoffStatus.REJECTED
SOON, LATER = NOON + timedelta(hours=1), NOON + days(1)


@pytest.fixture
def held(session, house):
    """Return another known lead, whom somebody holds in TOFU by hand."""
    record(session, house.identify("b@firm.example"), house.page(email="b@firm.example"))
    lead = lead_of(session, house, "e:b@firm.example")
    put(session, house, lead, Stage.TOFU)
    return lead


def put(session, house, lead, stage, *, until=None):
    placement = Placement(stage=stage, reason="we know better", until=until)
    journey.override_stage(session, house.workspace.id, lead.id, placement, by=None, now=SOON)


def merge(session, kept, absorbed, now=LATER):
    return journey.merge_leads(session, kept, absorbed, by=None, reason="one", now=now)


def undo(session, made, now=LATER):
    return journey.undo_merge(session, made, by=None, now=now)


def told(session, offer):
    session.refresh(offer)
    return offer.status, offer.withdrawn


def gone(reason):
    return HandoffStatus.WITHDRAWN, reason


def steps(session, offer):
    query = select(Milestone.step).filter_by(lead_id=offer.lead_id, retracted_at=None)
    return set(session.scalars(query))


def test_an_offer_ends_as_its_lead_is_put_elsewhere_by_hand(session, house, offered):
    put(session, house, offered.lead, Stage.MOFU)
    assert told(session, offered) == gone(WithdrawReason.BY_HAND)


def test_an_offer_ends_as_what_was_set_by_hand_ends(session, house, held):
    put(session, house, held, Stage.BOFU, until=NOON + timedelta(hours=5))
    [offer] = service.queue(session, house.workspace.id)
    while journey.advance_clock(session, now=NOON + timedelta(hours=6), limit=10):
        pass
    assert told(session, offer) == gone(WithdrawReason.HAND_ENDED)


def test_an_offer_ends_as_another_version_comes_into_force_and_says_which(session, house, offered):
    publish(session, house, versions.save_draft(session, house.workspace.id, stricter()))
    assert told(session, offered) == gone(WithdrawReason.PUBLISHED)
    assert offered.withdrawn_version == 2


def test_a_lead_that_is_told_again_and_is_not_ready_any_more_loses_its_offer(
    session, house, offered
):
    (demo,) = catalogue.contents_of_event(session, house.workspace.id, "demo requested")
    demo.kind = ContentKind.PAGE
    journey.refold(session, house.workspace.id, [offered.lead_id], now=NOON)
    assert told(session, offered) == gone(WithdrawReason.RETOLD)
    assert offered.settled_at == NOON
    demo.kind = ContentKind.DEMO
    journey.refold(session, house.workspace.id, [offered.lead_id], now=NOON)
    demo = house.event("Demo Requested", email="ana@firm.example", occurred_at=NOON + days(1))
    record(session, demo)
    assert service.queue(session, house.workspace.id)[0].id != offered.id


def test_an_answered_offer_and_one_of_a_lead_at_the_bottom_stay(session, house, offered):
    no = service.Answer(verdict=NO, by=None, reason=RejectReason.TOO_EARLY)
    journey.answer_handoff(session, house.workspace, offered.code, answer=no, now=NOON)
    other = make_bofu_lead(session, house, "ben@firm.example")
    leads = [offered.lead_id, other.id]
    assert withdrawals.groundless(session, house.workspace.id, leads, now=NOON) == []


def test_of_two_open_offers_the_younger_says_for_which_it_made_room(session, house, offered):
    record(session, house.identify("b@firm.example"))
    demo = house.event("Demo Requested", email="b@firm.example", occurred_at=SOON)
    record(session, demo)
    younger = service.queue(session, house.workspace.id)[1]
    made = merge(session, offered.lead, younger.lead)
    assert told(session, younger) == gone(WithdrawReason.YIELDED)
    assert younger.yielded_to == offered
    undo(session, made)
    assert told(session, younger) == (HandoffStatus.OFFERED, None)


@pytest.mark.parametrize("keeps_it", [True, False])
def test_what_a_merge_left_without_ground_is_open_again_when_it_is_undone(
    session, house, offered, held, keeps_it
):
    kept, absorbed = (offered.lead, held) if keeps_it else (held, offered.lead)
    made = merge(session, kept, absorbed)
    assert told(session, offered) == gone(WithdrawReason.MERGED)
    assert offered.withdrawn_merge == made
    assert "offered" not in steps(session, offered)
    undo(session, made)
    assert told(session, offered) == (HandoffStatus.OFFERED, None)
    assert (offered.settled_at, offered.withdrawn_merge_id) == (None, None)
    assert "offered" in steps(session, offered)


def test_it_stays_withdrawn_where_its_lead_has_left_the_bottom_meanwhile(
    session, house, offered, held
):
    alone = offered.lead
    made = merge(session, held, alone)
    (demo,) = catalogue.contents_of_event(session, house.workspace.id, "demo requested")
    demo.kind = ContentKind.PAGE
    undo(session, made)
    assert told(session, offered) == gone(WithdrawReason.MERGED)


def test_it_stays_withdrawn_where_its_lead_has_another_offer_by_then(session, house, offered, held):
    made = merge(session, offered.lead, held)
    journey.end_override(session, house.workspace.id, offered.lead_id, by=None, now=NOON + days(1))
    record(session, house.event("Demo Requested", email="ana@firm.example",
                                occurred_at=NOON + days(1)))  # fmt: skip
    undo(session, made)
    open_ones = select(Handoff).filter_by(lead_id=offered.lead_id, status=HandoffStatus.OFFERED)
    assert len(session.scalars(open_ones).all()) == 1


def test_the_last_of_several_merges_that_is_undone_opens_it_again(session, house, offered, held):
    record(session, house.page(user_id="u3"))
    third = lead_of(session, house, "u:u3")
    put(session, house, third, Stage.TOFU)
    first = merge(session, offered.lead, held)
    second = merge(session, offered.lead, third)
    undo(session, first)
    assert told(session, offered) == gone(WithdrawReason.MERGED)
    undo(session, second)
    assert told(session, offered) == (HandoffStatus.OFFERED, None)


def test_an_offer_made_to_two_leads_as_one_ends_as_they_part(session, house, held):
    journey.end_override(session, house.workspace.id, held.id, by=None, now=SOON)
    record(session, house.page(user_id="u3"))
    other = lead_of(session, house, "u:u3")
    made = merge(session, held, other, now=SOON)
    record(session, house.event("Demo Requested", user_id="u3", occurred_at=NOON + days(1)))
    [offer] = service.queue(session, house.workspace.id)
    undo(session, made)
    assert told(session, offer) == gone(WithdrawReason.PARTED)


def test_an_offer_that_is_opened_again_has_the_time_that_it_had_left(session, house, offered, held):
    left = offered.due_at - SOON
    made = merge(session, held, offered.lead, now=SOON)
    assert told(session, offered) == gone(WithdrawReason.MERGED)
    undo(session, made, now=NOON + days(9))
    session.refresh(offered)
    assert offered.due_at == NOON + days(9) + left
    assert service.expire_overdue(session, now=NOON + days(9)) == []


def test_an_offer_that_was_followed_by_another_stays_withdrawn(session, house, offered, held):
    made = merge(session, held, offered.lead, now=SOON)
    undo(session, made, now=LATER)
    service.expire_overdue(session, now=NOON + days(30))
    session.refresh(offered)
    assert offered.status is HandoffStatus.EXPIRED
    younger = service.offer(session, house.workspace.id, offered.lead_id, now=NOON + days(31))
    offered.status, offered.withdrawn = HandoffStatus.WITHDRAWN, WithdrawReason.MERGED
    offered.withdrawn_merge_id = made.id
    younger.status = HandoffStatus.EXPIRED
    session.flush()
    withdrawals.reopen(session, house.workspace.id, [offered.lead_id], now=NOON + days(32))
    assert told(session, offered) == gone(WithdrawReason.MERGED)
