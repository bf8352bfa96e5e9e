"""Keep the first time at each step in line with the history of the rooms before."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.milestones.domain import ACCEPTED, OFFERED, WON, changes, deal_step, firsts
from tracker.milestones.models import Milestone
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal, DealMove
from tracker.stages.models import StageModelRow, TransitionRow
from tracker.touches.dimensions import chunks

Reached = tuple[int, str, datetime]


def mark(session: Session, workspace_id: int, lead_ids: Iterable[int], *, now: datetime) -> None:
    """Record where leads have newly come, and retract what no longer holds."""
    for part in chunks(sorted(set(lead_ids))):
        _mark(session, workspace_id, part, now)


def _mark(session: Session, workspace_id: int, leads: list[int], now: datetime) -> None:
    derived: dict[int, list[tuple[str, datetime]]] = {lead: [] for lead in leads}
    for lead, step, at in _reached(session, leads):
        derived[lead].append((step, at))
    stored: dict[int, dict[str, tuple[int, datetime]]] = {lead: {} for lead in leads}
    for row in session.scalars(_standing_milestones(leads)):
        stored[row.lead_id][row.step] = (row.id, row.occurred_at)
    gone: list[int] = []
    new = []
    for lead in leads:
        kept = {step: at for step, (_, at) in stored[lead].items()}
        dropped, added = changes(kept, firsts(derived[lead]))
        gone += [stored[lead][step][0] for step in dropped]
        new += [
            {
                "workspace_id": workspace_id,
                "lead_id": lead,
                "step": step,
                "occurred_at": at,
                "recorded_at": now,
            }
            for step, at in added
        ]
    if gone:
        query = update(Milestone).where(Milestone.id.in_(gone))
        session.execute(query.values(retracted_at=now))
    if new:
        session.execute(insert(Milestone), new)
    session.flush()


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
