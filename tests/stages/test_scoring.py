"""What touches are worth: halved with time, capped by kind, small, and summed exactly."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.stages.documents import default_document, parse
from tracker.stages.scoring import DAYS_APART, SCALE, add, decay, first_day_below, lines, total
from tracker.touches.domain import ContentKind as Kind

MODEL = parse(default_document(), version=1)


def groups_of(model, *days: int, kind: Kind = Kind.PAGE):
    """Return what is kept of touches of a kind on some days."""
    groups = {}
    for day in sorted(days):
        add(model, groups, kind, None, day)
    return groups


@pytest.mark.parametrize(
    ("days", "worth"),
    [(0, 1.0), (15, 0.70711), (30, 0.5), (60, 0.25), (359, 0.00025), (360, 0.0), (-3, 1.0)],
)
def test_a_touch_is_worth_half_after_each_half_life(days, worth):
    assert decay(days, 30) / SCALE == pytest.approx(worth, abs=0.00001)


@given(st.integers(1, 3650), st.integers(0, 50_000))
def test_what_is_left_never_grows(half_life, days):
    assert decay(days, half_life) >= decay(days + 1, half_life)


@given(
    worth=st.integers(-50, 50).filter(bool),
    cap=st.integers(1, 60),
    visits=st.lists(st.integers(0, 90), min_size=1, max_size=30),
)
def test_a_kind_never_counts_for_more_than_its_cap(worth, cap, visits):
    model = replace(MODEL, points={Kind.PAGE: worth}, caps={Kind.PAGE: cap})
    groups = groups_of(model, *visits)
    free = total(replace(model, caps={}), groups, day=90)
    assert total(model, groups, day=90) == max(-cap * 1000, min(cap * 1000, free))


def test_what_speaks_against_somebody_fades_to_nothing():
    model = replace(MODEL, points={Kind.PAGE: -1})
    groups = groups_of(model, 0)
    assert [line.milli for line in lines(model, groups, day=30)] == [-500]
    assert lines(model, groups, day=30 * 11 + 29) == ()


@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(list(Kind))), max_size=60),
    st.dictionaries(st.sampled_from(list(Kind)), st.integers(1, 30)),
    st.integers(0, 800),
)
def test_the_score_is_the_sum_of_its_lines(touches, caps, day):
    model = replace(MODEL, caps=caps)
    groups = {}
    for then, kind in sorted(touches):
        add(model, groups, kind, None, then)
    assert sum(line.milli for line in lines(model, groups, day=day)) == total(
        model, groups, day=day
    )


def test_the_last_days_are_told_apart_and_those_before_together():
    groups = groups_of(MODEL, *range(100), kind=Kind.WEBINAR)
    told = lines(MODEL, groups, day=99)
    assert [line.day for line in told] == list(range(99 - DAYS_APART, 100))
    assert [line.touches for line in told] == [100 - DAYS_APART] + [1] * DAYS_APART
    exact = sum(12_000 * 2 ** (-day / 30) for day in range(100))
    assert sum(line.milli for line in told) == pytest.approx(exact, rel=0.0005)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from([Kind.PAGE, Kind.OTHER])), min_size=1),
    st.integers(1, 30),
)
def test_the_day_on_which_a_score_is_gone_is_found_without_asking_every_day(touches, points):
    model = replace(MODEL, points={Kind.PAGE: 20, Kind.OTHER: -15}, half_lives={Kind.OTHER: 3})
    groups = {}
    for day, kind in sorted(touches):
        add(model, groups, kind, None, day)
    day = first_day_below(model, groups, points=points, after=60)
    plain = next(d for d in range(61, 1000) if total(model, groups, day=d) < points * 1000)
    assert day == plain
    assert first_day_below(model, groups, points=points, after=60, by=plain - 1) is None
