"""A stage model as the fields of a form, and back; what was typed wrong stays to be seen.

A field is named by its place in the document, `rules[2].within_days`, as its fault is.  Lists
carry the keys of their rows (`rules`, `fit.rules`, `item_points`) in the order in which the
page shows them, so a row is moved or taken away without a new name for any field.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from tracker.stages.domain import FitField, Grade, Stage
from tracker.touches.domain import ContentKind

Form = MultiDict[str, str]
Raw = dict[str, Any]
# More rows than a page can have are nobody's.
MOST = 400
COUNT, SEQUENCE, SCORE = "count", "sequence", "score"
GRADES = {Grade.A: 80, Grade.B: 50, Grade.C: 20}


def read(form: Form) -> Raw:
    """Return the document that a form means, whether or not it makes sense."""
    raw: Raw = {
        "half_life_days": _number(form, "half_life_days"),
        "dormant_after_days": _number(form, "dormant_after_days"),
        "points": _worths(form, "points"),
        "stages": {
            stage.value: {
                name: _line(form, f"stages.{stage}.{name}") for name in ("name", "meaning")
            }
            for stage in Stage
        },
        "rules": _named([read_rule(form, place) for place in _rows(form, "rules")]),
    }
    optional = {
        "half_lives": _worths(form, "half_lives"),
        "caps": _worths(form, "caps"),
        "item_points": _item_points(form),
        "fit": _fit(form),
    }
    return raw | {name: part for name, part in optional.items() if part}


def read_rule(form: Form, place: str = "") -> Raw:
    """Return the rule whose fields begin with a place."""
    way = form.get(f"{place}form", COUNT)
    rule: Raw = {"id": form.get(f"{place}id", ""), "stage": form.get(f"{place}stage", "")}
    rule |= _said(form.get(f"{place}from_stage") or None, "from_stage")
    if way == SCORE:
        score = _number(form, f"{place}min_score")
        rule["min_score"] = "" if score is None else score
        return rule | _said(_number(form, f"{place}falls_below"), "falls_below")
    rule |= _said(_number(form, f"{place}within_days"), "within_days")
    if way == SEQUENCE:
        steps = [form.getlist(step.removesuffix(".")) for step in _rows(form, f"{place}sequence")]
        return rule | {"sequence": steps}
    times = _number(form, f"{place}at_least")
    items = list(dict.fromkeys(key for key in map(str.strip, form.getlist(f"{place}items")) if key))
    rule |= _said(form.getlist(f"{place}kinds"), "kinds") | _said(items, "items")
    return rule | _said(None if times == 1 else times, "at_least")


def read_fit_rule(form: Form, place: str = "") -> Raw:
    """Return the rule about fit whose fields begin with a place."""
    field = form.get(f"{place}field", "")
    rule: Raw = {"field": field}
    if field == FitField.EMPLOYEES:
        for name in ("at_least", "at_most"):
            rule |= _said(_number(form, f"{place}{name}"), name)
    else:
        texts = (" ".join(text.split()) for text in form.get(f"{place}any_of", "").split(","))
        rule["any_of"] = [text for text in texts if text]
    return rule | {"points": _number(form, f"{place}points")}


def form_of(rule: Mapping[str, Any]) -> str:
    """Return by which of the three forms a rule asks."""
    if "sequence" in rule:
        return SEQUENCE
    return SCORE if "min_score" in rule else COUNT


def act(form: Form) -> Form:
    """Return a form in which a row was added, taken away or moved, as its button `do` says.

    This is what the page does itself where it has script.
    """
    changed = form.copy()
    verb, _, where = form.get("do", "").partition(" ")
    name, _, key = where.rpartition(" ")
    if verb == "add":
        _add(changed, name, key)
    elif verb in ("up", "down", "remove"):
        keys = changed.getlist(name)
        _ACTS[verb](changed, keys, key)
        changed.setlist(name, keys)
    return changed


def _add(form: Form, name: str, stage: str) -> None:
    keys = form.getlist(name)
    key = f"new{len(keys)}-{stage}"
    form.setlist(name, [*keys, key])
    if stage:
        form[f"{name}[{key}].stage"] = stage


def _remove(_form: Form, keys: list[str], key: str) -> None:
    if key in keys:
        keys.remove(key)


def _move(form: Form, keys: list[str], key: str) -> None:
    """Move a rule before the one above it that admits to the same stage."""
    stage = form.get(f"rules[{key}].stage")
    above = [k for k in keys[: keys.index(key)] if form.get(f"rules[{k}].stage") == stage]
    if above:
        keys.remove(key)
        keys.insert(keys.index(above[-1]), key)


def _up(form: Form, keys: list[str], key: str) -> None:
    if key in keys:
        _move(form, keys, key)


def _down(form: Form, keys: list[str], key: str) -> None:
    keys.reverse()
    _up(form, keys, key)
    keys.reverse()


_ACTS: dict[str, Callable[[Form, list[str], str], None]] = {
    "up": _up, "down": _down, "remove": _remove,
}  # fmt: skip


def _rows(form: Form, name: str) -> Iterator[str]:
    for key in form.getlist(name)[:MOST]:
        yield f"{name}[{key}]."


def _named(rules: list[Raw]) -> list[Raw]:
    taken = {rule["id"] for rule in rules}
    for rule in rules:
        number = 1
        while not rule["id"]:
            name = f"{rule['stage']}-rule-{number}"
            rule["id"] = "" if name in taken else name
            number += 1
        taken.add(rule["id"])
    return rules


def _item_points(form: Form) -> Raw:
    rows = [
        (form.get(f"{place}key", "").strip(), _number(form, f"{place}points"))
        for place in _rows(form, "item_points")
    ]
    return {key: points for key, points in rows if key}


def _fit(form: Form) -> Raw:
    rules = [read_fit_rule(form, place) for place in _rows(form, "fit.rules")]
    if not rules:
        return {}
    grades = {grade.value: _number(form, f"fit.grades.{grade}") for grade in Grade}
    return {"rules": rules, "grades": grades}


def _worths(form: Form, name: str) -> Raw:
    worths = {kind.value: _number(form, f"{name}.{kind}") for kind in ContentKind}
    return {kind: worth for kind, worth in worths.items() if worth not in (None, 0)}


def _said(value: Any, name: str) -> Raw:
    return {} if value in (None, []) else {name: value}


def _line(form: Form, name: str) -> str:
    return " ".join(form.get(name, "").split())


def _number(form: Form, name: str) -> int | str | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 12 else text
