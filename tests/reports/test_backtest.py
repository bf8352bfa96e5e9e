"""A back-test against figures worked out by hand."""

import pytest

from tests.builders import NOON, days
from tracker.reports.backtest import Ended, Fate, Figure, Offered, Span, Trial, pace, verdict
from tracker.reports.domain import Ratio

WEEKS = Span(weeks=10.0, reps=2)


def deal(number, outcome, *, opened, closed, real=None, would=None):
    """Return a deal that ended, its moments in days after NOON."""
    at = {"real_at": real, "would_at": would}
    return Ended(
        deal_id=number,
        lead_id=number,
        is_won=outcome == "won",
        opened_at=NOON + days(opened),
        closed_at=NOON + days(closed),
        **{name: None if day is None else NOON + days(day) for name, day in at.items()},
    )


def offer(number, fate, *, would, sealed=None):
    """Return a lead that would have been offered on a day, and what became of it by when."""
    sealed_at = None if sealed is None else NOON + days(sealed)
    return Offered(lead_id=number, would_at=NOON + days(would), fate=fate, sealed_at=sealed_at)


# Five won: two offered before they opened, one between opening and closing, one after it had
# closed, one never.  Two lost, one of them offered.
DEALS = [
    deal(1, "won", opened=10, closed=20, real=10, would=4),
    deal(2, "won", opened=10, closed=20, real=9, would=10),
    deal(3, "won", opened=10, closed=20, real=10, would=15),
    deal(4, "won", opened=10, closed=20, real=10, would=21),
    deal(5, "won", opened=10, closed=20, real=10),
    deal(6, "lost", opened=10, closed=20, real=10, would=8),
    deal(7, "lost", opened=10, closed=20),
]
# Of nine offers three came true and three came to nothing; one was too late, one is undecided,
# one was never tried.
OFFERS = [
    offer(1, Fate.WON, would=4, sealed=20),
    offer(2, Fate.WON, would=10, sealed=20),
    offer(3, Fate.WON, would=15, sealed=20),
    offer(4, Fate.WON, would=21, sealed=20),
    offer(6, Fate.LOST, would=8, sealed=20),
    offer(8, Fate.REFUSED, would=8, sealed=9),
    offer(9, Fate.REFUSED, would=9, sealed=9),
    offer(10, Fate.OPEN, would=9),
    offer(11, Fate.UNTRIED, would=9),
]
TRIAL = Trial(deals=DEALS, offers=OFFERS, span=WEEKS)
FOUND = verdict(TRIAL)


def ratio(numerator, denominator):
    return Ratio(numerator=numerator, denominator=denominator)


def test_recall_is_that_worked_out_by_hand():
    assert FOUND.before == ratio(2, 5)
    assert FOUND.in_time == ratio(3, 5)
    assert [one.deal_id for one in TRIAL.deals_of(Figure.MISSED)] == [4, 5]


def test_precision_is_that_worked_out_by_hand():
    assert FOUND.right == ratio(3, 6)
    assert FOUND.false == ratio(3, 6)
    assert (FOUND.late, FOUND.open, FOUND.untried) == (1, 1, 1)


def test_every_offer_is_counted_at_one_place():
    parts = (Figure.RIGHT, Figure.FALSE, Figure.LATE, Figure.OPEN, Figure.UNTRIED)
    found = sorted(one.lead_id for part in parts for one in TRIAL.offers_of(part))
    assert found == sorted(one.lead_id for one in OFFERS)


def test_the_days_earlier_or_later_are_those_worked_out_by_hand():
    # -6, +1, +5 of the won deals in time, -2 of the lost one.
    shift = FOUND.shift
    assert (shift.median, shift.lower, shift.upper, shift.deals) == (-0.5, -3.0, 2.0, 4)


def test_offers_are_counted_a_week_and_a_rep():
    assert (FOUND.offers, FOUND.pace.per_week) == (9, 0.9)
    assert FOUND.per_rep.per_week == 0.45
    # By the exact Poisson limits of 9: 4.12 and 17.08.
    assert FOUND.pace.low == pytest.approx(0.412, abs=0.01)
    assert FOUND.pace.high == pytest.approx(1.708, abs=0.01)


def test_without_anything_there_is_nothing_to_say():
    empty = verdict(Trial(deals=[], offers=[], span=Span(weeks=1.0, reps=0)))
    assert empty.before.share is None
    assert (empty.shift, empty.per_rep, empty.offers) == (None, None, 0)
    # Nothing in a week is compatible with up to 3.7 a week.
    assert pace(0, 1.0).high == pytest.approx(3.69, abs=0.05)
