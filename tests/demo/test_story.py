"""The people of the demo and the truth that is planted in them."""

from itertools import islice
from random import Random

import pytest

from tests.builders import NOON
from tracker.demo.story import (
    ASKS_FOR_DEMO,
    LOOKS_AT_PROOF,
    Door,
    End,
    lives,
    quota,
)


def test_a_seed_fixes_every_life():
    assert lives(Random(7), now=NOON, leads=200) == lives(Random(7), now=NOON, leads=200)


def test_another_seed_tells_of_other_people():
    one, other = (lives(Random(seed), now=NOON, leads=5) for seed in (7, 8))
    assert [life.who for life in one] != [life.who for life in other]


def test_a_quota_holds_its_rate():
    assert sum(islice(quota(Random(1), 0.04), 1000)) == pytest.approx(40, abs=1)


@pytest.mark.parametrize("door", [Door.WEBINAR, Door.GUIDE, Door.SURVEY])
def test_behind_each_door_so_many_go_on_as_the_truth_says(door):
    ends = [
        x.end for x in lives(Random(7), now=NOON, leads=3000) if x.door is door and not x.ready_at
    ]
    assert ends.count(End.DEMO) / len(ends) == pytest.approx(ASKS_FOR_DEMO[door], abs=0.01)
    assert ends.count(End.PROOF) / len(ends) == pytest.approx(LOOKS_AT_PROOF[door], abs=0.01)


def test_the_truth_is_that_webinars_lead_nowhere():
    assert ASKS_FOR_DEMO[Door.WEBINAR] * 3 < min(
        ASKS_FOR_DEMO[Door.GUIDE], ASKS_FOR_DEMO[Door.SURVEY]
    )


def test_nobody_shares_an_address_and_none_is_real():
    emails = [life.who.email for life in lives(Random(7), now=NOON, leads=3000)]
    assert len(set(emails)) == len(emails)
    assert all(email.endswith(".example") for email in emails)


def test_some_wait_for_sales_when_it_all_begins():
    waiting = [life for life in lives(Random(7), now=NOON, leads=3000) if life.ready_at]
    assert {life.end for life in waiting} == {End.DEMO, End.PROOF}
    assert len(waiting) == 9
