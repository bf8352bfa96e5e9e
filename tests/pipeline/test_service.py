"""Deals and every move of them, on both databases."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from tests.builders import NOON, make_bofu_lead, make_deal, make_house
from tests.people import make_user
from tracker import journey
from tracker.errors import Conflict, Invalid, NotFound
from tracker.milestones.models import Milestone
from tracker.pipeline import queries, service, setup
from tracker.pipeline.domain import DealStatus


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def deal(session, house):
    return make_deal(session, house)


def by(hours=0, user_id=None):
    return service.By(user_id=user_id, now=NOON + timedelta(hours=hours))


def stage(session, deal, number):
    return setup.get_pipeline(session, deal.workspace_id, deal.pipeline.code).stages[number]


def move(session, deal, number, hours=1):
    journey.move_deal(session, deal, stage(session, deal, number).code, by=by(hours))


def lost_reason(session, deal):
    return setup.lost_reasons(session, deal.workspace_id)[0].code


def steps(session, deal):
    query = select(Milestone.step).where(
        Milestone.lead_id == deal.lead_id, Milestone.retracted_at.is_(None)
    )
    return set(session.scalars(query))


def test_deal_of_a_handoff_opens_in_the_first_stage_of_the_default_pipeline(session, deal):
    assert deal.deal_stage_id == stage(session, deal, 0).id
    [opening] = queries.moves(session, deal)
    assert (opening.from_stage, opening.to_stage_id) == (None, deal.deal_stage_id)


def test_every_move_is_a_row(session, deal):
    move(session, deal, 2)
    moved = queries.moves(session, deal)[0]
    assert (moved.from_stage.rank, moved.to_stage.rank) == (0, 2)
    assert deal.entered_at == NOON + timedelta(hours=1)


def test_moving_to_where_it_is_moves_nothing(session, deal):
    move(session, deal, 0)
    assert len(queries.moves(session, deal)) == 1
    assert deal.entered_at == NOON


def test_deal_moves_only_inside_its_pipeline(session, deal):
    other = setup.install(session, deal.workspace_id, "agency")
    with pytest.raises(Invalid, match="not in the deal's pipeline"):
        service.move(session, deal, other.stages[0].code, by=by())


def test_stale_version_is_a_conflict(session, deal):
    seen = deal.version
    move(session, deal, 1)
    with pytest.raises(Conflict):
        service.get(session, deal.workspace_id, deal.code, version=seen)


def test_a_move_taken_back_was_never_reached(session, deal):
    before = steps(session, deal)
    move(session, deal, 3, hours=5)
    assert steps(session, deal) != before
    journey.undo_move(session, deal, by=by(5))
    assert steps(session, deal) == before
    assert (deal.stage.rank, deal.entered_at) == (0, NOON)


def test_a_move_taken_back_is_kept_as_retracted(session, deal):
    move(session, deal, 3)
    journey.undo_move(session, deal, by=by(1))
    kept, _opening = queries.moves(session, deal)
    assert kept.retracted_at == NOON + timedelta(hours=1)


def test_after_two_moves_only_the_last_is_taken_back(session, deal):
    move(session, deal, 1, hours=1)
    move(session, deal, 2, hours=2)
    journey.undo_move(session, deal, by=by(2))
    assert (deal.stage.rank, deal.entered_at) == (1, NOON + timedelta(hours=1))


def test_there_is_nothing_to_take_back_before_the_first_move(session, deal):
    with pytest.raises(Conflict, match="no move"):
        journey.undo_move(session, deal, by=by())


def test_winning_reaches_the_end_and_may_settle_the_value(session, deal):
    journey.win_deal(session, deal, by=by(3), value=Decimal("1200.50"))
    assert (deal.status, deal.value, deal.closed_at) == (
        DealStatus.WON,
        Decimal("1200.50"),
        NOON + timedelta(hours=3),
    )
    assert "won" in steps(session, deal)


def test_losing_needs_a_reason_of_the_workspace(session, deal):
    foreign = setup.lost_reasons(session, make_house(session, "Other").workspace.id)[0]
    for code in ("", foreign.code):
        with pytest.raises(Invalid, match="why the deal is lost"):
            journey.lose_deal(session, deal, code, by=by())
    assert deal.status is DealStatus.OPEN


def test_lost_deal_stays_counted_where_it_came_to(session, deal):
    move(session, deal, 2)
    reached = steps(session, deal)
    journey.lose_deal(session, deal, lost_reason(session, deal), by=by(2), note="too dear")
    assert steps(session, deal) == reached
    assert queries.moves(session, deal)[0].note == "too dear"


def test_closed_deal_is_neither_won_lost_nor_moved_again(session, deal):
    journey.win_deal(session, deal, by=by())
    with pytest.raises(Conflict):
        journey.lose_deal(session, deal, lost_reason(session, deal), by=by())
    with pytest.raises(Conflict):
        move(session, deal, 1)


def test_deal_won_by_mistake_and_reopened_has_not_reached_the_end(session, deal):
    journey.win_deal(session, deal, by=by(1))
    journey.reopen_deal(session, deal, by=by(2))
    assert (deal.status, deal.closed_at) == (DealStatus.OPEN, None)
    assert "won" not in steps(session, deal)


def test_deal_recorded_as_won_skips_the_stages_that_nobody_saw_it_in(session, house):
    lead = make_bofu_lead(session, house)
    new = service.NewDeal(lead=lead, title="Old one", currency="EUR", external_id="X-1")
    won = service.record_closed(session, new, outcome=DealStatus.WON, by=by())
    journey.milestones.mark(session, won.workspace_id, [lead.id], now=NOON)
    assert {step for step in steps(session, won) if step.startswith(("deal", "won"))} == {"won"}
    assert won.closed_at == NOON
    assert len(queries.moves(session, won)) == 1


def test_deal_recorded_as_open_stands_in_its_stage(session, house):
    lead = make_bofu_lead(session, house)
    third = setup.default_pipeline(session, house.workspace.id).stages[2]
    new = service.NewDeal(lead=lead, title="Under way", currency="EUR")
    deal = service.record_closed(session, new, outcome=DealStatus.OPEN, by=by(), stage=third)
    assert (deal.deal_stage_id, deal.closed_at) == (third.id, None)


def test_editing_changes_all_or_nothing(session, house, deal):
    member = make_user(session, house.workspace)
    with pytest.raises(Invalid):
        service.edit(session, deal, title="New", value=Decimal("-1"), owner_id=None)
    assert deal.title != "New"
    service.edit(session, deal, title="New", value=Decimal("7"), owner_id=member.user_id)
    assert (deal.title, deal.value, deal.owner_id) == ("New", 7, member.user_id)


def test_owner_is_of_the_team(session, deal):
    stranger = make_user(session, make_house(session, "Other").workspace)
    with pytest.raises(Invalid, match="not in the team"):
        service.edit(session, deal, title="x", value=None, owner_id=stranger.user_id)


def test_notes_are_kept_newest_first_and_empty_ones_refused(session, deal):
    service.note(session, deal, " called ", by=by(1))
    service.note(session, deal, "met", by=by(2))
    assert [note.text for note in queries.activities(session, deal)] == ["met", "called"]
    with pytest.raises(Invalid):
        service.note(session, deal, " \0 ", by=by(3))


def test_another_workspace_finds_nothing(session, deal):
    other = make_house(session, "Other")
    with pytest.raises(NotFound):
        service.get(session, other.workspace.id, deal.code)


def test_value_keeps_its_cents(session, deal):
    service.edit(session, deal, title="x", value=Decimal("0.10"), owner_id=None)
    session.commit()
    session.expire_all()
    assert deal.value == Decimal("0.10")
