"""How well somebody fits, whatever they did: points for who they are, a grade, and its receipt."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.core import get_global

from tracker.stages.domain import FitField, FitRule, FitRules, Grade

_GAPS = re.compile(r"[\W_]+")
# What people write in place of the name that the list of countries has.
_SAID_FOR = {
    "united states of america": "US",
    "great britain": "GB",
    "holland": "NL",
    "czech republic": "CZ",
}
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl")


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known about a lead and its company; empty is unknown."""

    title: str = ""
    employees: int | None = None
    industry: str = ""
    country: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FitLine:
    """One line of the receipt: what a rule gave for a fact, or that nothing was given for it.

    Without a rule the fact is known and no rule speaks of it; without a value it is unknown.
    """

    field: FitField
    value: str | int | None
    rule: FitRule | None = None

    @property
    def points(self) -> int:
        """Return what the line adds."""
        return 0 if self.rule is None else self.rule.points


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """How well a lead fits; the points are the sum of the lines, nothing else."""

    lines: tuple[FitLine, ...]
    grade: Grade | None

    @property
    def points(self) -> int:
        """Return the sum of the lines."""
        return sum(line.points for line in self.lines)


def fit_of(rules: FitRules, facts: Facts) -> Fit:
    """Return how well somebody fits; every rule that is met counts."""
    lines = tuple(line for field in FitField for line in _lines(rules, field, facts))
    return Fit(lines=lines, grade=grade_of(rules, sum(line.points for line in lines)))


def worth(rules: FitRules, field: FitField, value: str | int | None) -> int:
    """Return the points that one fact adds; all facts together give what `fit_of` says."""
    return sum(rule.points for rule in rules.rules if rule.field is field and _is_met(rule, value))


def grade_of(rules: FitRules, points: int) -> Grade | None:
    """Return the best grade that points earn."""
    earned = [grade for grade in Grade if points >= rules.grades[grade]] if rules.rules else []
    return earned[0] if earned else None


def rules_of(raw: Mapping[str, Any]) -> FitRules:
    """Return the rules of the part of a document that was checked."""
    return FitRules(
        rules=tuple(
            FitRule(
                field=FitField(rule["field"]),
                points=rule["points"],
                any_of=tuple(rule.get("any_of", ())),
                at_least=rule.get("at_least"),
                at_most=rule.get("at_most"),
            )
            for rule in raw["rules"]
        ),
        grades={Grade(grade): points for grade, points in raw["grades"].items()},
    )


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Return words without case, accents, dots and dashes, one space apart."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace(".", ""))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _GAPS.sub(" ", plain).strip()


@lru_cache(maxsize=4_096)
def country_of(text: str) -> str:
    """Return the code of a country that is given by name or code; else its folded words."""
    folded = fold(text).removeprefix("the ")
    return _countries().get(folded, folded)


def _lines(rules: FitRules, field: FitField, facts: Facts) -> Iterator[FitLine]:
    own = [rule for rule in rules.rules if rule.field is field]
    if not own:
        return
    value = getattr(facts, field.value)
    met = [rule for rule in own if _is_met(rule, value)]
    for rule in met:
        yield FitLine(field=field, value=value, rule=rule)
    if not met:
        yield FitLine(field=field, value=None if value == "" else value)


def _is_met(rule: FitRule, value: Any) -> bool:
    if value in ("", None):
        return False
    if rule.field is FitField.EMPLOYEES:
        enough = rule.at_least is None or value >= rule.at_least
        return enough and (rule.at_most is None or value <= rule.at_most)
    if rule.field is FitField.TITLE:
        # "vp" is in "VP Marketing" and in "Deputy VP", and not in "MVP".
        words = f" {fold(value)}"
        return any(f" {fold(text)}" in words for text in rule.any_of)
    same = country_of if rule.field is FitField.COUNTRY else fold
    return same(value) in {same(text) for text in rule.any_of}


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    names = dict(_SAID_FOR)
    for old, new in get_global("territory_aliases").items():
        names[fold(old)] = new[0]
    for language in reversed(_LANGUAGES):
        for code, name in Locale(language).territories.items():
            if len(code) == 2:
                names[fold(code)] = names[fold(name)] = code
    return names
