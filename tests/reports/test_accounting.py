"""Where every message went: the sum of the outcomes, by day, site and reason."""

from datetime import timedelta

import pytest

from tests.builders import NOON, make_house
from tracker.collector import service as collector
from tracker.collector.domain import Outcome
from tracker.reports.accounting import NOBODY, accounting

TODAY = NOON.date()


@pytest.fixture
def house(session):
    return make_house(session)


def count(session, house, outcome, number, *, reason="", ago=0, writer=0):
    key = (house.workspace.id, house.site.id, outcome, reason)
    collector.count(session, {key: number}, writer=writer, now=NOON - timedelta(days=ago))


def read(session, house, days=14):
    return accounting(session, house.workspace.id, last=TODAY, days=days)


def test_received_is_the_sum_over_outcomes_and_writers(session, house):
    count(session, house, Outcome.ACCEPTED, 3)
    count(session, house, Outcome.ACCEPTED, 4, writer=1)
    count(session, house, Outcome.REFUSED, 2, reason="no_consent")
    found = read(session, house)
    assert (found.received, found.number(Outcome.ACCEPTED)) == (9, 7)
    assert found.received == sum(found.number(outcome) for outcome in Outcome)


def test_a_day_is_read_alone(session, house):
    count(session, house, Outcome.ACCEPTED, 3)
    count(session, house, Outcome.ACCEPTED, 4, ago=1)
    assert read(session, house).of_day(TODAY).received == 3
    assert read(session, house, days=1).received == 3


def test_each_site_is_read_alone(session, house):
    count(session, house, Outcome.ACCEPTED, 3)
    found = read(session, house).by_site()
    assert {site: sums.received for site, sums in found.items()} == {house.site.id: 3}


def test_a_count_that_moved_away_is_no_reason_any_more(session, house):
    count(session, house, Outcome.QUARANTINED, 2, reason="malformed")
    count(session, house, Outcome.REFUSED, 1, reason="no_consent")
    count(session, house, Outcome.QUARANTINED, -2, reason="malformed", writer=-1)
    count(session, house, Outcome.ACCEPTED, 2, writer=-1)
    found = read(session, house)
    assert found.reasons() == [(Outcome.REFUSED, "no_consent", 1)]
    assert (found.received, found.number(Outcome.QUARANTINED)) == (3, 0)


def test_nobodys_messages_are_read_where_a_workspace_is_alone(session, house):
    collector.count(session, {(0, 0, Outcome.REFUSED, "unknown_key"): 3}, writer=0, now=NOON)
    assert list(read(session, house).by_site()) == [NOBODY]
    make_house(session, "Other")
    assert read(session, house).received == 0


def test_what_others_received_is_not_ours(session, house):
    count(session, make_house(session, "Other"), Outcome.ACCEPTED, 5)
    assert read(session, house).received == 0
