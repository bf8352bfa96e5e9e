"""The arithmetic of evidence: how much likelier those are to be won who touched something.

Lift is P(won | touched before the offer) / P(won), among leads of whom sales' answer or the end
of the deal is known.  It says what goes together, not what causes what.
"""

from dataclasses import dataclass
from math import exp, log, log2, sqrt

from tracker.reports.domain import Z95, Ratio

# A doubled chance is worth so many points, and nothing is worth more than a demo request.
DOUBLING = 10
MOST = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Lift:
    """How those who touched something did (`touched`), against everybody (`base`)."""

    touched: Ratio
    base: Ratio

    @property
    def value(self) -> float | None:
        """Return how many times likelier they are to be won, None where nobody is."""
        share, base = self.touched.share, self.base.share
        return None if share is None or not base else share / base

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the 95 % interval of the lift, None where there is nobody to compare with.

        The log interval of the risk ratio R of those who touched it against those who did not
        (Katz, Baptista, Azen and Pike, Biometrics 34 (1978), 469-474): ln R +- z * sqrt(1/a -
        1/n + 1/b - 1/m), half a person added to every cell where one is empty (Walter,
        Biometrika 62 (1975), 371-374).  With a share f that touched it the lift is
        R / (f R + 1 - f), which grows with R: so its ends are those of R carried over, and it
        leaves out 1 exactly where R's does.
        """
        value = self.value
        a, n = self.touched.numerator, self.touched.denominator
        b, m = self.base.numerator - a, self.base.denominator - n
        if value is None or not n or not m:
            return None
        half = 0.5 if 0 in (a, b, n - a, m - b) else 0.0
        won, missed = (a + half) / (n + 2 * half), (b + half) / (m + 2 * half)
        reach = Z95 * sqrt(
            1 / (a + half) - 1 / (n + 2 * half) + 1 / (b + half) - 1 / (m + 2 * half)
        )
        centre, share = log(won / missed), n / (n + m)
        low, high = (_lift_of(exp(centre + side), share) for side in (-reach, reach))
        return min(low, value), max(high, value)

    @property
    def is_beyond_chance(self) -> bool:
        """Return whether the interval leaves out 1."""
        return self.interval is not None and not self.interval[0] <= 1 <= self.interval[1]

    @property
    def points(self) -> int | None:
        """Return what a touch would be worth by this, None where chance may explain it.

        Ten points for each doubling of the chance to win, as many less for each halving, at
        most 40; of fewer than 30 people nothing is suggested.
        """
        value = self.value
        if value is None or self.touched.is_few or not self.is_beyond_chance:
            return None
        return max(-MOST, min(MOST, round(DOUBLING * log2(value)))) if value else -MOST


def _lift_of(ratio: float, share: float) -> float:
    return ratio / (share * ratio + 1 - share)
