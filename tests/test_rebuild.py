"""What is derived can be checked against the touches, and remade from them."""

import random

import pytest
from sqlalchemy import text

from tests.builders import NOON, days, make_deal, make_house, record
from tests.test_journey import history, stories
from tracker.rebuild import plan, rebuild, verify


@pytest.fixture
def house(database, engine):
    with database.writing() as session:
        house = make_house(session)
        record(session, *stories(house, random.Random(7)), now=NOON + days(50))
        make_deal(session, house)
        session.commit()
    return house


def redo(database, house) -> None:
    with database.writing() as session:
        work = plan(session, house.workspace.id)
        for number in range(work.total):
            rebuild(session, work, number, now=NOON)
        session.commit()


def problems(database, house) -> list[str]:
    with database.reading() as session:
        return [
            f"{found.what}" for found in verify(session, house.workspace.id, now=NOON + days(50))
        ]


def test_what_we_hold_is_what_the_touches_say(database, house) -> None:
    assert problems(database, house) == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE standing SET state = '[[],0,[],{},{},{}]', stage = NULL",
        "DELETE FROM standing",
        "UPDATE transition SET retracted_at = 1",
        "UPDATE milestone SET occurred_at = occurred_at + 1",
        "DELETE FROM milestone",
        "UPDATE visitor_edge SET decided_at = decided_at + 1",
        "UPDATE visitor_edge SET lead_id = (SELECT min(id) FROM lead), with_visitor_id = NULL",
        "DELETE FROM visitor_edge",
        "UPDATE handoff SET lead_id = (SELECT min(id) FROM lead WHERE id <> lead_id)",
        "UPDATE deal SET lead_id = (SELECT min(id) FROM lead WHERE id <> lead_id)",
    ],
)
def test_damage_is_found_and_mended(database, house, damage) -> None:
    with database.reading() as session:
        before = history(session, house)
    with database.writing() as session:
        session.execute(text(damage))
        session.commit()
    assert problems(database, house) != []
    redo(database, house)
    assert problems(database, house) == []
    with database.reading() as session:
        assert history(session, house) == before


def test_a_rebuild_of_what_is_right_changes_nothing(database, house) -> None:
    def rows() -> list[object]:
        with database.reading() as session:
            tables = ("transition", "milestone", "lead", "visitor_edge")
            return [
                session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2, 3")).all()
                for table in tables
            ]

    before = rows()
    redo(database, house)
    assert rows() == before
