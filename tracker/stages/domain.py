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


class Cause(StrEnum):
    """Why a stage changed, or what lies beside it."""

    RULE = "rule"
    DORMANT = "dormant"
    AWAKE = "awake"
    DECAY = "decay"
    OVERRIDE = "override"
    OVERRIDE_ENDED = "override_ended"


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
    """One way into a stage: touches of some kinds or items, a sequence of them, or score.

    `within_days` bounds the touches counted, or a whole sequence, to the days before the
    deciding one; `from_stage` asks that the lead has come so far already; `min_score` is in
    whole points, and below `falls_below` the lead falls back to where it came from.  `items`
    are keys of the catalogue.
    """

    id: str
    stage: Stage
    kinds: frozenset[ContentKind] = frozenset()
    items: frozenset[str] = frozenset()
    sequence: tuple[frozenset[ContentKind], ...] = ()
    at_least: int = 1
    within_days: int | None = None
    from_stage: Stage | None = None
    min_score: int | None = None
    falls_below: int | None = None

    @property
    def all_kinds(self) -> frozenset[ContentKind]:
        """Return every kind that the rule looks at."""
        return self.kinds.union(*self.sequence)


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """A stage that somebody has set by hand, in microseconds since 1970; without end it sticks."""

    id: int
    stage: Stage
    started_at: int
    ends_at: int | None


# A rule and the rank of the stage to which it leads.
Step = tuple[int, Rule]


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
    somebody, `item_points` for one of an item, whatever its kind; they halve every
    `half_life_days`, or every `half_lives` of their kind.  All touches of a kind together
    never count for more (or less) than its cap.  `items` are the catalogue's numbers of the
    keys that are named.  `fit` says who somebody should be; it moves nobody.
    """

    version: int
    rules: tuple[Rule, ...]
    points: Mapping[ContentKind, int]
    half_life_days: int = 30
    names: Mapping[Stage, str]
    meanings: Mapping[Stage, str]
    dormant_after_days: int = 180
    caps: Mapping[ContentKind, int] = field(default_factory=dict)
    item_points: Mapping[str, int] = field(default_factory=dict)
    half_lives: Mapping[ContentKind, int] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)
    fit: FitRules = FitRules()
    # Found once, because every touch asks for it.
    floors: Mapping[str, int] = field(init=False, repr=False, compare=False)
    worths: Mapping[int, int] = field(init=False, repr=False, compare=False)
    ladder: tuple[Step, ...] = field(init=False, repr=False, compare=False)
    settled: tuple[frozenset[str], ...] = field(init=False, repr=False, compare=False)
    _by_kind: Mapping[ContentKind, tuple[Step, ...]] = field(init=False, repr=False, compare=False)
    _by_item: Mapping[int, frozenset[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find what every touch asks for."""
        found = object.__setattr__
        named = {number: key for key, number in self.items.items()}
        points = self.item_points
        found(self, "worths", {n: points[key] for n, key in named.items() if key in points})
        floors = {rule.id: rule.falls_below for rule in self.rules if rule.falls_below}
        found(self, "floors", floors)
        # The highest first; of one stage the first that is written.
        steps = [(rank_of(rule.stage), rule) for rule in self.rules]
        ladder = tuple(sorted(steps, key=lambda step: -step[0]))
        found(self, "ladder", ladder)
        # By rank: the rules that nobody is asked any more who cannot fall behind it.
        ranks = range(len(Stage) + 1)
        found(self, "settled", tuple(frozenset(r.id for n, r in ladder if n <= m) for m in ranks))
        found(self, "_by_kind", {kind: _looking_at(ladder, kind) for kind in ContentKind})
        by_item = {n: frozenset(r.id for r in self.rules if k in r.items) for n, k in named.items()}
        found(self, "_by_item", {number: rules for number, rules in by_item.items() if rules})

    def asking(self, kind: ContentKind, item: int | None) -> tuple[Step, ...]:
        """Return the rules that look at touches of a kind or of an item, the highest first."""
        steps = self._by_kind[kind]
        more = self._by_item.get(item) if item is not None else None
        if not more:
            return steps
        return tuple(step for step in self.ladder if step in steps or step[1].id in more)

    def half_life(self, kind: ContentKind) -> int:
        """Return after how many days a touch of a kind is worth half."""
        return self.half_lives.get(kind, self.half_life_days)


def _looking_at(ladder: tuple[Step, ...], kind: ContentKind) -> tuple[Step, ...]:
    # A score looks at every touch.
    return tuple(step for step in ladder if step[1].min_score or kind in step[1].all_kinds)
