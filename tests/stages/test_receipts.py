"""Receipts say why, to the touch and to the thousandth of a point."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from tests.builders import NOON, days, make_house, record
from tests.test_versions import everything, publish
from tracker.db import to_micros
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.stages.domain import Cause
from tracker.stages.fold import Receipt
from tracker.stages.models import Standing, TransitionRow
from tracker.stages.receipts import dump_receipt, load_receipt
from tracker.stages.scoring import DAY, Line, lines
from tracker.stages.standings import state_of
from tracker.touches.domain import ContentKind as Kind
from tracker.touches.models import TouchRow

LEADS = 1000
EVENTS = ["Webinar Attended", "Survey Completed", "Asset Downloaded", "Demo Requested", "Click"]


def test_a_receipt_is_what_was_stored():
    line = Line(kind=Kind.PAGE, day=3, touches=2, milli=-5, item=7)
    plain = Line(kind=Kind.DEMO, day=4, touches=1, milli=40_000)
    receipt = Receipt(rule="a", version=2, touches=(4, 5), lines=(line, plain), override=9)
    assert load_receipt(dump_receipt(receipt)) == receipt


def test_a_receipt_that_was_stored_before_there_were_items_is_read():
    old = '{"rule":"a","version":1,"touches":[4],"lines":[["page",3,2,5]]}'
    assert load_receipt(old).lines == (Line(kind=Kind.PAGE, day=3, touches=2, milli=5),)


@pytest.fixture
def crowd(session):
    """Return a house whose many leads did this and that under rules with everything in them."""
    house = make_house(session)
    record(session, house.page("/pricing", anonymous_id="first"))
    publish(session, house, versions.save_draft(session, house.workspace.id, everything(house)))
    dice = random.Random(4)
    hits = []
    for number in range(LEADS):
        for _ in range(dice.randint(1, 9)):
            when = NOON + timedelta(minutes=dice.randrange(60 * 24 * 60))
            facts = {"anonymous_id": f"v{number}", "occurred_at": when}
            path = dice.choice(["/", "/pricing", "/blog/why"])
            hits.append(house.page(path, **facts) if dice.random() < 0.6
                        else house.event(dice.choice(EVENTS), **facts))  # fmt: skip
    record(session, *sorted(hits, key=lambda hit: hit.occurred_at), now=NOON + days(60))
    return house


def test_the_lines_of_every_receipt_add_up_to_the_score_that_is_stored(session, crowd):
    model_id, model = stages.active(session, crowd.workspace.id)
    stood = list(session.scalars(select(Standing).filter_by(model_id=model_id)))
    assert len(stood) > LEADS
    for standing in stood:
        state = state_of(standing)
        day = to_micros(standing.last_touch_at) // DAY
        told = lines(model, state.groups, day=day)
        assert sum(line.milli for line in told) == standing.score
    rows = session.scalars(select(TransitionRow).filter_by(model_id=model_id, retracted_at=None))
    moved = [(row, load_receipt(row.receipt)) for row in rows]
    ways = {rule.id: rule for rule in model.rules}
    for row, receipt in moved:
        rule = ways.get(receipt.rule)
        if row.cause is Cause.RULE and rule.min_score is not None:
            assert receipt.score >= rule.min_score * 1000
        if row.cause is Cause.DECAY:
            assert receipt.score < rule.falls_below * 1000
    assert {row.cause for row, _ in moved} == {
        Cause.RULE, Cause.DECAY, Cause.DORMANT, Cause.AWAKE
    }  # fmt: skip


def test_without_a_touch_that_it_names_a_stage_is_not_reached_as_its_receipt_says(session, crowd):
    model_id, model = stages.active(session, crowd.workspace.id)
    ways = {rule.id: rule for rule in model.rules}
    query = select(TransitionRow).filter_by(model_id=model_id, retracted_at=None, cause=Cause.RULE)
    dice = random.Random(5)
    rows = list(session.scalars(query.order_by(TransitionRow.id)))
    for row in dice.sample(rows, 150):
        receipt = load_receipt(row.receipt)
        gone = dice.choice(receipt.touches)
        with session.begin_nested() as undone:
            session.execute(delete(TouchRow).where(TouchRow.id == gone))
            stages.refold(session, crowd.workspace.id, [row.lead_id], now=NOON + days(60))
            again = select(func.count()).select_from(TransitionRow).filter_by(
                lead_id=row.lead_id, model_id=model_id, retracted_at=None, message=row.message,
                occurred_at=row.occurred_at, to_stage=row.to_stage, cause=Cause.RULE,
            )  # fmt: skip
            still = [
                load_receipt(text).rule
                for text in session.scalars(again.with_only_columns(TransitionRow.receipt))
            ]
            undone.rollback()
        # It asked for just as many touches as it names, and the last of them decided.
        assert receipt.rule not in still, (ways[receipt.rule], receipt)
