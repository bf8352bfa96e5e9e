"""Stages that somebody has set by hand: who, why, until when, and which of them holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from tracker.collector.text import clean
from tracker.driver import chunks, fetch_in
from tracker.errors import Conflict, Invalid
from tracker.stages.domain import Override, Stage
from tracker.stages.models import StageOverride

REASON = 500
LONGEST = timedelta(days=3650)


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where somebody puts a lead, why, and until when; without a date it stays there."""

    stage: Stage
    reason: str
    until: datetime | None = None


def begin(
    session: Session, workspace_id: int, lead_id: int, placement: Placement, *, by: int | None,
    now: datetime,
) -> StageOverride:  # fmt: skip
    """Write down where somebody puts a lead; what held before is over."""
    reason = _check(placement, now)
    _end(session, holding(session, [lead_id], now=now), by=by, now=now)
    row = StageOverride(
        workspace_id=workspace_id,
        lead_id=lead_id,
        original_lead_id=lead_id,
        stage=placement.stage,
        reason=reason,
        until=placement.until,
        started_at=now,
        started_by_id=by,
    )
    session.add(row)
    session.flush()
    return row


def end(session: Session, lead_id: int, *, by: int | None, now: datetime) -> StageOverride:
    """End what somebody has set by hand; raise Conflict where nothing is."""
    rows = holding(session, [lead_id], now=now)
    if not rows:
        raise Conflict("the stage of this lead is not set by hand")
    _end(session, rows, by=by, now=now)
    return rows[-1]


def holding(session: Session, lead_ids: Iterable[int], *, now: datetime) -> list[StageOverride]:
    """Return what holds of what was set by hand for some leads, what was set last at the end."""
    query = select(StageOverride).where(
        StageOverride.lead_id.in_(list(lead_ids)),
        StageOverride.ended_at.is_(None),
        StageOverride.until.is_(None) | (StageOverride.until > now),
    )
    return list(session.scalars(query.order_by(StageOverride.started_at, StageOverride.id)))


def of_lead(session: Session, workspace_id: int, lead_id: int) -> Sequence[StageOverride]:
    """Return everything that was ever set by hand for a lead, the newest first."""
    query = select(StageOverride).filter_by(workspace_id=workspace_id, lead_id=lead_id)
    who = query.options(joinedload(StageOverride.started_by), joinedload(StageOverride.ended_by))
    return session.scalars(who.order_by(StageOverride.id.desc())).all()


def schedules(session: Session, lead_ids: Iterable[int]) -> dict[int, list[Override]]:
    """Return what was ever set by hand for some leads, as the fold takes it."""
    found: dict[int, list[Override]] = {}
    for lead_id, number, stage, start, until, ended in fetch_in(session, _SCHEDULES, lead_ids):
        ends = min((moment for moment in (until, ended) if moment is not None), default=None)
        found.setdefault(lead_id, []).append(
            Override(id=number, stage=Stage(stage), started_at=start, ends_at=ends)
        )
    return found


def follow(session: Session, homes: Mapping[int, int]) -> None:
    """Carry what was set by hand along with leads that merged or parted."""
    for part in chunks(sorted(homes)):
        query = select(StageOverride).where(StageOverride.original_lead_id.in_(part))
        for row in session.scalars(query):
            row.lead_id = homes[row.original_lead_id]
    session.flush()


_SCHEDULES = """
/* stages.schedules */
SELECT lead_id, id, stage, started_at, until, ended_at FROM stage_override WHERE lead_id IN ({})
"""


def _check(placement: Placement, now: datetime) -> str:
    reason = clean(placement.reason, REASON)
    faults = {}
    if not reason:
        faults["reason"] = "say why"
    if placement.until is not None and not now < placement.until <= now + LONGEST:
        faults["until"] = "must lie ahead, within ten years"
    if faults:
        raise Invalid("this cannot be set by hand", fields=faults)
    return reason


def _end(session: Session, rows: Iterable[StageOverride], *, by: int | None, now: datetime) -> None:
    numbers = [row.id for row in rows]
    query = update(StageOverride).where(StageOverride.id.in_(numbers))
    session.execute(query.values(ended_at=now, ended_by_id=by))
