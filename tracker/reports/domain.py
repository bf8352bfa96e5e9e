"""The arithmetic of the funnel: steps, ratios, and which step is the weakest beyond chance.

Unit: people.  Everyone in the population counts at the furthest step reached and at every
step before it (*reached or passed*).  A step that somebody passed without being seen there
is a skip, and is shown as one.  Whoever was lost, rejected or fell silent stays in every
denominator, at the step they reached: losing somebody can therefore never raise a rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

Z95 = 1.959963984540054
# Below this a share is an anecdote: it is shown as "3 of 7".
FEW = 30


class Side(StrEnum):
    """Who looks after a step."""

    MARKETING = "marketing"
    HANDOFF = "handoff"
    SALES = "sales"
    WON = "won"


class Part(StrEnum):
    """The people of a step, whole or in part."""

    REACHED = "reached"
    DIRECT = "direct"
    SKIPPED = "skipped"
    WENT_ON = "went"
    WAITING = "waiting"
    LEFT = "left"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of the way; `name` only where people chose it (a deal stage).

    `key` is the milestone's name, `code` what the world outside calls it.
    """

    key: str
    code: str
    side: Side
    name: str = ""
    # The house itself takes people here (an offer, the first stage of a deal): nobody's merit.
    is_automatic: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Ratio:
    """A share that never comes without its numerator and denominator."""

    numerator: int
    denominator: int

    @property
    def share(self) -> float | None:
        """Return the share, None of nobody: 0 of 0 is neither 0 % nor 100 %."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def is_few(self) -> bool:
        """Return whether there are too few to speak of a percentage."""
        return self.denominator < FEW

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the Wilson 95 % interval: where the true share plausibly lies."""
        if not self.denominator:
            return None
        n, p = self.denominator, self.numerator / self.denominator
        centre = p + Z95**2 / (2 * n)
        reach = Z95 * sqrt(p * (1 - p) / n + Z95**2 / (4 * n * n))
        scale = 1 + Z95**2 / n
        return max(0.0, (centre - reach) / scale), min(1.0, (centre + reach) / scale)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many people share one way: the steps seen (bit i is step i), and whether they left."""

    seen: int
    has_left: bool
    people: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """The median wait before a step, in microseconds, and over how many people."""

    micros: int
    people: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One step with its people; `rate` is None for the first step."""

    step: Step
    reached: int
    direct: int
    went: int
    waiting: int
    left: int
    rate: Ratio | None
    cumulative: Ratio
    wait: Wait | None = None

    @property
    def skipped(self) -> int:
        """Return how many passed without being seen here."""
        return self.reached - self.direct


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A step that stands out; `gain` is how many more would be won with five points more."""

    index: int
    ratio: Ratio
    gain: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Funnel:
    """The whole way of a population; `unplaced` have done nothing that counts for a stage."""

    columns: tuple[Column, ...]
    population: int
    unplaced: int
    weakest: Finding | None
    best: Finding | None

    @property
    def won(self) -> Ratio:
        """Return how many of those who entered came the whole way."""
        return self.columns[-1].cumulative


def furthest(seen: int) -> int:
    """Return the index of the furthest step seen, -1 for none."""
    return seen.bit_length() - 1


def funnel(
    steps: Sequence[Step], tallies: Sequence[Tally], waits: dict[int, Wait] | None = None
) -> Funnel:
    """Return the funnel of everyone in the tallies."""
    reached = [_people(tallies, at_least=i) for i in range(len(steps) + 1)]
    columns = tuple(
        _column(steps, i, tallies, reached, (waits or {}).get(i)) for i in range(len(steps))
    )
    population = sum(tally.people for tally in tallies)
    weakest, best = standouts(columns)
    return Funnel(
        columns=columns,
        population=population,
        unplaced=population - reached[0],
        weakest=weakest,
        best=best,
    )


def standouts(columns: Sequence[Column]) -> tuple[Finding | None, Finding | None]:
    """Return the weakest and the best step, each only if it stands out beyond chance.

    The weakest step is where five points more would win most people; since such a gain is
    won / rate / 20, that is the step with the lowest rate.  It is named only if its 95 %
    interval lies wholly below the interval of *every* other step that can be judged, the
    best only if its interval lies wholly above all of theirs; two disjoint intervals are
    a stricter demand than p < 0.01, so where chance may explain it nothing is said.

    Judged are steps with at least 30 people of whom half or more were seen at both ends (a
    row of skips is no evidence), and never a step that the house takes by itself.  Behind
    the doorway those still waiting are left out: they have not had their turn yet.
    """
    judged = [(i, ratio) for i, ratio in _judged(columns) if not ratio.is_few]
    if len(judged) < 2:
        return None, None
    judged.sort(key=lambda pair: (pair[1].share or 0.0, pair[0]))
    low, next_low = judged[0], judged[1:]
    high, next_high = judged[-1], judged[:-1]
    won = columns[-1].reached
    weakest = best = None
    if all(_below(low[1], other) for _, other in next_low):
        weakest = _finding(low, won)
    if all(_below(other, high[1]) for _, other in next_high):
        best = _finding(high, won)
    return weakest, best


def _people(tallies: Sequence[Tally], *, at_least: int) -> int:
    return sum(t.people for t in tallies if furthest(t.seen) >= at_least)


def _column(
    steps: Sequence[Step],
    index: int,
    tallies: Sequence[Tally],
    reached: Sequence[int],
    wait: Wait | None,
) -> Column:
    staying = [t for t in tallies if furthest(t.seen) == index]
    is_last = index == len(steps) - 1
    left = 0 if is_last else sum(t.people for t in staying if t.has_left)
    here = sum(t.people for t in staying)
    return Column(
        step=steps[index],
        reached=reached[index],
        direct=sum(t.people for t in tallies if t.seen >> index & 1),
        went=reached[index + 1],
        # At the end of the way nobody waits and nobody leaves: they have arrived.
        waiting=0 if is_last else here - left,
        left=left,
        rate=Ratio(numerator=reached[index], denominator=reached[index - 1]) if index else None,
        cumulative=Ratio(numerator=reached[index], denominator=reached[0]),
        wait=wait,
    )


def _judged(columns: Sequence[Column]) -> list[tuple[int, Ratio]]:
    ratios = []
    for i in range(1, len(columns)):
        before, here = columns[i - 1], columns[i]
        if here.step.is_automatic or not (_is_seen(before) and _is_seen(here)):
            continue
        waiting = 0 if before.step.side is Side.MARKETING else before.waiting
        ratios.append((i, Ratio(numerator=here.reached, denominator=before.reached - waiting)))
    return ratios


def _is_seen(column: Column) -> bool:
    return column.reached == 0 or 2 * column.direct >= column.reached


def _below(one: Ratio, other: Ratio) -> bool:
    high = one.interval[1] if one.interval else 1.0
    low = other.interval[0] if other.interval else 0.0
    return high < low


def _finding(pair: tuple[int, Ratio], won: int) -> Finding:
    index, ratio = pair
    share = ratio.share or 0.0
    better = min(1.0, share + 0.05)
    return Finding(index=index, ratio=ratio, gain=won * (better / share - 1) if share else 0.0)
