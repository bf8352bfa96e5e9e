"""Count what arrived and keep what could not be believed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from tracker.collector.domain import Outcome, Reject
from tracker.collector.models import HitCount, QuarantinedHit
from tracker.db import to_micros
from tracker.driver import execute

# workspace, site, outcome, reason
Tally = Mapping[tuple[int, int, Outcome, str], int]

NOBODY = 0


@dataclass(frozen=True, kw_only=True)
class HitStats:
    """How many messages arrived and what became of them."""

    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    refused: int = 0

    @property
    def received(self) -> int:
        """Return all that arrived."""
        return self.accepted + self.duplicate + self.quarantined + self.refused


def count(session: Session, tally: Tally, *, writer: int, now: datetime) -> None:
    """Add a tally to the day's counts, in rows that no other writer touches."""
    if not tally:
        return
    mark = "(?,?,?,?,?,?,?,?)"
    sql = (
        "/* collector.count */ INSERT INTO hit_count"
        " (workspace_id, site_id, day, outcome, reason, writer, number, last_at)"
        f" VALUES {','.join([mark] * len(tally))}"
        " ON CONFLICT (site_id, day, outcome, reason, writer) DO UPDATE SET"
        " number = hit_count.number + excluded.number, last_at = excluded.last_at"
    )
    day, moment = now.date().isoformat(), to_micros(now)
    values = tuple(
        value
        for (workspace, site, outcome, reason), number in sorted(tally.items())
        for value in (workspace, site, day, outcome.value, reason, writer, number, moment)
    )
    execute(session, sql, values)


def keep(session: Session, rejects: Sequence[Reject], *, now: datetime | None = None) -> None:
    """Put messages into quarantine that are counted now, else at the moment of their receipt."""
    rows = [
        {
            "workspace_id": reject.workspace_id,
            "site_id": reject.site_id,
            "received_at": reject.received_at,
            "counted_at": now or reject.received_at,
            "reason": reject.reason,
            "detail": reject.detail,
            "body": reject.body,
            "again": reject.again,
        }
        for reject in rejects
    ]
    if rows:
        session.execute(insert(QuarantinedHit), rows)


def stats(session: Session, workspace_id: int, *, with_nobodys: bool = False) -> HitStats:
    """Return what arrived for a workspace, on request with what opened none at all."""
    workspaces: Iterable[int] = (workspace_id, NOBODY) if with_nobodys else (workspace_id,)
    query = (
        select(HitCount.outcome, func.sum(HitCount.number))
        .where(HitCount.workspace_id.in_(workspaces))
        .group_by(HitCount.outcome)
    )
    return HitStats(**{outcome.value: int(number) for outcome, number in session.execute(query)})


def totals(session: Session) -> dict[tuple[Outcome, str], int]:
    """Return how many messages had which outcome, and why, in all workspaces together."""
    query = select(HitCount.outcome, HitCount.reason, func.sum(HitCount.number))
    rows = session.execute(query.group_by(HitCount.outcome, HitCount.reason))
    return {(outcome, reason): int(number) for outcome, reason, number in rows}
