from dataclasses import replace

from tracker.stages.documents import default_document, parse
from tracker.stages.domain import Rule, Stage, StageModel
from tracker.stages.explain import nearest_unmet, rule_of
from tracker.stages.fold import Fold
from tracker.touches.domain import ContentKind as Kind

MODEL = parse(default_document(), version=1)
DAY = 86_400_000_000
NOW = 20_000 * DAY


def _model(*rules: Rule) -> StageModel:
    return StageModel(version=1, rules=rules, points={Kind.PAGE: 2}, names={}, meanings={})


def test_a_lead_at_the_top_needs_one_thing_of_the_middle():
    unmet = nearest_unmet(MODEL, Fold(path=[(Stage.TOFU, "in")]), at=NOW)
    assert (unmet.stage, unmet.missing) == (Stage.MOFU, 1)
    assert unmet.kinds == {Kind.SURVEY, Kind.WEBINAR, Kind.DOWNLOAD}


def test_a_lead_in_the_middle_is_told_of_every_way_on():
    unmet = nearest_unmet(MODEL, Fold(path=[(Stage.MOFU, "in")]), at=NOW)
    assert unmet.kinds == {Kind.DEMO, Kind.CASE_STUDY, Kind.COMPARISON, Kind.PRICING}


def test_at_the_bottom_nothing_is_missing():
    assert nearest_unmet(MODEL, Fold(path=[(Stage.BOFU, "in")]), at=NOW) is None


def test_touches_outside_the_window_are_missing_again():
    rule = Rule(id="twice", stage=Stage.MOFU, kinds=frozenset({Kind.PRICING}), at_least=3,
                within_days=14)  # fmt: skip
    seen = [(NOW - 20 * DAY, 1), (NOW - DAY, 2)]
    unmet = nearest_unmet(_model(rule), Fold(recent={"twice": seen}), at=NOW)
    assert (unmet.missing, unmet.within_days) == (2, 14)


def test_where_only_score_is_missing_it_says_how_much():
    rule = Rule(id="score", stage=Stage.MOFU, min_score=30)
    state = Fold(groups={"page": [(20_000, 4, 8_000_000)]})
    assert nearest_unmet(_model(rule), state, at=NOW).missing_milli == 22_000


def test_an_unknown_rule_is_none():
    assert rule_of(MODEL, "no-such-rule") is None
    assert rule_of(MODEL, "bofu-demo").stage is Stage.BOFU


def test_a_score_that_leads_to_the_next_stage_is_nearer_than_a_touch_that_leads_further():
    score = Rule(id="score", stage=Stage.MOFU, min_score=30)
    demo = Rule(id="demo", stage=Stage.BOFU, kinds=frozenset({Kind.DEMO}))
    unmet = nearest_unmet(_model(score, demo), Fold(path=[(Stage.TOFU, "in")]), at=NOW)
    assert (unmet.stage, unmet.missing_milli) == (Stage.MOFU, 30_000)


def test_points_that_speak_against_somebody_are_missing_too():
    model = replace(_model(Rule(id="score", stage=Stage.MOFU, min_score=5)), points={Kind.PAGE: -2})
    unmet = nearest_unmet(model, Fold(groups={"page": [(20_000, 2, -4_000_000)]}), at=NOW)
    assert unmet.missing_milli == 9_000
