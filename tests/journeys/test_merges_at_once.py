"""Many hands merge the same people in every direction: one is left, with everything."""

import random
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from sqlalchemy import func, select

from tests.builders import NOON, make_house, record
from tracker import journey
from tracker.errors import Conflict
from tracker.identity import merges
from tracker.identity.models import Lead, Merge, VisitorEdge
from tracker.rebuild import verify
from tracker.stages.models import Standing

PEOPLE = 10
HANDS = 8


@pytest.fixture
def house(session):
    house = make_house(session)
    hits = [house.page("/pricing", user_id=f"u{n}", anonymous_id=f"b{n}") for n in range(PEOPLE)]
    record(session, *hits, *(house.page(f"/{n}", anonymous_id=f"b{n}") for n in range(PEOPLE)))
    session.commit()
    return house


def codes(database, house) -> list[str]:
    with database.reading() as session:
        query = select(Lead.code).where(Lead.workspace_id == house.workspace.id)
        return list(session.scalars(query.where(Lead.merged_into_id.is_(None))))


def merge(database, house, pair) -> bool:
    """Merge one lead into another unless somebody was there before."""
    with database.writing() as session:
        kept, absorbed = (merges.lead(session, house.workspace.id, code) for code in pair)
        try:
            journey.merge_leads(session, kept, absorbed, by=None, reason="one", now=NOON)
        except Conflict:
            return False
        session.commit()
        return True


def test_merges_in_circles_leave_one_lead_and_every_touch(database, house) -> None:
    everybody = codes(database, house)
    dice = random.Random(8)
    pairs = [dice.sample(everybody, 2) for _ in range(100)]
    pairs += [pair[::-1] for pair in pairs[:20]]
    numbers = count()

    def come(n: int) -> None:
        # Touches go on coming meanwhile.
        with database.writing() as session:
            record(session, house.page(f"/late/{n}", user_id=f"u{n % PEOPLE}"), now=NOON)
            session.commit()

    with ThreadPoolExecutor(HANDS) as hands:
        done = [hands.submit(merge, database, house, pair) for pair in pairs]
        late = [hands.submit(come, next(numbers)) for _ in range(20)]
        succeeded = sum(each.result(timeout=60) for each in done)
        for each in late:
            each.result(timeout=60)
    # Whoever lost every race is merged by hand; each success has made one less of them.
    assert succeeded == PEOPLE - len(codes(database, house))
    while len(left := codes(database, house)) > 1:
        assert merge(database, house, left[:2])
    with database.reading() as session:
        assert session.scalar(select(func.count(Merge.id))) == PEOPLE - 1
        assert session.scalar(select(func.count(VisitorEdge.lead_id.distinct()))) == 1
        (standing,) = session.scalars(select(Standing))
        assert standing.touch_count == 2 * PEOPLE + 20
        assert list(verify(session, house.workspace.id, now=NOON)) == []


def test_undone_by_many_at_once_everybody_is_back(database, house) -> None:
    first, *others = codes(database, house)
    for other in others:
        merge(database, house, (first, other))
    with database.reading() as session:
        made = list(session.scalars(select(Merge.code)))

    def undo(code: str) -> bool:
        with database.writing() as session:
            found = session.scalars(select(Merge).filter_by(code=code)).one()
            try:
                journey.undo_merge(session, found, by=None, now=NOON)
            except Conflict:
                return False
            session.commit()
            return True

    with ThreadPoolExecutor(HANDS) as hands:
        done = list(hands.map(undo, made * 2))
    assert sum(done) == PEOPLE - 1
    assert len(codes(database, house)) == PEOPLE
    with database.reading() as session:
        assert list(verify(session, house.workspace.id, now=NOON)) == []
