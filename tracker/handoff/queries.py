"""The lists that sales reads: what waits, and what was settled and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, UnaryExpression, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.identity.models import Lead, Merge
from tracker.workspaces.models import User

Order = tuple[UnaryExpression[datetime] | UnaryExpression[datetime | None], UnaryExpression[int]]

SETTLED = (
    HandoffStatus.ACCEPTED,
    HandoffStatus.REJECTED,
    HandoffStatus.EXPIRED,
    HandoffStatus.WITHDRAWN,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Some:
    """Which handoffs are meant: none of it set means all of a workspace's."""

    statuses: Sequence[HandoffStatus]
    claimed_by: int | None = None
    is_unclaimed: bool = False
    settled_by: int | None = None


def count(session: Session, workspace_id: int, some: Some) -> int:
    """Return how many handoffs are meant."""
    query = select(func.count(Handoff.id)).where(*_conditions(workspace_id, some))
    return session.scalar(query) or 0


def page(
    session: Session, workspace_id: int, some: Some, *, limit: int, offset: int = 0
) -> list[Handoff]:
    """Return handoffs with what a card shows: open ones by the clock, settled newest first."""
    by_clock: Order = (Handoff.due_at.asc(), Handoff.id.asc())
    if HandoffStatus.OFFERED not in some.statuses:
        by_clock = (Handoff.settled_at.desc(), Handoff.id.desc())
    query = (
        select(Handoff)
        .where(*_conditions(workspace_id, some))
        .options(
            joinedload(Handoff.lead).joinedload(Lead.company),
            joinedload(Handoff.transition),
            joinedload(Handoff.claimed_by),
            joinedload(Handoff.settled_by),
            selectinload(Handoff.yielded_to).joinedload(Handoff.original_lead),
            selectinload(Handoff.withdrawn_merge).joinedload(Merge.kept),
            selectinload(Handoff.withdrawn_merge).joinedload(Merge.absorbed),
        )
        .order_by(*by_clock)
    )
    return list(session.scalars(query.limit(limit).offset(offset)))


def answerers(session: Session, workspace_id: int) -> list[User]:
    """Return everybody who has ever answered an offer, by name."""
    answered = select(Handoff.settled_by_id).where(Handoff.workspace_id == workspace_id)
    return list(session.scalars(select(User).where(User.id.in_(answered)).order_by(User.name)))


def _conditions(workspace_id: int, some: Some) -> list[ColumnElement[bool]]:
    conditions = [Handoff.workspace_id == workspace_id, Handoff.status.in_(some.statuses)]
    if some.is_unclaimed:
        conditions.append(Handoff.claimed_by_id.is_(None))
    if some.claimed_by is not None:
        conditions.append(Handoff.claimed_by_id == some.claimed_by)
    if some.settled_by is not None:
        conditions.append(Handoff.settled_by_id == some.settled_by)
    return conditions
