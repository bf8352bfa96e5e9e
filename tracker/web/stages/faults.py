"""Where in the form a fault is, in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from tracker.stages.domain import Stage
from tracker.touches.domain import ContentKind
from tracker.web.terms import kind_name, stage_name

_RULE = re.compile(r"rules\[(\d+)\]\.?(.*)")
_FIT_RULE = re.compile(r"fit\.rules\[(\d+)\]\.?(.*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault as the page lists it; a link leads to its field."""

    field: str
    place: str
    reason: str


def fault_places(raw: Mapping[str, Any], faults: Mapping[str, str]) -> list[Fault]:
    """Return faults with the place of each in words."""
    return [
        Fault(field=field, place=_place(raw, field), reason=reason)
        for field, reason in faults.items()
    ]


def _place(raw: Mapping[str, Any], field: str) -> str:
    if found := _FIT_RULE.fullmatch(field):
        return _("Fit, rule %(number)s", number=int(found[1]) + 1)
    if found := _RULE.fullmatch(field):
        return _rule_place(raw["rules"], int(found[1]))
    first, _dot, rest = field.partition(".")
    if first == "stages" and rest.split(".")[0] in set(Stage):
        return stage_name(Stage(rest.split(".")[0]))
    if rest in set(ContentKind):
        return _("%(part)s, %(kind)s", part=_part(first), kind=kind_name(ContentKind(rest)))
    return _part(first)


def _rule_place(rules: Sequence[Mapping[str, Any]], index: int) -> str:
    stage = rules[index]["stage"]
    number = sum(rule["stage"] == stage for rule in rules[: index + 1])
    name = stage_name(Stage(stage)) if stage in set(Stage) else stage
    return _("%(stage)s, rule %(number)s", stage=name, number=number)


def _part(name: str) -> str:
    return {
        "rules": _("Rules"),
        "points": _("Points"),
        "caps": _("Cap"),
        "half_lives": _("Half-life"),
        "item_points": _("Single items"),
        "half_life_days": _("Half-life"),
        "dormant_after_days": _("Dormant after"),
        "fit": _("Fit"),
    }.get(name, name)
