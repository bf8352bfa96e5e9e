"""One rule as it is being typed, in words: what it asks for, or what it still lacks."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from tracker.stages.checks import faults_of
from tracker.stages.documents import DEFAULT, parse
from tracker.stages.domain import StageModel
from tracker.web.stages.forms import GRADES
from tracker.web.stages.rules import fit_rule_words, rule_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """What a rule says; `is_wrong` while it says nothing yet."""

    words: str
    is_wrong: bool


def rule_sentence(rule: Mapping[str, Any], titles: Mapping[str, str]) -> Sentence:
    """Return what a rule asks for."""
    if not (rule.keys() & {"kinds", "items", "sequence", "min_score"}):
        return Sentence(words=_("Choose what somebody has to do."), is_wrong=True)
    if not all(rule.get("sequence", [True])):
        return Sentence(words=_("Choose what belongs to each step."), is_wrong=True)
    alone = DEFAULT | {"rules": [{**rule, "id": "rule"}]}
    return _sentence(alone, lambda model: rule_words(model.rules[0], titles))


def fit_sentence(rule: Mapping[str, Any]) -> Sentence:
    """Return what a fact is worth."""
    if rule.get("any_of") == [] or rule.get("points") is None:
        return Sentence(words=_("Say who gets how many points."), is_wrong=True)
    grades = {grade.value: points for grade, points in GRADES.items()}
    alone = DEFAULT | {"fit": {"rules": [rule], "grades": grades}}
    return _sentence(alone, lambda model: fit_rule_words(model.fit.rules[0]))


def _sentence(raw: Mapping[str, Any], say: Callable[[StageModel], str]) -> Sentence:
    faults = faults_of(raw)
    if faults:
        reason = next(iter(faults.values()))
        return Sentence(words=_("Not complete yet: %(reason)s.", reason=reason), is_wrong=True)
    return Sentence(words=say(parse(json.dumps(raw), version=0)), is_wrong=False)
