import math
import random

import pytest

from tracker.reports.domain import Funnel, Ratio, Side, Step, Tally, funnel

NAMES = ("tofu", "mofu", "bofu", "offered", "accepted", "won")
SIDES = (*3 * (Side.MARKETING,), *2 * (Side.HANDOFF,), Side.WON)
STEPS = tuple(
    Step(key=name, code=name, side=side, is_automatic=name == "offered")
    for name, side in zip(NAMES, SIDES, strict=True)
)
ALL = (1 << len(STEPS)) - 1


def _tally(seen: int, people: int, *, has_left: bool = False) -> Tally:
    return Tally(seen=seen, has_left=has_left, people=people)


def _chain(*reached: int) -> Funnel:
    """Return the funnel in which so many people were seen at each step in a row."""
    following = (*reached[1:], 0)
    tallies = [
        _tally((1 << (i + 1)) - 1, here - further, has_left=True)
        for i, (here, further) in enumerate(zip(reached, following, strict=True))
    ]
    return funnel(STEPS, tallies)


def test_everyone_counts_at_the_furthest_step_and_at_all_before_it():
    found = _chain(100, 60, 30, 20, 10, 5)
    assert [c.reached for c in found.columns] == [100, 60, 30, 20, 10, 5]
    assert (found.won.numerator, found.won.denominator) == (5, 100)


def test_a_step_passed_unseen_is_a_skip():
    found = funnel(STEPS, [_tally(0b100001, 7), _tally(0b000001, 3)])
    assert [c.reached for c in found.columns] == [10, 7, 7, 7, 7, 7]
    assert [c.skipped for c in found.columns] == [0, 7, 7, 7, 7, 0]


def test_who_left_and_who_waits_are_those_who_did_not_go_on():
    found = funnel(STEPS, [_tally(1, 4, has_left=True), _tally(1, 5), _tally(3, 2)])
    top = found.columns[0]
    assert (top.went, top.waiting, top.left) == (2, 5, 4)
    assert top.went + top.waiting + top.left == top.reached


def test_at_the_end_nobody_waits_and_nobody_leaves():
    last = funnel(STEPS, [_tally(ALL, 3, has_left=True)]).columns[-1]
    assert (last.reached, last.waiting, last.left) == (3, 0, 0)


def test_who_did_nothing_that_counts_is_named_apart():
    found = funnel(STEPS, [_tally(0, 4), _tally(1, 6)])
    assert (found.population, found.unplaced, found.columns[0].reached) == (10, 4, 6)


def test_an_empty_population_has_no_rates():
    found = funnel(STEPS, [])
    assert found.won.share is None
    assert {c.rate.share for c in found.columns[1:]} == {None}


@pytest.mark.parametrize(
    ("numerator", "denominator", "share"), [(0, 0, None), (0, 5, 0.0), (5, 5, 1.0), (1, 4, 0.25)]
)
def test_a_share_of_nobody_is_none(numerator, denominator, share):
    assert Ratio(numerator=numerator, denominator=denominator).share == share


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    # As printed in the literature: Newcombe 1998, table I.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)],
)
def test_the_interval_is_wilsons(numerator, denominator, low, high):
    interval = Ratio(numerator=numerator, denominator=denominator).interval
    assert interval == pytest.approx((low, high), abs=0.0001)


def test_the_interval_covers_the_truth_nearly_always():
    chance = random.Random(1)
    hits = 0
    for _ in range(1000):
        heads = sum(chance.random() < 0.2 for _ in range(50))
        low, high = Ratio(numerator=heads, denominator=50).interval
        hits += low <= 0.2 <= high
    assert hits / 1000 > 0.93


def test_a_percentage_needs_thirty_people():
    assert Ratio(numerator=3, denominator=29).is_few
    assert not Ratio(numerator=3, denominator=30).is_few


def test_a_planted_bottleneck_is_the_one_that_is_named():
    found = _chain(1000, 500, 60, 30, 30, 18)
    assert found.weakest.index == NAMES.index("bofu")
    assert found.weakest.ratio == Ratio(numerator=60, denominator=500)


def test_five_points_more_at_the_weakest_step_win_in_proportion():
    found = _chain(1000, 500, 50, 40, 30, 20)
    assert found.weakest.gain == pytest.approx(20 * 0.15 / 0.10 - 20)


def test_where_steps_convert_alike_nothing_is_named():
    found = _chain(1000, 500, 250, 125, 62, 31)
    assert (found.weakest, found.best) == (None, None)


def test_flat_chance_is_hardly_ever_blamed():
    chance = random.Random(2)
    named = 0
    for _ in range(300):
        reached = [600]
        for _ in STEPS[1:]:
            reached.append(sum(chance.random() < 0.6 for _ in range(reached[-1])))
        named += _chain(*reached).weakest is not None
    assert named / 300 < 0.02


def test_few_people_are_no_evidence():
    assert _chain(29, 20, 1, 1, 1, 1).weakest is None


def test_a_row_of_skips_is_no_evidence():
    imported = [_tally(0b000001, 900), _tally(0b100001, 100)]
    assert funnel(STEPS, imported).weakest is None


def test_those_who_still_wait_for_an_answer_are_not_held_against_sales():
    tallies = [_tally(0b1111, 300), _tally(0b11111, 60), _tally(0b1, 60), _tally(0b11, 60)]
    found = funnel(STEPS, tallies)
    assert found.weakest is None or found.weakest.index != NAMES.index("accepted")


def test_the_best_step_is_named_where_it_stands_out():
    found = _chain(1000, 100, 95, 90, 20, 5)
    assert found.best.index == NAMES.index("bofu")
    assert not math.isnan(found.best.gain)
