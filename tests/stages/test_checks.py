"""What a stage model must be: each fault is named by its field, with the reason."""

import copy
from typing import Any

import pytest

from tracker.stages.checks import MAX_ITEMS, faults_of
from tracker.stages.documents import DEFAULT
from tracker.stages.rule_checks import MAX_RULES

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
        ("half_lives", {"page": 0}, "half_lives.page", "from 1"),
        ("half_lives", {"banner": 7}, "half_lives.banner", "no kind of content"),
        ("item_points", [], "item_points", "items and whole points"),
        ("item_points", {"url:a": NAN}, "item_points.url:a", "whole number"),
        ("item_points", {"url:a": 1001}, "item_points.url:a", "to 1000"),
        ("item_points", {7: 1}, "item_points.7", "some text"),
        (
            "item_points",
            dict.fromkeys(map(str, range(10_000)), 1),
            "item_points",
            f"at most {MAX_ITEMS}",
        ),
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
        ("rules/1/kinds", [], "rules[1].kinds", "one of them"),
        ("rules/1/min_score", 3, "rules[1].kinds", "one of them"),
        ("rules/1/sequence", [["page"], ["demo"]], "rules[1].kinds", "one of them"),
        ("rules/1/at_least", 0, "rules[1].at_least", "from 1"),
        ("rules/1/within_days", -14, "rules[1].within_days", "from 1"),
        ("rules/1/within_days", NAN, "rules[1].within_days", "whole number"),
        ("rules/1/from_stage", "mofu", "rules[1].from_stage", "circle"),
        ("rules/1/from_stage", "bofu", "rules[1].from_stage", "circle"),
        ("rules/1/items", "url:a", "rules[1].items", "list of at most"),
        ("rules/1/items", ["a\0b"], "rules[1].items", "readable"),
        ("rules/1/items", ["x" * 701], "rules[1].items", "at most 700"),
        ("rules/1/falls_below", 3, "rules[1].falls_below", "with a score only"),
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


def rule(**asked: Any) -> dict[str, Any]:
    """Return the default with a rule that asks for something else in another's place."""
    return broken("rules/1", {"id": "hot", "stage": "mofu", **asked})


STEPS = [["webinar"], ["pricing", "comparison"]]


@pytest.mark.parametrize(
    "asked",
    [
        {"items": ["url:acme.example/report"]},
        {"items": ["url:acme.example/report"], "kinds": ["webinar"], "at_least": 2},
        {"sequence": STEPS},
        {"sequence": STEPS, "within_days": 30, "from_stage": "tofu"},
        {"min_score": 30, "falls_below": 30},
        {"min_score": 30, "falls_below": 1},
    ],
)
def test_a_rule_asks_for_items_a_sequence_or_a_score_with_a_floor(asked):
    assert faults_of(rule(**asked)) == {}


@pytest.mark.parametrize(
    ("asked", "field", "reason"),
    [
        ({"min_score": 30, "within_days": 3}, "within_days", "together with a score"),
        ({"min_score": 30, "at_least": 3}, "at_least", "together with a score"),
        ({"min_score": 30, "falls_below": 31}, "falls_below", "circle"),
        ({"min_score": 30, "falls_below": 0}, "falls_below", "from 1"),
        ({"min_score": NAN, "falls_below": 3}, "min_score", "whole number"),
        ({"sequence": STEPS[:1]}, "sequence", "2 to 10 steps"),
        ({"sequence": STEPS * 6}, "sequence", "2 to 10 steps"),
        ({"sequence": "webinar"}, "sequence", "2 to 10 steps"),
        ({"sequence": [["webinar"], []]}, "sequence[1]", "kinds of content"),
        ({"sequence": [["webinar"], ["banner"]]}, "sequence[1]", "banner is no kind"),
        ({"sequence": STEPS, "within_days": -1}, "within_days", "from 1"),
        ({"sequence": STEPS, "at_least": 2}, "at_least", "together with a sequence"),
        ({"sequence": STEPS, "falls_below": 2}, "falls_below", "with a score only"),
        ({"items": [], "kinds": []}, "kinds", "one of them"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field(asked, field, reason):
    faults = faults_of(rule(**asked))
    assert list(faults) == [f"rules[1].{field}"]
    assert reason in faults[f"rules[1].{field}"]


def test_points_may_speak_against_somebody():
    assert faults_of(broken("points/page", -5)) == {}
