"""Lift and its interval against figures worked out by hand, and against many tossed coins."""

import random
from math import exp, log, sqrt

import pytest

from tracker.reports.domain import Z95, Ratio
from tracker.reports.evidence import Lift


def lift(won, touched, all_won, everybody):
    return Lift(
        touched=Ratio(numerator=won, denominator=touched),
        base=Ratio(numerator=all_won, denominator=everybody),
    )


def test_lift_is_the_share_against_everybodys():
    # 30 of 60 who touched it were won, 50 of all 200: 0.5 / 0.25.
    assert lift(30, 60, 50, 200).value == 2


def test_the_interval_is_that_worked_out_by_hand():
    # R = (30/60) / (20/140) = 3.5; ln R +- z * sqrt(1/30 - 1/60 + 1/20 - 1/140); f = 0.3.
    reach = Z95 * sqrt(1 / 30 - 1 / 60 + 1 / 20 - 1 / 140)
    ends = [exp(log(3.5) + side) for side in (-reach, reach)]
    by_hand = [r / (0.3 * r + 0.7) for r in ends]
    assert lift(30, 60, 50, 200).interval == pytest.approx(by_hand)
    assert by_hand == pytest.approx([1.606, 2.359], abs=0.001)


@pytest.mark.parametrize(
    ("counts", "points"),
    [
        ((30, 60, 50, 200), 10),
        ((60, 60, 60, 240), 20),
        ((5, 100, 50, 200), -23),
        ((0, 100, 50, 200), -40),
        ((15, 60, 50, 200), None),
        ((10, 20, 11, 200), None),
    ],
    ids=["twice", "always won", "rarely won", "never won", "no difference", "too few"],
)
def test_points_follow_the_stated_rule(counts, points):
    assert lift(*counts).points == points


@pytest.mark.parametrize(
    "counts", [(0, 0, 0, 0), (0, 5, 0, 9), (5, 9, 5, 9), (0, 0, 3, 9)],
    ids=["nobody", "nobody won", "everybody touched it", "nobody touched it"],
)  # fmt: skip
def test_where_there_is_nothing_to_compare_there_is_no_interval(counts):
    found = lift(*counts)
    assert found.interval is None
    assert found.points is None


def test_the_interval_holds_the_lift():
    for n in range(1, 12):
        for a in range(n + 1):
            for b in range(8):
                found = lift(a, n, a + b, n + 7)
                if found.interval:
                    assert found.interval[0] <= found.value <= found.interval[1]


def test_the_interval_covers_the_truth_as_often_as_it_says():
    dice = random.Random(7)
    hits = 0
    for _ in range(1000):
        touched = sum(dice.random() < 0.4 for _ in range(80))
        other = sum(dice.random() < 0.2 for _ in range(160))
        low, high = lift(touched, 80, touched + other, 240).interval
        hits += low <= 0.4 / ((80 * 0.4 + 160 * 0.2) / 240) <= high
    assert 925 <= hits <= 975
