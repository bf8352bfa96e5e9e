"""What a stage model must be: each fault is named by its field, with the reason."""

import copy
from typing import Any

import pytest

from tracker.stages.checks import MAX_RULES, faults_of
from tracker.stages.documents import DEFAULT

NAN = float("nan")


def broken(path: str, value: Any) -> dict[str, Any]:
    """Return the default with one value in another's place."""
    raw = copy.deepcopy(DEFAULT)
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    place: Any = raw
    for step in way:
        place = place[step]
    place[last] = value
    return raw


def test_the_default_has_no_fault():
    assert faults_of(DEFAULT) == {}


@pytest.mark.parametrize(
    ("path", "value", "field", "reason"),
    [
        ("half_life_days", 0, "half_life_days", "from 1"),
        ("half_life_days", NAN, "half_life_days", "whole number"),
        ("dormant_after_days", True, "dormant_after_days", "whole number"),
        ("points/page", NAN, "points.page", "whole number"),
        ("points/page", 10**9, "points.page", "to 1000"),
        ("points/banner", 1, "points.banner", "no kind of content"),
        ("caps", {"page": -1}, "caps.page", "from 1"),
        ("colour", "red", "colour", "no such field"),
        ("stages/tofu", None, "stages.tofu", "name and a meaning"),
        ("stages/mofu/name", "", "stages.mofu.name", "some text"),
        ("stages/mofu/name", "x" * 61, "stages.mofu.name", "at most 60"),
        ("stages/mofu/meaning", "a\0b", "stages.mofu.meaning", "readable"),
        ("stages/lofu", {}, "stages.lofu", "no such field"),
        ("rules", [], "rules", "one rule or more"),
        ("rules", [{}] * 10_000, "rules", f"at most {MAX_RULES}"),
        ("rules/0", "tofu", "rules[0]", "table"),
        ("rules/1/id", "tofu-visit", "rules[1].id", "another rule"),
        ("rules/1/id", "No Spaces!", "rules[1].id", "small letters"),
        ("rules/1/stage", "lofu", "rules[1].stage", "no stage"),
        ("rules/1/kinds", ["banner"], "rules[1].kinds", "banner is no kind"),
        ("rules/1/kinds", [["page"]], "rules[1].kinds", "no kind"),
        ("rules/1/kinds", [], "rules[1].kinds", "one of the two"),
        ("rules/1/min_score", 3, "rules[1].kinds", "one of the two"),
        ("rules/1/at_least", 0, "rules[1].at_least", "from 1"),
        ("rules/1/within_days", -14, "rules[1].within_days", "from 1"),
        ("rules/1/within_days", NAN, "rules[1].within_days", "whole number"),
        ("rules/1/from_stage", "mofu", "rules[1].from_stage", "circle"),
        ("rules/1/from_stage", "bofu", "rules[1].from_stage", "circle"),
        ("rules/1/weight", 1, "rules[1].weight", "no such field"),
    ],
)
def test_a_fault_is_named_by_its_field(path, value, field, reason):
    faults = faults_of(broken(path, value))
    assert list(faults) == [field]
    assert reason in faults[field]


@pytest.mark.parametrize("raw", [None, [], "model", 3, {}])
def test_what_is_no_model_at_all_is_refused(raw):
    assert faults_of(raw)


def test_every_fault_is_named_at_once():
    raw = broken("half_life_days", -1) | {"rules": [{"id": "a"}, {"id": "a"}]}
    assert {"half_life_days", "rules[0].stage", "rules[1].id"} <= faults_of(raw).keys()


def test_a_score_cannot_be_asked_within_days():
    rule = {"id": "hot", "stage": "mofu", "min_score": 30, "within_days": 3}
    assert list(faults_of(broken("rules/1", rule))) == ["rules[1].within_days"]


def test_points_may_speak_against_somebody():
    assert faults_of(broken("points/page", -5)) == {}
