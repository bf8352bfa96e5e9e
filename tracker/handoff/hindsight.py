"""When a lead would have been offered to sales first, had other rules been in force.

Everything is taken as of the moment at which it happened: a touch that reached us late, or in
a file, counts as if it had come at once.  Pure: facts in, decision out.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from tracker.handoff.domain import FRESH, Readiness, is_ready
from tracker.stages.domain import Stage

# A moment in microseconds, and the stage that a lead entered then.
Change = tuple[int, Stage | None]

_MICROSECOND = timedelta(microseconds=1)


def first_offer(
    changes: Sequence[Change], touched: Sequence[int], known_at: int | None
) -> int | None:
    """Return the first moment at which a lead was ready, None if it never was.

    `changes` are its changes of stage, `touched` the moments of its touches that count, both
    the oldest first; `known_at` is when we first heard who it is.  A lead is offered because
    of something that happens: a touch, or being identified.
    """
    if known_at is None or not any(stage is Stage.BOFU for _, stage in changes):
        return None
    for at, stage, touched_at in _moments(changes, touched, known_at):
        is_fresh = touched_at is not None and (at - touched_at) * _MICROSECOND <= FRESH
        if is_ready(Readiness(stage=stage, is_identified=True, is_fresh=is_fresh)):
            return at
    return None


def _moments(
    changes: Sequence[Change], touched: Sequence[int], known_at: int
) -> Iterator[tuple[int, Stage | None, int | None]]:
    """Give every moment since a lead is known, with its stage and its latest touch then."""
    moments = sorted({known_at, *(at for at in touched if at >= known_at)})
    place, stage = 0, None
    latest, seen = 0, None
    for moment in moments:
        while place < len(changes) and changes[place][0] <= moment:
            stage = changes[place][1]
            place += 1
        while latest < len(touched) and touched[latest] <= moment:
            seen = touched[latest]
            latest += 1
        yield moment, stage, seen
