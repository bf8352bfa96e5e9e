"""A stage model as the fields of a form, and back; what was typed wrong stays to be seen."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from tracker.stages.domain import Stage
from tracker.touches.domain import ContentKind

Form = MultiDict[str, str]
# Empty lines below the rules that there are: whoever needs more saves and goes on.
MORE_RULES = 2
NUMBERS = ("at_least", "within_days", "min_score")


def read(form: Form) -> dict[str, Any]:
    """Return the document that a form means, whether or not it makes sense."""
    return {
        "half_life_days": _number(form, "half_life_days"),
        "dormant_after_days": _number(form, "dormant_after_days"),
        "points": _worths(form, "points"),
        "caps": _worths(form, "caps"),
        "stages": {
            stage.value: {
                name: " ".join(form.get(f"stages.{stage}.{name}", "").split())
                for name in ("name", "meaning")
            }
            for stage in Stage
        },
        "rules": _rules(form),
    }


def rows(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rules of a document and some empty ones to fill in."""
    blank: dict[str, Any] = {"id": "", "stage": Stage.MOFU.value, "kinds": [], "from_stage": ""}
    blank |= dict.fromkeys(NUMBERS)
    return [blank | rule for rule in (*raw["rules"], *({} for _ in range(MORE_RULES)))]


def _rules(form: Form) -> list[dict[str, Any]]:
    places = [f"rules[{number}]." for number in range(_count(form))]
    kept = [_rule(form, place) for place in places if not form.get(f"{place}remove")]
    return _named([rule for rule in kept if rule["id"] or rule.keys() & {"kinds", "min_score"}])


def _rule(form: Form, place: str) -> dict[str, Any]:
    asked = {name: _number(form, f"{place}{name}") for name in NUMBERS}
    if asked["min_score"] is not None and asked["at_least"] == 1:
        # Once is what a rule says by itself; with a score nothing is counted.
        asked["at_least"] = None
    rule = {
        "id": form.get(f"{place}id", ""),
        "stage": form.get(f"{place}stage", ""),
        "kinds": form.getlist(f"{place}kinds"),
        "from_stage": form.get(f"{place}from_stage"),
        **asked,
    }
    always = ("id", "stage")
    return {name: value for name, value in rule.items() if value or value == 0 or name in always}


def _named(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    taken = {rule["id"] for rule in rules}
    for rule in rules:
        number = 1
        while not rule["id"]:
            name = f"{rule['stage']}-rule-{number}"
            rule["id"] = "" if name in taken else name
            number += 1
        taken.add(rule["id"])
    return rules


def _count(form: Form) -> int:
    count = form.get("count", "")
    return min(int(count), 250) if count.isascii() and count.isdigit() and len(count) < 5 else 0


def _worths(form: Form, name: str) -> dict[str, Any]:
    worths = {kind.value: _number(form, f"{name}.{kind}") for kind in ContentKind}
    return {kind: worth for kind, worth in worths.items() if worth not in (None, 0)}


def _number(form: Form, name: str) -> int | str | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 12 else text
