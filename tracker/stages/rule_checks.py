"""Check the rules of a stage model: every fault by its field, with the reason."""

import re
from typing import Any

from tracker.stages.domain import Stage, rank_of
from tracker.stages.faults import Faults, one_of, text, unknown, whole
from tracker.touches.domain import ContentKind

MAX_RULES = 200
MAX_TIMES = 100
MAX_DAYS = 3650
MAX_SCORE = 100_000
MAX_STEPS = 10
MAX_NAMED = 100
MAX_KEY = 700

KIND, STAGE = "kind of content", "stage"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_FIELDS = {
    *("id", "stage", "kinds", "items", "sequence", "at_least", "within_days", "from_stage"),
    *("min_score", "falls_below"),
}


def check_rules(faults: Faults, raw: Any) -> None:
    """Note what is wrong with the rules."""
    if not isinstance(raw, list) or not raw:
        faults["rules"] = "must be a list with one rule or more"
        return
    if len(raw) > MAX_RULES:
        faults["rules"] = f"must be at most {MAX_RULES} rules, not {len(raw)}"
        return
    seen: set[str] = set()
    for number, rule in enumerate(raw):
        place = f"rules[{number}]"
        if isinstance(rule, dict):
            _rule(faults, f"{place}.", rule, seen)
        else:
            faults[place] = "must be a table of fields"


def is_item(faults: Faults, name: str, value: Any) -> bool:
    """Ask for the key of an item; whether there is such an item the catalogue knows."""
    return text(faults, name, value, most=MAX_KEY)


def _rule(faults: Faults, place: str, raw: dict[Any, Any], seen: set[str]) -> None:
    unknown(faults, place, raw, _FIELDS)
    name = raw.get("id")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        faults[f"{place}id"] = "must be a name of small letters, digits and dashes"
    elif name in seen:
        faults[f"{place}id"] = f"{name} is the id of another rule too"
    else:
        seen.add(name)
    _ladder(faults, place, raw)
    _asked(faults, place, raw)


def _ladder(faults: Faults, place: str, raw: dict[Any, Any]) -> None:
    is_stage = one_of(faults, f"{place}stage", raw.get("stage"), Stage, STAGE)
    before = raw.get("from_stage")
    if before is None or not one_of(faults, f"{place}from_stage", before, Stage, STAGE):
        return
    if is_stage and rank_of(Stage(before)) >= rank_of(Stage(raw["stage"])):
        faults[f"{place}from_stage"] = (
            f"goes in a circle: {before} does not lie before {raw['stage']}"
        )


def _asked(faults: Faults, place: str, raw: dict[Any, Any]) -> None:
    touches = bool(raw.get("kinds") or raw.get("items"))
    sequence, score = raw.get("sequence"), raw.get("min_score")
    if touches + bool(sequence) + (score is not None) != 1:
        faults[f"{place}kinds"] = (
            "a rule asks for kinds or items of content, for a sequence or for a score, one of them"
        )
    elif score is not None:
        _score(faults, place, raw)
    else:
        _without(faults, place, raw, ("falls_below",), "goes with a score only")
        if raw.get("within_days") is not None:
            whole(faults, f"{place}within_days", raw["within_days"], least=1, most=MAX_DAYS)
        if sequence:
            _without(faults, place, raw, ("at_least",), "cannot be asked together with a sequence")
            _sequence(faults, f"{place}sequence", sequence)
        else:
            _count(faults, place, raw)


def _score(faults: Faults, place: str, raw: dict[Any, Any]) -> None:
    together = "cannot be asked together with a score"
    _without(faults, place, raw, ("at_least", "within_days"), together)
    is_number = whole(faults, f"{place}min_score", raw["min_score"], least=1, most=MAX_SCORE)
    floor = raw.get("falls_below")
    if floor is None or not whole(faults, f"{place}falls_below", floor, least=1, most=MAX_SCORE):
        return
    if is_number and floor > raw["min_score"]:
        faults[f"{place}falls_below"] = (
            f"goes in a circle: who comes with {raw['min_score']} would fall at once"
        )


def _count(faults: Faults, place: str, raw: dict[Any, Any]) -> None:
    whole(faults, f"{place}at_least", raw.get("at_least", 1), least=1, most=MAX_TIMES)
    if raw.get("kinds"):
        _kinds(faults, f"{place}kinds", raw["kinds"])
    if not raw.get("items"):
        return
    name, items = f"{place}items", raw["items"]
    if not isinstance(items, list) or len(items) > MAX_NAMED:
        faults[name] = f"must be a list of at most {MAX_NAMED} items"
        return
    for item in items:
        if not is_item(faults, name, item):
            return


def _sequence(faults: Faults, name: str, raw: Any) -> None:
    if not isinstance(raw, list) or not 2 <= len(raw) <= MAX_STEPS:
        faults[name] = f"must be a list of 2 to {MAX_STEPS} steps"
        return
    for number, step in enumerate(raw):
        _kinds(faults, f"{name}[{number}]", step)


def _kinds(faults: Faults, name: str, raw: Any) -> None:
    if not isinstance(raw, list) or not 1 <= len(raw) <= len(ContentKind):
        faults[name] = "must be a list of different kinds of content"
        return
    for kind in raw:
        if not one_of(faults, name, kind, ContentKind, KIND):
            return


def _without(
    faults: Faults, place: str, raw: dict[Any, Any], names: tuple[str, ...], why: str
) -> None:
    for name in names:
        if raw.get(name) is not None:
            faults[f"{place}{name}"] = why
