"""Why a lead stands where it stands, and what would bring it further: one sentence each."""

from datetime import timedelta

import pytest

from tests.builders import NOON
from tracker.stages.domain import Cause, Rule, Stage
from tracker.stages.explain import Unmet
from tracker.stages.fold import Receipt
from tracker.stages.models import StageOverride
from tracker.stages.scoring import Line
from tracker.touches.domain import ContentKind as Kind
from tracker.web.receipts import sentence, unmet_sentence
from tracker.workspaces.models import User

WEBINAR, PRICES = (Kind.WEBINAR, "Plan a week"), (Kind.PRICING, "")
ROSA = User(name="Rosa")
LINE = Line(kind=Kind.PAGE, day=1, touches=1, milli=19_800)


def said(stage, cause, *touched, rule=None, by_hand=None):
    receipt = Receipt(rule="r", version=1, touches=(), lines=(LINE,))
    return sentence(stage, cause, receipt, rule=rule, touched=touched, by_hand=by_hand)


def rule(**asked):
    return Rule(id="r", stage=Stage.BOFU, **asked)


def by_hand(**facts):
    return StageOverride(reason="Met at the fair", started_by=ROSA, **facts)


SENTENCES = [
    ((Stage.MOFU, Cause.RULE, WEBINAR), {},
     "MOFU because this lead attended a webinar (“Plan a week”)."),
    ((Stage.BOFU, Cause.RULE, PRICES, PRICES), {"rule": rule(at_least=2, within_days=14)},
     "BOFU because this lead looked at prices, one of 2 such touches within 14 days."),
    ((Stage.BOFU, Cause.RULE, PRICES), {"rule": rule(from_stage=Stage.MOFU)},
     "BOFU because this lead, already in MOFU, looked at prices."),
    ((Stage.BOFU, Cause.RULE, WEBINAR, PRICES),
     {"rule": rule(sequence=(frozenset({Kind.WEBINAR}), frozenset({Kind.PRICING})),
                   within_days=1)},
     "BOFU because this lead attended a webinar (“Plan a week”), then looked at prices "
     "within 1 day."),
    ((Stage.BOFU, Cause.RULE, PRICES), {"rule": rule(min_score=19)},
     "BOFU because the score reached 19: it was 19.8."),
    ((Stage.BOFU, Cause.RULE), {}, "BOFU by a rule of the stage model."),
    ((Stage.MOFU, Cause.DECAY), {"rule": rule(min_score=60, falls_below=20)},
     "Back to MOFU because the score fell to 19.8, under 20."),
    ((None, Cause.DECAY), {}, "In no stage any more because the score fell to 19.8."),
    ((Stage.MOFU, Cause.DORMANT), {},
     "Dormant: nothing that counts has happened for long. It stays in MOFU."),
    ((Stage.MOFU, Cause.AWAKE, PRICES), {},
     "Awake again in MOFU: after a long silence this lead looked at prices."),
    ((Stage.BOFU, Cause.OVERRIDE), {"by_hand": by_hand()},
     "BOFU. Set by hand by Rosa until somebody ends it: “Met at the fair”"),
    ((Stage.BOFU, Cause.OVERRIDE), {"by_hand": by_hand(until=NOON + timedelta(days=9))},
     "BOFU. Set by hand by Rosa until Mar 13, 2026: “Met at the fair”"),
    ((Stage.TOFU, Cause.OVERRIDE_ENDED), {"by_hand": by_hand(ended_at=NOON, ended_by=ROSA)},
     "TOFU as the rules say: Rosa ended what was set by hand."),
    ((Stage.TOFU, Cause.OVERRIDE_ENDED), {"by_hand": by_hand(until=NOON)},
     "TOFU as the rules say: the date is past until which it was set by hand."),
]  # fmt: skip

UNMET = [
    (Unmet(stage=Stage.MOFU, kinds=frozenset({Kind.WEBINAR}), missing=1, within_days=30),
     "one more webinar attended within 30 days → MOFU"),
    (Unmet(stage=Stage.MOFU, kinds=frozenset({Kind.SURVEY, Kind.WEBINAR}), missing=1),
     "one more survey filled in or webinar attended → MOFU"),
    (Unmet(stage=Stage.BOFU, kinds=frozenset({Kind.PRICING}), missing=2, within_days=14),
     "2 more times prices viewed within 14 days → BOFU"),
    (Unmet(stage=Stage.BOFU, items=frozenset({"url:x"}), missing=1), "one more “X” → BOFU"),
    (Unmet(stage=Stage.BOFU, kinds=frozenset({Kind.WEBINAR}), missing=2,
           then=(frozenset({Kind.PRICING, Kind.DEMO}),), within_days=14),
     "webinar attended, then prices viewed or demo requested within 14 days → BOFU"),
    (Unmet(stage=Stage.BOFU, missing_milli=12_300), "12.3 more points → BOFU"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "more", "words"), SENTENCES)
def test_every_cause_has_its_sentence(app, told, more, words):
    with app.test_request_context():
        assert said(*told, **more) == words


@pytest.mark.parametrize(("unmet", "words"), UNMET)
def test_the_nearest_unmet_rule_is_one_sentence(app, unmet, words):
    with app.test_request_context():
        assert unmet_sentence(unmet, {"url:x": "X"}) == words
