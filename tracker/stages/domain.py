"""The stages, the rules that admit to them, and the documents that hold the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tracker.touches.domain import ContentKind


class Stage(StrEnum):
    """Where a lead is in the marketing funnel."""

    TOFU = "tofu"
    MOFU = "mofu"
    BOFU = "bofu"

    @property
    def rank(self) -> int:
        """Return 1 for the top, 3 for the bottom."""
        return _RANKS[self]


class Work(StrEnum):
    """What is being done about a version, a slice of leads at a time."""

    COMPARE = "compare"
    REPLAY = "replay"
    MARK = "mark"


_RANKS = {Stage.TOFU: 1, Stage.MOFU: 2, Stage.BOFU: 3}


def rank_of(stage: Stage | None) -> int:
    """Return the rank of a stage, 0 for none."""
    return 0 if stage is None else _RANKS[stage]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One way into a stage: enough touches of some kinds, or enough score.

    `within_days` bounds the touches counted to the days before the deciding one;
    `from_stage` asks that the lead has come so far already; `min_score` is in whole points.
    """

    id: str
    stage: Stage
    kinds: frozenset[ContentKind] = frozenset()
    at_least: int = 1
    within_days: int | None = None
    from_stage: Stage | None = None
    min_score: int | None = None


class FitField(StrEnum):
    """What is known of a lead or its company that can make it a fit."""

    TITLE = "title"
    EMPLOYEES = "employees"
    INDUSTRY = "industry"
    COUNTRY = "country"


class Grade(StrEnum):
    """How well a lead fits; without enough points it has none."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, kw_only=True, slots=True)
class FitRule:
    """What a fact is worth: any of some texts, or a number within two others."""

    field: FitField
    points: int
    any_of: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FitRules:
    """Every rule about fit, and the points from which each grade is given."""

    rules: tuple[FitRule, ...] = ()
    grades: Mapping[Grade, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class StageModel:
    """One version of a workspace's rules.

    `points` are whole points for a touch of a kind, less than nothing where it speaks against
    somebody; they halve every `half_life_days`.  All touches of a kind together never count
    for more (or less) than its cap.  `fit` says who somebody should be; it moves nobody.
    """

    version: int
    rules: tuple[Rule, ...]
    points: Mapping[ContentKind, int]
    half_life_days: int = 30
    names: Mapping[Stage, str]
    meanings: Mapping[Stage, str]
    dormant_after_days: int = 180
    caps: Mapping[ContentKind, int] = field(default_factory=dict)
    fit: FitRules = FitRules()
