"""The arithmetic of a back-test: what a version would have offered, and what came of it.

Deals are asked whether their lead would have been offered in time, offers what became of
their lead.  Every figure is the number of its members, so that a list behind it cannot differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import sqrt
from statistics import median, quantiles

from tracker.reports.domain import Z95, Ratio

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


class Fate(StrEnum):
    """What became of a lead; `refused` was offered and never accepted, `untried` never offered."""

    WON = "won"
    LOST = "lost"
    REFUSED = "refused"
    OPEN = "open"
    UNTRIED = "untried"


class Figure(StrEnum):
    """A number of a back-test; the first four count deals that ended, the others offers."""

    BEFORE = "before"
    IN_TIME = "in-time"
    MISSED = "missed"
    SHIFTED = "shifted"
    OFFERS = "offers"
    RIGHT = "right"
    FALSE = "false"
    LATE = "late"
    OPEN = "open"
    UNTRIED = "untried"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A deal that ended; `would_at` is the first offer of its lead under a version."""

    deal_id: int
    lead_id: int
    is_won: bool
    opened_at: datetime
    closed_at: datetime
    real_at: datetime | None = None
    would_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """A lead that a version would have offered, and what became of it by when."""

    lead_id: int
    would_at: datetime
    fate: Fate
    sealed_at: datetime | None = None

    @property
    def is_in_time(self) -> bool:
        """Return whether the offer came before everything was decided without it."""
        return self.sealed_at is None or self.would_at <= self.sealed_at


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The time that offers are spread over, and how many people answer them."""

    weeks: float
    reps: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """So many a week, and where the true pace plausibly lies."""

    per_week: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """How many days later than really (less than nothing: earlier) leads would be offered."""

    median: float
    lower: float
    upper: float
    deals: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """How a version does on deals that ended and leads that were decided."""

    before: Ratio
    in_time: Ratio
    right: Ratio
    false: Ratio
    late: int
    open: int
    untried: int
    offers: int
    pace: Pace
    per_rep: Pace | None
    shift: Shift | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One version's side of a back-test: the deals and the offers that it is judged by."""

    deals: Sequence[Ended]
    offers: Sequence[Offered]
    span: Span

    def deals_of(self, figure: Figure) -> list[Ended]:
        """Return the deals that a figure counts."""
        return [deal for deal in self.deals if _DEALS[figure](deal)]

    def offers_of(self, figure: Figure) -> list[Offered]:
        """Return the offers that a figure counts."""
        return [offer for offer in self.offers if _OFFERS[figure](offer)]

    def count(self, figure: Figure) -> int:
        """Return how many deals or offers a figure counts."""
        return len(self.deals_of(figure) if figure in _DEALS else self.offers_of(figure))


def verdict(trial: Trial) -> Verdict:
    """Return every figure of one side."""
    won = sum(deal.is_won for deal in trial.deals)
    counts = {figure: len(trial.offers_of(figure)) for figure in _OFFERS}
    decided = counts[Figure.RIGHT] + counts[Figure.FALSE]
    made = counts[Figure.OFFERS]
    span = trial.span
    return Verdict(
        before=Ratio(numerator=len(trial.deals_of(Figure.BEFORE)), denominator=won),
        in_time=Ratio(numerator=len(trial.deals_of(Figure.IN_TIME)), denominator=won),
        right=Ratio(numerator=counts[Figure.RIGHT], denominator=decided),
        false=Ratio(numerator=counts[Figure.FALSE], denominator=decided),
        late=counts[Figure.LATE],
        open=counts[Figure.OPEN],
        untried=counts[Figure.UNTRIED],
        offers=made,
        pace=pace(made, span.weeks),
        per_rep=pace(made, span.weeks * span.reps) if span.reps else None,
        shift=_shift(trial.deals_of(Figure.SHIFTED)),
    )


def counts_deals(figure: Figure) -> bool:
    """Return whether a figure counts deals; the others count offers."""
    return figure in _DEALS


def pace(number: int, weeks: float) -> Pace:
    """Return a number a week with its 95 % interval, by Byar's approximation to the Poisson.

    Breslow and Day, Statistical Methods in Cancer Research, volume II (1987), page 69.
    """
    low = number * _byar(number, -Z95) if number else 0.0
    high = (number + 1) * _byar(number + 1, Z95)
    return Pace(per_week=number / weeks, low=low / weeks, high=high / weeks)


def _byar(number: int, z: float) -> float:
    return (1 - 1 / (9 * number) + z / (3 * sqrt(number))) ** 3


def _shift(deals: Sequence[Ended]) -> Shift | None:
    days = [
        (deal.would_at - deal.real_at) / DAY
        for deal in deals
        if deal.would_at is not None and deal.real_at is not None
    ]
    if not days:
        return None
    lower, _, upper = quantiles(days, n=4, method="inclusive") if len(days) > 1 else days * 3
    return Shift(median=median(days), lower=lower, upper=upper, deals=len(days))


def _is_in_time(deal: Ended) -> bool:
    return deal.would_at is not None and deal.would_at <= deal.closed_at


_DEALS: dict[Figure, Callable[[Ended], bool]] = {
    Figure.BEFORE: lambda deal: deal.is_won and deal.would_at is not None
    and deal.would_at <= deal.opened_at,
    Figure.IN_TIME: lambda deal: deal.is_won and _is_in_time(deal),
    Figure.MISSED: lambda deal: deal.is_won and not _is_in_time(deal),
    Figure.SHIFTED: lambda deal: deal.real_at is not None and _is_in_time(deal),
}  # fmt: skip
_FALSE = (Fate.LOST, Fate.REFUSED)
_OFFERS: dict[Figure, Callable[[Offered], bool]] = {
    Figure.OFFERS: lambda offer: True,
    Figure.RIGHT: lambda offer: offer.fate is Fate.WON and offer.is_in_time,
    Figure.FALSE: lambda offer: offer.fate in _FALSE and offer.is_in_time,
    Figure.LATE: lambda offer: not offer.is_in_time,
    Figure.OPEN: lambda offer: offer.fate is Fate.OPEN,
    Figure.UNTRIED: lambda offer: offer.fate is Fate.UNTRIED,
}
