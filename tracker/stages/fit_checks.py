"""Check the part of a stage model that is about fit: every fault by its field, with the reason."""

from typing import Any

from tracker.stages.domain import FitField, Grade
from tracker.stages.faults import Faults, one_of, short, text, unknown, whole
from tracker.stages.fit import fold

MAX_RULES = 100
MAX_TEXTS = 100
MAX_TEXT = 100
MAX_POINTS = 1_000
MAX_EMPLOYEES = 10_000_000

_RULE_FIELDS = {"field", "any_of", "at_least", "at_most", "points"}


def check_fit(faults: Faults, raw: Any) -> None:
    """Note what is wrong with the rules and the grades of fit."""
    if not isinstance(raw, dict):
        faults["fit"] = "must have rules and grades"
        return
    unknown(faults, "fit.", raw, {"rules", "grades"})
    _rules(faults, raw.get("rules"))
    _grades(faults, raw.get("grades"))


def _rules(faults: Faults, raw: Any) -> None:
    if not isinstance(raw, list):
        faults["fit.rules"] = "must be a list of rules"
        return
    if len(raw) > MAX_RULES:
        faults["fit.rules"] = f"must be at most {MAX_RULES} rules, not {len(raw)}"
        return
    for number, rule in enumerate(raw):
        place = f"fit.rules[{number}]"
        if isinstance(rule, dict):
            _rule(faults, f"{place}.", rule)
        else:
            faults[place] = "must be a table of fields"


def _rule(faults: Faults, place: str, raw: dict[Any, Any]) -> None:
    unknown(faults, place, raw, _RULE_FIELDS)
    whole(faults, f"{place}points", raw.get("points"), least=-MAX_POINTS, most=MAX_POINTS)
    if not one_of(faults, f"{place}field", raw.get("field"), FitField, "fact about a lead"):
        return
    if raw["field"] == FitField.EMPLOYEES:
        _asks_not(faults, place, raw, ("any_of",), "employees are asked by number")
        _range(faults, place, raw)
    else:
        _asks_not(faults, place, raw, ("at_least", "at_most"), "is asked of employees only")
        _texts(faults, f"{place}any_of", raw.get("any_of"))


def _asks_not(
    faults: Faults, place: str, raw: dict[Any, Any], names: tuple[str, ...], reason: str
) -> None:
    for name in names:
        if raw.get(name) is not None:
            faults[f"{place}{name}"] = reason


def _range(faults: Faults, place: str, raw: dict[Any, Any]) -> None:
    given = {name: raw[name] for name in ("at_least", "at_most") if raw.get(name) is not None}
    if not given:
        faults[f"{place}at_least"] = "must say at least or at most how many"
    good = [
        whole(faults, f"{place}{name}", value, least=0, most=MAX_EMPLOYEES)
        for name, value in given.items()
    ]
    if len(good) == 2 and all(good) and given["at_least"] > given["at_most"]:
        faults[f"{place}at_most"] = f"must not be below {given['at_least']}"


def _texts(faults: Faults, name: str, raw: Any) -> None:
    if not isinstance(raw, list) or not raw or len(raw) > MAX_TEXTS:
        faults[name] = f"must be a list of 1 to {MAX_TEXTS} texts"
        return
    for value in raw:
        if not text(faults, name, value, most=MAX_TEXT):
            return
        if not fold(value):
            faults[name] = f"{short(value)} has neither letter nor digit"


def _grades(faults: Faults, raw: Any) -> None:
    if not isinstance(raw, dict):
        faults["fit.grades"] = "must say from how many points A, B and C are given"
        return
    unknown(faults, "fit.grades.", raw, set(Grade))
    good = [
        whole(faults, f"fit.grades.{grade}", raw.get(grade.value), least=1, most=MAX_POINTS)
        for grade in Grade
    ]
    if not all(good):
        return
    for better, worse in ((Grade.A, Grade.B), (Grade.B, Grade.C)):
        if raw[better.value] <= raw[worse.value]:
            faults[f"fit.grades.{better}"] = f"must be above {worse}"
