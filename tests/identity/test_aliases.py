"""An alias with proof joins two user ids, in whatever order things arrive, until it is undone."""

import itertools

import pytest
from sqlalchemy import select

from tests.builders import NOON, lead_of, make_house, record
from tracker import journey
from tracker.collector.domain import MessageType
from tracker.identity.models import Merge
from tracker.rebuild import verify


@pytest.fixture
def house(session):
    return make_house(session)


def alias(house):
    return house.hit(type=MessageType.ALIAS, user_id="new", previous_id="old", is_verified=True)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_an_alias_joins_before_between_and_after(session, house, order):
    hits = [house.page(user_id="old"), house.page(user_id="new"), alias(house)]
    for place in order:
        record(session, hits[place])
    assert lead_of(session, house, "u:old") == lead_of(session, house, "u:new")
    assert list(verify(session, house.workspace.id, now=NOON)) == []


def test_what_was_undone_stays_undone_when_the_alias_comes_again(session, house):
    record(session, house.page(user_id="old"), house.page(user_id="new"), alias(house))
    made = session.scalars(select(Merge)).one()
    journey.undo_merge(session, made, by=None, now=NOON)
    record(session, alias(house))
    assert lead_of(session, house, "u:old") != lead_of(session, house, "u:new")
    assert list(verify(session, house.workspace.id, now=NOON)) == []
