"""Touches and sales at once: the milestones of a lead agree with its history."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from tests.builders import NOON, make_deal, make_house, record
from tracker import journey
from tracker.milestones import service as milestones
from tracker.milestones.models import Milestone
from tracker.pipeline import service as pipeline

ROUNDS = 20


def touch(database, house, number):
    """Let the lead do something that makes its past read differently."""
    at = NOON - timedelta(minutes=number + 1)
    with database.writing() as session:
        record(session, house.page(f"/{number}", email="ana@firm.example", occurred_at=at))
        session.commit()


def move(database, code, workspace_id, number):
    """Move the deal to and fro."""
    with database.writing() as session:
        deal = pipeline.get(session, workspace_id, code)
        stages = sorted(deal.pipeline.stages, key=lambda stage: stage.rank)
        by = pipeline.By(user_id=None, now=NOON + timedelta(minutes=number))
        try:
            journey.move_deal(session, deal, stages[number % len(stages)].code, by=by)
        except StaleDataError:
            return
        session.commit()


def test_milestones_agree_while_touches_and_moves_come_together(session, database):
    house = make_house(session)
    deal = make_deal(session, house)
    code, lead_id = deal.code, deal.lead_id
    session.commit()
    with ThreadPoolExecutor(4) as threads:
        done = [threads.submit(touch, database, house, n) for n in range(ROUNDS)]
        done += [threads.submit(move, database, code, house.workspace.id, n) for n in range(ROUNDS)]
    assert [future.result() for future in done] == [None] * len(done)
    before = standing(session)
    milestones.mark(session, house.workspace.id, [lead_id], now=NOON)
    assert before == standing(session)


def standing(session):
    """Return every milestone that holds."""
    query = select(Milestone.step, Milestone.occurred_at).where(Milestone.retracted_at.is_(None))
    return sorted(session.execute(query).all())
