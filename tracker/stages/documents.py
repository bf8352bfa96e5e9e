"""The stage model as a document: the default from the article, JSON and YAML."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import yaml

from tracker.errors import Invalid
from tracker.stages.checks import faults_of
from tracker.stages.domain import FitRules, Grade, Rule, Stage, StageModel
from tracker.stages.faults import short
from tracker.stages.fit import rules_of
from tracker.touches.domain import ContentKind as Kind

MAX_YAML = 100_000
# People read a model from what it says to how it counts.
_ORDER = ("stages", "rules", "points", "item_points", "caps", "half_life_days", "half_lives",
          "dormant_after_days", "fit")  # fmt: skip
_FIT = ("field", "any_of", "at_least", "at_most", "points")
_ASKED = ("id", "stage", "from_stage", "kinds", "items", "sequence", "at_least", "within_days",
          "min_score", "falls_below")  # fmt: skip
_VISITS = (Kind.PAGE, Kind.ARTICLE, Kind.SOCIAL, Kind.PRICING, Kind.COMPARISON, Kind.CASE_STUDY,
           Kind.WEBINAR_SIGNUP)  # fmt: skip

DEFAULT: dict[str, Any] = {
    "half_life_days": 30,
    "dormant_after_days": 180,
    "points": {
        "page": 1, "article": 2, "social": 1, "survey": 10, "webinar_signup": 3, "webinar": 12,
        "download": 8, "case_study": 8, "comparison": 10, "pricing": 10, "demo": 40,
    },
    "stages": {
        "tofu": {
            "name": "TOFU",
            "meaning": "Just becoming aware: visited the site, read something or met a post.",
        },
        "mofu": {
            "name": "MOFU",
            "meaning": "Engaged and comparing: filled in a survey, attended a webinar or "
            "downloaded something to learn from.",
        },
        "bofu": {
            "name": "BOFU",
            "meaning": "Ready for a demo: asked for one, or looked at proof and prices "
            "when already comparing.",
        },
    },
    "rules": [
        {"id": "tofu-visit", "stage": "tofu", "kinds": sorted(k.value for k in _VISITS)},
        {"id": "mofu-survey", "stage": "mofu", "kinds": ["survey"]},
        {"id": "mofu-webinar", "stage": "mofu", "kinds": ["webinar"]},
        {"id": "mofu-download", "stage": "mofu", "kinds": ["download"]},
        {"id": "bofu-demo", "stage": "bofu", "kinds": ["demo"]},
        {
            "id": "bofu-proof", "stage": "bofu", "from_stage": "mofu",
            "kinds": ["case_study", "comparison", "pricing"],
        },
    ],
}  # fmt: skip


def default_document() -> str:
    """Return the default model as the JSON that is stored."""
    return json.dumps(DEFAULT, separators=(",", ":"), sort_keys=True)


@lru_cache(maxsize=256)
def parse(document: str, *, version: int, items: str = "{}") -> StageModel:
    """Return the model of a stored document; raise Invalid naming the fields that are wrong.

    `items` is a JSON table of the catalogue's numbers for the keys that the document names.
    """
    try:
        raw = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise _unreadable("JSON", error) from None
    return _model(check(raw), version, json.loads(items))


def items_of(document: str) -> list[tuple[str, str]]:
    """Return the fields that name items of the catalogue, with the keys of the items."""
    raw = json.loads(document)
    named = [(f"item_points.{short(key)}", key) for key in raw.get("item_points", {})]
    for number, rule in enumerate(raw["rules"]):
        named += [(f"rules[{number}].items", key) for key in rule.get("items") or ()]
    return named


def check(raw: Any) -> dict[str, Any]:
    """Return a document that was read if it is a stage model; else raise Invalid."""
    faults = faults_of(raw)
    if faults:
        field, reason = next(iter(faults.items()))
        more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
        raise Invalid(f"this is no stage model: {field} {reason}{more}", fields=faults)
    checked: dict[str, Any] = raw
    return checked


def dump(raw: Any) -> str:
    """Return a document as the JSON that is stored; raise Invalid if it is no stage model."""
    return json.dumps(check(raw), separators=(",", ":"), sort_keys=True)


def from_yaml(text: str) -> str:
    """Return the JSON that is stored of a model in YAML; raise Invalid if it is none."""
    if len(text) > MAX_YAML:
        raise Invalid(f"a stage model has at most {MAX_YAML} characters")
    try:
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _unreadable("YAML", error) from None
    return dump(raw)


def to_yaml(document: str) -> str:
    """Return a stored document as YAML for people to read and edit."""
    raw = json.loads(document)
    ordered = {field: raw[field] for field in _ORDER if field in raw}
    ordered["stages"] = {stage.value: _named(raw["stages"][stage]) for stage in Stage}
    ordered["rules"] = [{field: rule[field] for field in _ASKED if field in rule}
                        for rule in raw["rules"]]  # fmt: skip
    if "fit" in ordered:
        ordered["fit"] = _fit(ordered["fit"])
    text: str = yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=90)
    return text


def _named(raw: dict[str, Any]) -> dict[str, Any]:
    return {"name": raw["name"], "meaning": raw["meaning"]}


def _fit(raw: dict[str, Any]) -> dict[str, Any]:
    rules = [{name: rule[name] for name in _FIT if name in rule} for rule in raw["rules"]]
    return {"rules": rules, "grades": {grade.value: raw["grades"][grade.value] for grade in Grade}}


def _unreadable(form: str, error: Exception) -> Invalid:
    mark = getattr(error, "problem_mark", None)
    where = f" at line {mark.line + 1}" if mark else ""
    return Invalid(f"this is no {form}{where}", fields={"document": f"is no {form}{where}"})


def _model(raw: dict[str, Any], version: int, items: dict[str, int]) -> StageModel:
    stages = raw["stages"]
    return StageModel(
        version=version,
        rules=tuple(_rule(rule) for rule in raw["rules"]),
        points=_by_kind(raw["points"]),
        item_points=raw.get("item_points", {}),
        caps=_by_kind(raw.get("caps", {})),
        half_life_days=raw["half_life_days"],
        half_lives=_by_kind(raw.get("half_lives", {})),
        items=items,
        dormant_after_days=raw["dormant_after_days"],
        names={stage: stages[stage]["name"] for stage in Stage},
        meanings={stage: stages[stage]["meaning"] for stage in Stage},
        fit=rules_of(raw["fit"]) if "fit" in raw else FitRules(),
    )


def _by_kind(raw: dict[str, int]) -> dict[Kind, int]:
    return {Kind(kind): number for kind, number in raw.items()}


def _kinds(raw: Iterable[str]) -> frozenset[Kind]:
    return frozenset(Kind(kind) for kind in raw)


def _rule(raw: dict[str, Any]) -> Rule:
    from_stage = raw.get("from_stage")
    return Rule(
        id=raw["id"],
        stage=Stage(raw["stage"]),
        kinds=_kinds(raw.get("kinds") or ()),
        items=frozenset(raw.get("items") or ()),
        sequence=tuple(_kinds(step) for step in raw.get("sequence") or ()),
        at_least=raw.get("at_least") or 1,
        within_days=raw.get("within_days"),
        from_stage=Stage(from_stage) if from_stage else None,
        min_score=raw.get("min_score"),
        falls_below=raw.get("falls_below"),
    )
