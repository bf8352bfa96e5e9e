"""People who come twice: as somebody else to us, and the same to whoever looks."""

from random import Random

from tests.builders import NOON
from tracker.demo.doubles import DOUBLES, doubles_of
from tracker.demo.story import lives

PEOPLE = lives(Random(7), now=NOON, leads=1200)


def test_some_come_twice_by_an_address_that_nobody_else_has():
    doubles = doubles_of(PEOPLE, now=NOON)
    emails = [life.who.email for life in (*PEOPLE, *doubles)]
    assert len(doubles) == DOUBLES
    assert len(set(emails)) == len(emails)
    assert all(email.endswith(".example") for email in emails)


def test_each_double_is_a_life_of_its_own_and_goes_nowhere():
    doubles = doubles_of(PEOPLE, now=NOON)
    numbers = [life.number for life in (*PEOPLE, *doubles)]
    assert len(set(numbers)) == len(numbers)
    assert {life.door for life in doubles} == {None}
    assert all(life.starts_at < NOON for life in doubles)


def test_few_people_have_fewer_doubles_and_nobody_none():
    assert doubles_of(PEOPLE[:3], now=NOON) == doubles_of(PEOPLE[:3], now=NOON)
    assert len(doubles_of(PEOPLE[:60], now=NOON)) < DOUBLES
