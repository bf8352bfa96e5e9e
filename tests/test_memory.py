import random

import pytest
from sqlalchemy import select, update

from tests.builders import NOON, days, make_house, record
from tests.test_journey import stories
from tracker import driver
from tracker.driver import execute, remembered
from tracker.rebuild import verify
from tracker.stages.domain import Stage
from tracker.stages.models import Standing
from tracker.touches.domain import ContentKind
from tracker.touches.models import Content


@pytest.fixture
def house(database):
    with database.writing() as session:
        house = make_house(session)
        session.commit()
    return house


def put(database, house, *, is_kept=True):
    with database.writing(remembers=True) as session:
        record(session, house.page("/blog/a", anonymous_id="A"))
        if is_kept:
            session.commit()


def known(database):
    with database.writing(remembers=True) as session:
        return dict(remembered(session, "stages.followed"))


def test_what_was_found_is_known_in_the_next_transaction_on_sqlite(database, house):
    put(database, house)
    is_sqlite = database.engine.dialect.name == "sqlite"
    assert bool(known(database)) is is_sqlite


def test_what_was_taken_back_is_not_known(database, house):
    put(database, house, is_kept=False)
    assert not known(database)


def test_nothing_is_known_once_somebody_else_has_written(database, house):
    put(database, house)
    with database.writing() as session:
        execute(session, "UPDATE content SET kind = 'demo'")
        session.commit()
    assert not known(database)


def test_reading_in_between_changes_nothing(database, house):
    put(database, house)
    before = known(database)
    with database.reading() as session:
        execute(session, "SELECT 1")
    put(database, house)
    assert known(database).keys() == before.keys()


def test_a_reclassed_page_counts_as_what_it_is_now(database, house):
    put(database, house)
    with database.writing() as session:
        session.execute(update(Content).values(kind=ContentKind.DEMO))
        session.commit()
    put(database, house)
    with database.reading() as session:
        assert session.scalar(select(Standing.stage)) is Stage.BOFU


def test_only_who_remembers_is_given_anything(database, house):
    put(database, house)
    with database.writing() as session:
        assert remembered(session, "stages.followed") == {}


@pytest.mark.parametrize("seed", range(6))
def test_a_house_that_remembers_holds_what_its_touches_say(database, house, seed):
    chance = random.Random(seed)
    hits = stories(house, chance)
    chance.shuffle(hits)
    while hits:
        part = [hits.pop() for _ in range(min(len(hits), chance.randint(1, 7)))]
        with database.writing(remembers=True) as session:
            record(session, *part, now=NOON + days(50))
            # One in five is taken back and comes again.
            if chance.random() < 0.2:
                hits += part
            else:
                session.commit()
    with database.reading() as session:
        assert list(verify(session, house.workspace.id, now=NOON + days(50))) == []


def test_what_was_put_in_first_is_forgotten_first(database, house, monkeypatch):
    monkeypatch.setattr(driver, "REMEMBERED", 10)
    if database.engine.dialect.name != "sqlite":
        # Only a connection of SQLite can tell whether anybody has written since.
        return
    with database.writing(remembers=True) as session:
        remembered(session, "numbers").update({number: number for number in range(11)})
        assert [*remembered(session, "numbers")] == [*range(5, 11)]
