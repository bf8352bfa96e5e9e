"""Judge again what lies in quarantine: by today's rules, as of the moment it first came.

What is good now leaves in the same transaction that records it, and its count goes with it:
received stays the sum of the four outcomes, day by day.  What is still bad stays, with
today's reason.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.collector import kept
from tracker.collector import service as collector
from tracker.collector.domain import Delivery, DropReason, Hit, Outcome, Reject
from tracker.collector.faults import Fault, fault_of
from tracker.collector.messages import judge
from tracker.collector.models import QuarantinedHit
from tracker.collector.quarantine import Which, conditions
from tracker.workspaces.models import Site

# Puts hits onto the journey and says which of them are new.
Record = Callable[[Sequence[Hit]], Sequence[bool]]
Verdict = tuple[Outcome, str, str]

# Counts that move are kept in rows that no serving process touches.
WRITER = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """What became of messages that were judged again."""

    accepted: int = 0
    duplicate: int = 0
    # Still bad, with the reason of today.
    quarantined: int = 0
    # Their visitors turned out not to have agreed: they are gone.
    refused: int = 0
    # Too little of them was kept.
    cut: int = 0

    def __add__(self, other: "Replayed") -> "Replayed":
        """Return both together."""
        return Replayed(
            accepted=self.accepted + other.accepted,
            duplicate=self.duplicate + other.duplicate,
            quarantined=self.quarantined + other.quarantined,
            refused=self.refused + other.refused,
            cut=self.cut + other.cut,
        )


def due(session: Session, which: Which, *, limit: int, after: int = 0) -> list[QuarantinedHit]:
    """Return messages to judge again, in the order in which they came, and hold them."""
    query = select(QuarantinedHit).where(*conditions(which), QuarantinedHit.id > after)
    query = query.order_by(QuarantinedHit.id).limit(limit)
    # Whoever else judges them again is let go ahead.
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def judge_again(session: Session, rows: Sequence[QuarantinedHit], record: Record) -> Replayed:
    """Judge messages again and take in what is good now."""
    whole = [row for row in rows if row.again]
    secrets = _secrets(session, {row.site_id for row in whole})
    judged = {row: _judged(row, secrets.get(row.site_id, "")) for row in whole}
    verdicts: dict[QuarantinedHit, Verdict] = {
        row: _verdict(found) for row, found in judged.items() if not isinstance(found, Hit)
    }
    hits = [(row, found) for row, found in judged.items() if isinstance(found, Hit)]
    verdicts |= _record(session, hits, record)
    moves = _Moves()
    for row, (outcome, reason, detail) in verdicts.items():
        moves.add(row, outcome, reason)
        if outcome is Outcome.QUARANTINED:
            row.reason, row.detail = DropReason(reason), detail
    gone = [row.id for row, verdict in verdicts.items() if verdict[0] is not Outcome.QUARANTINED]
    session.flush()
    session.execute(delete(QuarantinedHit).where(QuarantinedHit.id.in_(gone)))
    moves.count(session)
    became = Counter(verdict[0].value for verdict in verdicts.values())
    return Replayed(cut=len(rows) - len(whole), **became)


def _secrets(session: Session, site_ids: Iterable[int]) -> dict[int, str]:
    query = select(Site.id, Site.identity_secret).where(Site.id.in_(site_ids))
    return {site: secret for site, secret in session.execute(query)}


def _judged(row: QuarantinedHit, secret: str) -> Hit | Reject | None:
    found = kept.read(
        row.again,
        workspace_id=row.workspace_id,
        site_id=row.site_id,
        received_at=row.received_at,
    )
    if not isinstance(found, Delivery):
        return found
    return judge(json.loads(row.body), found._replace(secret=secret))


def _verdict(found: Reject | None) -> Verdict:
    if found is None:
        return Outcome.REFUSED, DropReason.NO_CONSENT.value, ""
    return Outcome.QUARANTINED, found.reason.value, found.detail


def _record(
    session: Session, hits: Sequence[tuple[QuarantinedHit, Hit]], record: Record
) -> dict[QuarantinedHit, Verdict]:
    """Record hits; halve them as long as the store refuses, until the bad one is alone."""
    if not hits:
        return {}
    try:
        with session.begin_nested():
            new = record([hit for _row, hit in hits])
    except Exception as error:
        if fault_of(error) is not Fault.BAD_HIT:
            raise
        if len(hits) == 1:
            why = type(error).__name__
            return {hits[0][0]: (Outcome.QUARANTINED, DropReason.REJECTED_BY_STORE.value, why)}
        middle = len(hits) // 2
        first = _record(session, hits[:middle], record)
        return first | _record(session, hits[middle:], record)
    outcomes = (Outcome.ACCEPTED if is_new else Outcome.DUPLICATE for is_new in new)
    return {row: (outcome, "", "") for (row, _hit), outcome in zip(hits, outcomes, strict=True)}


class _Moves:
    """From which outcome to which, on the day on which each message was counted."""

    def __init__(self) -> None:
        self._days: dict[date, Counter[tuple[int, int, Outcome, str]]] = {}
        self._moments: dict[date, datetime] = {}

    def add(self, row: QuarantinedHit, outcome: Outcome, reason: str) -> None:
        """Move the count of a message."""
        day = row.counted_at.date()
        counts = self._days.setdefault(day, Counter())
        counts[row.workspace_id, row.site_id, Outcome.QUARANTINED, row.reason.value] -= 1
        counts[row.workspace_id, row.site_id, outcome, reason] += 1
        self._moments[day] = max(row.counted_at, self._moments.get(day, row.counted_at))

    def count(self, session: Session) -> None:
        """Write the moves down."""
        for day, counts in sorted(self._days.items(), key=lambda each: each[0]):
            tally: Mapping[tuple[int, int, Outcome, str], int] = {
                key: number for key, number in counts.items() if number
            }
            collector.count(session, tally, writer=WRITER, now=self._moments[day])
