"""What people of the demo do, in the order of their lives."""

from random import Random

import pytest

from tests.builders import NOON
from tracker.demo.acts import acts_of, all_acts
from tracker.demo.catalogue import DEMO, PROOF
from tracker.demo.moments import DAY, webinar_dates
from tracker.demo.story import PERIOD, Door, End, lives
from tracker.touches.domain import ContentKind

LIVES = lives(Random(7), now=NOON, leads=600)
HELD = webinar_dates(NOON - PERIOD * DAY, NOON)


def test_a_life_is_in_order():
    moments = [act.at for act, _ in all_acts(LIVES, HELD)]
    assert moments == sorted(moments)


def test_who_is_to_ask_for_a_demo_asks_once():
    asked = {life.number for act, life in all_acts(LIVES, HELD) if act.piece is DEMO}
    assert asked == {life.number for life in LIVES if life.end is End.DEMO}


def test_who_waits_for_sales_became_ready_at_the_very_moment():
    for life in LIVES:
        if life.ready_at:
            proof = {act.at for act in acts_of(life, HELD) if act.piece in (DEMO, *PROOF)}
            assert life.ready_at == max(proof)


@pytest.mark.parametrize("door, kind", [
    (Door.WEBINAR, ContentKind.WEBINAR),
    (Door.GUIDE, ContentKind.DOWNLOAD),
    (Door.SURVEY, ContentKind.SURVEY),
])  # fmt: skip
def test_a_door_is_passed_by_its_own_kind_of_content(door, kind):
    entered = next(life for life in LIVES if life.door is door)
    assert kind in {act.piece.kind for act in acts_of(entered, HELD) if act.piece}


def test_webinars_are_attended_on_the_days_on_which_they_were_held():
    attended = [
        a.at for a, _ in all_acts(LIVES, HELD) if a.piece and a.piece.kind is ContentKind.WEBINAR
    ]
    assert {at.date() for at in attended} <= {held.date() for held in HELD}


def test_nobody_says_who_they_are_without_leaving_an_address():
    shy = [life for life in LIVES if not life.leaves_address and not life.registers_only]
    assert all(act.piece is not None for life in shy for act in acts_of(life, HELD))
