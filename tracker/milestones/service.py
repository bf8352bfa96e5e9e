"""Keep the first time at each step in line with the history of the rooms before."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tracker.db import to_micros
from tracker.driver import chunks, execute_many
from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.milestones.domain import ACCEPTED, OFFERED, WON, changes, deal_step, firsts
from tracker.milestones.models import Milestone
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal, DealMove
from tracker.stages.models import StageModelRow, TransitionRow

Reached = tuple[int, str, datetime]


def mark(session: Session, workspace_id: int, lead_ids: Iterable[int], *, now: datetime) -> None:
    """Record where leads have newly come, and retract what no longer holds."""
    for part in chunks(sorted(set(lead_ids))):
        _mark(session, workspace_id, part, now)


def differences(session: Session, lead_ids: Iterable[int]) -> list[tuple[int, str]]:
    """Return where the milestones of some leads are not what their history says."""
    found: list[tuple[int, str]] = []
    for part in chunks(sorted(set(lead_ids))):
        gone, new = _compare(session, part)
        found += [(row.lead_id, f"milestone {row.step} does not hold") for row in gone]
        found += [(lead, f"milestone {step} is missing") for lead, step, _ in new]
    return found


def _mark(session: Session, workspace_id: int, leads: list[int], now: datetime) -> None:
    gone, new = _compare(session, leads)
    for row in gone:
        row.retracted_at = now
    rows = [(workspace_id, lead, step, to_micros(at), to_micros(now)) for lead, step, at in new]
    session.flush()
    execute_many(session, _RECORD, rows)


_RECORD = """
/* milestones.record */
INSERT INTO milestone (workspace_id, lead_id, step, occurred_at, recorded_at)
VALUES (?, ?, ?, ?, ?)
"""


def _compare(session: Session, leads: list[int]) -> tuple[list[Milestone], list[Reached]]:
    derived: dict[int, list[tuple[str, datetime]]] = {lead: [] for lead in leads}
    for lead, step, at in _reached(session, leads):
        derived[lead].append((step, at))
    stored: dict[int, dict[str, Milestone]] = {lead: {} for lead in leads}
    for row in session.scalars(_standing_milestones(leads)):
        stored[row.lead_id][row.step] = row
    gone: list[Milestone] = []
    new: list[Reached] = []
    for lead in leads:
        kept = {step: row.occurred_at for step, row in stored[lead].items()}
        dropped, added = changes(kept, firsts(derived[lead]))
        gone += [stored[lead][step] for step in dropped]
        new += [(lead, step, at) for step, at in added]
    return gone, new


def _standing_milestones(leads: list[int]) -> Select[Milestone]:
    return select(Milestone).where(Milestone.lead_id.in_(leads), Milestone.retracted_at.is_(None))


def _reached(session: Session, leads: list[int]) -> Iterator[Reached]:
    yield from _stages(session, leads)
    yield from _handoffs(session, leads)
    yield from _deals(session, leads)


def _stages(session: Session, leads: list[int]) -> Iterator[Reached]:
    query = (
        select(TransitionRow.lead_id, TransitionRow.to_stage, TransitionRow.occurred_at)
        .join(StageModelRow, StageModelRow.id == TransitionRow.model_id)
        .where(
            TransitionRow.lead_id.in_(leads),
            TransitionRow.retracted_at.is_(None),
            StageModelRow.published_at.is_not(None),
            StageModelRow.retired_at.is_(None),
        )
    )
    for lead, stage, at in session.execute(query):
        yield lead, stage.value, at


def _handoffs(session: Session, leads: list[int]) -> Iterator[Reached]:
    query = select(Handoff.lead_id, Handoff.status, Handoff.offered_at, Handoff.settled_at)
    for lead, status, offered_at, settled_at in session.execute(
        query.where(Handoff.lead_id.in_(leads), Handoff.status != HandoffStatus.WITHDRAWN)
    ):
        yield lead, OFFERED, offered_at
        if status is HandoffStatus.ACCEPTED and settled_at is not None:
            yield lead, ACCEPTED, settled_at


def _deals(session: Session, leads: list[int]) -> Iterator[Reached]:
    query = (
        select(
            Deal.lead_id,
            Deal.status,
            DealMove.to_stage_id,
            DealMove.to_status,
            DealMove.occurred_at,
        )
        .join(DealMove, DealMove.deal_id == Deal.id)
        .where(Deal.lead_id.in_(leads), DealMove.retracted_at.is_(None))
    )
    for lead, status, stage_id, to_status, at in session.execute(query):
        if to_status is DealStatus.OPEN:
            yield lead, deal_step(stage_id), at
        # A deal that was won by mistake and reopened has not reached the end.
        if to_status is DealStatus.WON and status is DealStatus.WON:
            yield lead, WON, at
