"""The fold: which touches move a lead, and what its receipt says."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import make_touch
from tracker.stages.classify import classify, score_lines
from tracker.stages.documents import default_document, parse
from tracker.stages.domain import Cause, Rule, Stage
from tracker.stages.fold import Fold
from tracker.stages.scoring import DAY, total
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


@given(touches)
def test_the_score_that_is_remembered_is_the_sum_of_all_entries(raw) -> None:
    state = Fold()
    for touch in as_touches(raw):
        classify(MODEL, state, [touch])
        for day in (touch.order[0] // DAY, touch.order[0] // DAY + 1):
            assert state.score(MODEL, day=day) == total(MODEL, state.groups, day=day)
        # Asked for the day itself again, as whoever writes the standing does.
        state.score(MODEL, day=touch.order[0] // DAY)


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
    classify(MODEL, state, life(*list(Kind) * 1000))
    assert len(state.dumps()) < 3_000


def at(day: float, kind: Kind, number: int = 0, item: int | None = None) -> Touch:
    """Return one touch of a kind on a day."""
    moment = int(day * DAY)
    return make_touch(number or moment, kind=kind, order=(moment, b""), content_id=item)


def told(model, *touches: Touch) -> list[tuple[str, Stage | None, Cause]]:
    """Return the rule, the stage and the cause of every transition."""
    return [(m.receipt.rule, m.to_stage, m.cause) for m in classify(model, Fold(), touches)]


def by(*rules: Rule, **facts):
    """Return the default model with other rules."""
    return replace(MODEL, rules=rules, **facts)


def test_an_item_has_points_of_its_own_whatever_its_kind() -> None:
    model = by(items={"url:a/report": 7}, item_points={"url:a/report": 25})
    state = Fold()
    classify(model, state, [at(1, Kind.PAGE, item=7), at(1.5, Kind.PAGE, item=8)])
    lines = score_lines(model, state, day=1)
    assert [(x.kind, x.item, x.milli) for x in lines] == [
        (Kind.PAGE, None, 1_000), (Kind.PAGE, 7, 25_000)
    ]  # fmt: skip


def test_a_rule_may_ask_for_an_item() -> None:
    asks = Rule(id="report", stage=MOFU, items=frozenset({"url:a/report"}), at_least=2)
    model = by(asks, items={"url:a/report": 7})
    first, other = at(1, Kind.PAGE, item=7), at(2, Kind.PAGE, item=8)
    assert told(model, first, other) == []
    assert told(model, first, at(3, Kind.PAGE, item=7)) == [("report", MOFU, Cause.RULE)]


def test_an_item_that_nobody_knows_admits_nobody() -> None:
    assert told(by(Rule(id="report", stage=MOFU, items=frozenset({"x"}))), at(1, Kind.PAGE)) == []


def test_a_touch_of_a_kind_and_an_item_that_a_rule_asks_for_counts_once() -> None:
    asks = Rule(id="two", stage=MOFU, kinds=frozenset({Kind.PAGE}), items=frozenset({"x"}),
                at_least=2)  # fmt: skip
    assert told(by(asks, items={"x": 7}), at(1, Kind.PAGE, item=7)) == []


SEQUENCE = Rule(
    id="way",
    stage=BOFU,
    sequence=(frozenset({Kind.WEBINAR}), frozenset({Kind.PRICING}), frozenset({Kind.PRICING})),
    within_days=10,
)


@pytest.mark.parametrize(
    ("days", "admits"),
    [
        ([(1, Kind.WEBINAR), (2, Kind.PRICING), (3, Kind.PRICING)], True),
        ([(1, Kind.WEBINAR), (2, Kind.PRICING)], False),
        ([(1, Kind.PRICING), (2, Kind.WEBINAR), (3, Kind.PRICING)], False),
        ([(1, Kind.WEBINAR), (2, Kind.PRICING), (11, Kind.PRICING)], True),
        ([(1, Kind.WEBINAR), (2, Kind.PRICING), (11.5, Kind.PRICING)], False),
        ([(1, Kind.WEBINAR), (2, Kind.WEBINAR), (3, Kind.PRICING), (12, Kind.PRICING)], True),
        ([(1, Kind.WEBINAR), (2, Kind.PAGE), (3, Kind.PRICING), (4, Kind.PRICING)], True),
    ],
)
def test_a_sequence_asks_for_its_steps_in_order_and_within_its_days(days, admits) -> None:
    touches = [at(day, kind, n) for n, (day, kind) in enumerate(days, 1)]
    assert bool(told(by(SEQUENCE), *touches)) is admits


def test_the_receipt_of_a_sequence_names_its_touches_in_order() -> None:
    life_ = [at(1, Kind.WEBINAR, 1), at(2, Kind.PRICING, 2), at(3, Kind.PRICING, 3)]
    (moved,) = classify(by(SEQUENCE), Fold(), life_)
    assert moved.receipt.touches == (1, 2, 3)


def test_half_lives_may_differ_by_kind() -> None:
    model = replace(MODEL, half_lives={Kind.WEBINAR: 10})
    state = Fold()
    classify(model, state, [at(1, Kind.WEBINAR), at(1.5, Kind.DOWNLOAD)])
    worth = {x.kind: x.milli for x in score_lines(model, state, day=11)}
    assert worth[Kind.WEBINAR] == 6_000
    assert worth[Kind.DOWNLOAD] > 6_000


FLOOR = Rule(id="warm", stage=MOFU, min_score=20, falls_below=10)


def test_who_came_by_score_falls_back_on_the_day_on_which_it_is_gone() -> None:
    model = by(Rule(id="in", stage=TOFU, kinds=frozenset({Kind.PAGE})), FLOOR)
    touches = [at(0.5, Kind.PAGE), at(1, Kind.WEBINAR), at(2, Kind.WEBINAR), at(80, Kind.PAGE)]
    moved = classify(model, Fold(), touches)
    assert [(m.receipt.rule, m.to_stage, m.cause) for m in moved] == [
        ("in", TOFU, Cause.RULE), ("warm", MOFU, Cause.RULE), ("warm", TOFU, Cause.DECAY)
    ]  # fmt: skip
    fell = moved[-1]
    assert fell.order[0] % DAY == 0 and fell.order[1] == b"\0"
    assert fell.receipt.score < 10_000


def test_a_touch_that_speaks_against_somebody_lets_it_fall_at_once() -> None:
    model = by(FLOOR, points=MODEL.points | {Kind.OTHER: -20})
    moved = told(model, at(1, Kind.WEBINAR), at(1.1, Kind.WEBINAR), at(1.2, Kind.OTHER))
    assert moved[1:] == [("warm", None, Cause.DECAY)]


def test_nobody_falls_behind_what_another_rule_has_earned_meanwhile() -> None:
    asked = Rule(id="survey", stage=MOFU, kinds=frozenset({Kind.SURVEY}))
    life_ = [at(1, Kind.WEBINAR), at(1.1, Kind.WEBINAR), at(2, Kind.SURVEY), at(150, Kind.OTHER)]
    assert told(by(FLOOR, asked), *life_) == [("warm", MOFU, Cause.RULE)]
    assert told(by(FLOOR), *life_)[-1] == ("warm", None, Cause.DECAY)


def test_who_is_silent_goes_dormant_at_its_moment_and_wakes_with_a_touch() -> None:
    moved = classify(MODEL, Fold(), [at(1.25, Kind.PAGE), at(400, Kind.SURVEY)])
    assert [(m.cause, m.from_stage, m.to_stage) for m in moved] == [
        (Cause.RULE, None, TOFU),
        (Cause.DORMANT, TOFU, TOFU),
        (Cause.AWAKE, TOFU, TOFU),
        (Cause.RULE, TOFU, MOFU),
    ]
    assert moved[1].order[0] == int(181.25 * DAY)
