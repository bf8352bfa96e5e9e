"""The catalogue: who touched what, and which names stand for nothing."""

import pytest
from sqlalchemy import select

from tests.builders import GOOGLEBOT, NOON, days, make_house, record
from tracker.reports import ledger
from tracker.reports.ledger import LedgerSort, Wanted
from tracker.touches import catalogue
from tracker.touches.domain import Classed, ContentKind, IntendedStage, Purpose
from tracker.touches.models import Content


@pytest.fixture
def house(session):
    house = make_house(session)
    record(
        session,
        house.page("/blog/one", anonymous_id="a", title="One"),
        house.page("/blog/one", anonymous_id="a", title="One"),
        house.page("/blog/one", anonymous_id="b", occurred_at=NOON + days(1)),
        house.page("/pricing", anonymous_id="a", occurred_at=NOON + days(2)),
        house.page("/pricing", anonymous_id="robot", user_agent=GOOGLEBOT),
        house.event("Trial Started", anonymous_id="a"),
        house.event("trial_started", "Plan B", anonymous_id="b"),
    )
    return house


def entries(session, house, **wanted):
    return ledger.contents(session, house.workspace.id, Wanted(**wanted))


def test_people_are_counted_once_and_robots_never(session, house):
    found = {entry.title: entry.tally.people for entry in entries(session, house)}
    assert (found["One"], found["acme.example/pricing"]) == (2, 1)


def test_the_last_touch_is_a_humans(session, house):
    found = {entry.title: entry.tally.last_at for entry in entries(session, house)}
    assert found["acme.example/pricing"] == NOON + days(2)


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        (LedgerSort.PEOPLE, "One"),
        (LedgerSort.LAST, "acme.example/pricing"),
        (LedgerSort.TITLE, "acme.example/pricing"),
    ],
)
def test_the_order_is_the_one_asked_for(session, house, sort, first):
    assert entries(session, house, sort=sort)[0].title == first


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        ({}, 4),
        ({"q": "ONE"}, 1),
        ({"q": "pric"}, 1),
        ({"q": "trial"}, 2),
        ({"q": "%"}, 0),
        ({"kind": ContentKind.ARTICLE}, 1),
        ({"kind": ContentKind.DEMO}, 0),
    ],
)
def test_what_fits_is_found_and_counted(session, house, wanted, number):
    assert len(entries(session, house, **wanted)) == number
    assert ledger.count(session, house.workspace.id, Wanted(**wanted)) == number


@pytest.mark.parametrize("sort", list(LedgerSort))
def test_pages_hold_every_item_once(session, house, sort):
    pages = [
        ledger.contents(session, house.workspace.id, Wanted(sort=sort, limit=1), offset=offset)
        for offset in range(5)
    ]
    assert len({page[0].content.code for page in pages[:4]}) == 4
    assert pages[4] == []


def test_names_that_stand_for_nothing_are_gathered(session, house):
    (unmapped,) = ledger.unmapped_names(session, house.workspace.id)
    assert (unmapped.name, unmapped.people, unmapped.last_at) == ("trial started", 2, NOON)


def test_a_name_that_is_to_stand_for_nothing_is_not_asked_about(session, house):
    catalogue.name_event(session, house.workspace.id, "Trial Started", ContentKind.OTHER)
    assert ledger.unmapped_names(session, house.workspace.id) == []


def test_others_items_are_not_ours(session, house):
    other = make_house(session, "Other")
    assert ledger.contents(session, other.workspace.id, Wanted()) == []
    assert ledger.unmapped_names(session, other.workspace.id) == []


def test_a_part_of_an_item_counts_for_the_item(session, house):
    one, two = (
        session.scalars(select(Content).where(Content.key == key)).one()
        for key in ("event:trial started|", "event:trial started|plan b")
    )
    two.item_id = one.id
    session.flush()
    (found,) = entries(session, house, q="plan b")
    assert (found.content.id, found.keys) == (one.id, 1)
    assert (found.tally.people, found.tally.touches) == (2, 2)
    assert ledger.count(session, house.workspace.id, Wanted()) == 3


def test_items_are_found_by_what_is_said_of_them(session, house):
    item = session.scalars(select(Content).where(Content.key == "url:acme.example/pricing")).one()
    item.purpose, item.intended_stage = Purpose.CONVERT, IntendedStage.BOFU
    item.classed = Classed.HAND
    session.flush()
    for wanted in ({"purpose": Purpose.CONVERT}, {"stage": IntendedStage.BOFU}):
        assert [e.content.id for e in entries(session, house, **wanted)] == [item.id]
    assert entries(session, house, purpose=Purpose.PROVE) == []
    assert item.id not in {e.content.id for e in entries(session, house, is_unclassed=True)}
