"""The fold: which touches move a lead, and what its receipt says."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import make_touch
from tracker.stages.classify import DAY, SCALE, Fold, classify, decay, score_lines
from tracker.stages.documents import default_document, parse
from tracker.stages.domain import Rule, Stage
from tracker.touches.domain import ContentKind as Kind
from tracker.touches.domain import Touch

MODEL = parse(default_document(), version=1)
TOFU, MOFU, BOFU = Stage


def life(*kinds: Kind, day: int = 1) -> list[Touch]:
    """Return one touch of each kind, a day apart."""
    return [
        make_touch(n, kind=kind, order=(n * day * DAY, b"%d" % n)) for n, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize(
    ("kinds", "stage"),
    [
        ([Kind.PAGE], TOFU),
        ([Kind.ARTICLE], TOFU),
        ([Kind.SOCIAL], TOFU),
        ([Kind.OTHER], None),
        ([Kind.WEBINAR_SIGNUP], TOFU),
        ([Kind.SURVEY], MOFU),
        ([Kind.WEBINAR], MOFU),
        ([Kind.DOWNLOAD], MOFU),
        ([Kind.PAGE] * 50, TOFU),
        ([Kind.DEMO], BOFU),
        ([Kind.PRICING], TOFU),
        ([Kind.PRICING, Kind.WEBINAR], MOFU),
        ([Kind.WEBINAR, Kind.PRICING], BOFU),
        ([Kind.WEBINAR, Kind.COMPARISON], BOFU),
        ([Kind.DOWNLOAD, Kind.CASE_STUDY], BOFU),
        ([Kind.DEMO, Kind.PAGE, Kind.WEBINAR], BOFU),
    ],
)
def test_the_default_model_places_people_as_the_article_says(kinds, stage) -> None:
    state = Fold()
    classify(MODEL, state, life(*kinds))
    assert state.stage is stage


def test_every_transition_says_which_touch_and_rule_decided() -> None:
    moved = classify(MODEL, Fold(), life(Kind.PAGE, Kind.PAGE, Kind.WEBINAR))
    assert [(m.receipt.rule, m.receipt.touches) for m in moved] == [
        ("tofu-visit", (0,)),
        ("mofu-webinar", (2,)),
    ]


def test_a_demo_request_goes_straight_to_the_bottom() -> None:
    (moved,) = classify(MODEL, Fold(), life(Kind.DEMO))
    assert (moved.from_stage, moved.to_stage) == (None, BOFU)


def test_a_window_counts_only_the_days_before_the_deciding_touch() -> None:
    rule = Rule(id="twice", stage=BOFU, kinds=frozenset({Kind.PRICING}), at_least=2, within_days=14)
    model = replace(MODEL, rules=(rule,))
    assert classify(model, Fold(), life(Kind.PRICING, Kind.PRICING, day=15)) == []
    (moved,) = classify(model, Fold(), life(Kind.PRICING, Kind.PRICING, day=14))
    assert moved.receipt.touches == (0, 1)


def test_a_score_rule_admits_when_the_lines_add_up() -> None:
    model = replace(MODEL, rules=(Rule(id="hot", stage=BOFU, min_score=20),))
    (moved,) = classify(model, Fold(), life(Kind.WEBINAR, Kind.WEBINAR, day=0))
    assert moved.receipt.score == 24_000


@pytest.mark.parametrize(
    ("days", "worth"), [(0, 1.0), (15, 0.75), (30, 0.5), (60, 0.25), (359, 0.00026), (360, 0.0)]
)
def test_a_touch_is_worth_half_after_each_half_life(days, worth) -> None:
    assert decay(days, 30) / SCALE == pytest.approx(worth, abs=0.00001)


kinds = st.sampled_from(list(Kind))
touches = st.lists(
    st.tuples(st.integers(0, 500 * DAY), kinds), max_size=40, unique_by=lambda t: t[0]
)


def as_touches(raw) -> list[Touch]:
    return [
        make_touch(n, kind=kind, order=(at, b"")) for n, (at, kind) in enumerate(sorted(raw), 1)
    ]


@given(touches, st.integers(0, 40))
def test_folding_in_two_parts_is_folding_at_once(raw, cut) -> None:
    whole, parts = Fold(), Fold()
    moved = classify(MODEL, whole, as_touches(raw))
    first = classify(MODEL, parts, as_touches(raw)[:cut])
    resumed = Fold.loads(parts.dumps())
    assert first + classify(MODEL, resumed, as_touches(raw)[cut:]) == moved
    assert resumed.dumps() == whole.dumps()


@given(touches, st.integers(0, 600))
def test_the_score_falls_with_every_day_and_its_lines_are_never_negative(raw, day) -> None:
    state = Fold()
    classify(MODEL, state, as_touches(raw))
    today = score_lines(MODEL, state, day=500 + day)
    tomorrow = score_lines(MODEL, state, day=501 + day)
    assert sum(x.milli for x in today) >= sum(x.milli for x in tomorrow)
    assert all(x.milli > 0 for x in today)


def test_the_state_stays_small_however_long_a_life_is() -> None:
    state = Fold()
    classify(MODEL, state, life(*[Kind.PAGE] * 5000))
    assert len(state.dumps()) < 12_000


@given(
    worth=st.integers(-50, 50).filter(bool),
    cap=st.integers(1, 60),
    visits=st.lists(st.integers(0, 90), min_size=1, max_size=30),
)
def test_a_kind_never_counts_for_more_than_its_cap(worth, cap, visits) -> None:
    model = replace(MODEL, points={Kind.PAGE: worth}, caps={Kind.PAGE: cap})
    state = Fold(buckets={(day, Kind.PAGE): 1 for day in visits})
    free = sum(x.milli for x in score_lines(replace(model, caps={}), state, day=90))
    held = sum(x.milli for x in score_lines(model, state, day=90))
    assert held == max(-cap * 1000, min(cap * 1000, free))


def test_what_speaks_against_somebody_fades_to_nothing() -> None:
    model = replace(MODEL, points={Kind.PAGE: -1})
    state = Fold(buckets={(0, Kind.PAGE): 1})
    half = score_lines(model, state, day=30)
    assert [line.milli for line in half] == [-500]
    assert score_lines(model, state, day=30 * 11 + 29) == ()
