"""Hours and days of the demo."""

from random import Random

import pytest

from tests.builders import NOON, days
from tracker.demo.moments import at_work, on_a_weekday, some_day, webinar_dates

SATURDAY = NOON + days(3)


@pytest.mark.parametrize("hours", range(0, 24 * 7, 5))
def test_a_rep_works_by_day(hours):
    assert 8 <= at_work(Random(1), NOON + days(hours / 24)).hour < 18


def test_an_offer_of_the_weekend_is_seen_within_a_day():
    for hour in range(48):
        moment = SATURDAY + days(hour / 24)
        assert at_work(Random(hour), moment) - moment < days(1)


def test_a_deal_rests_at_the_weekend():
    assert on_a_weekday(SATURDAY) == SATURDAY + days(2)
    assert on_a_weekday(NOON) == NOON


def test_weekdays_are_busier_than_weekends():
    rng = Random(1)
    found = [some_day(rng, NOON, 70).weekday() for _ in range(700)]
    assert found.count(1) > 2 * found.count(5)


def test_webinars_are_held_every_other_tuesday():
    held = webinar_dates(NOON, NOON + days(60))
    assert {moment.weekday() for moment in held} == {1}
    assert held[-1] > NOON + days(60)
