"""One item of the catalogue: who touched it, and who came to a stage by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from tracker.identity.models import Lead, VisitorEdge
from tracker.stages.domain import Stage
from tracker.stages.models import TransitionRow
from tracker.touches.domain import AgentClass
from tracker.touches.models import Agent, Content, TouchRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Toucher:
    """Somebody who touched an item, how often, and when last."""

    lead: Lead
    touches: int
    last_at: datetime


def touchers(session: Session, item: Content, *, limit: int, offset: int = 0) -> list[Toucher]:
    """Return who touched an item, the latest first."""
    last_at = func.max(TouchRow.occurred_at, type_=TouchRow.occurred_at.type)
    query = (
        select(VisitorEdge.lead_id, func.count(), last_at)
        .join(TouchRow, TouchRow.visitor_id == VisitorEdge.visitor_id)
        .join(Content, Content.id == TouchRow.content_id)
        .outerjoin(Agent, Agent.id == TouchRow.agent_id)
        .where(or_(Content.id == item.id, Content.item_id == item.id))
        .where(Agent.id.is_(None) | (Agent.agent_class == AgentClass.HUMAN))
        .group_by(VisitorEdge.lead_id)
        .order_by(last_at.desc(), VisitorEdge.lead_id)
    )
    rows = session.execute(query.limit(limit).offset(offset)).all()
    found = select(Lead).where(Lead.id.in_([row[0] for row in rows]))
    leads = {lead.id: lead for lead in session.scalars(found)}
    return [Toucher(lead=leads[number], touches=n, last_at=at) for number, n, at in rows]


def entered(session: Session, item: Content, model_id: int) -> Mapping[Stage, int]:
    """Return how many people came to each stage by a touch of an item."""
    query = (
        select(TransitionRow.to_stage, func.count(TransitionRow.lead_id.distinct()))
        .join(VisitorEdge, VisitorEdge.lead_id == TransitionRow.lead_id)
        .join(TouchRow, TouchRow.visitor_id == VisitorEdge.visitor_id)
        .join(Content, Content.id == TouchRow.content_id)
        .where(or_(Content.id == item.id, Content.item_id == item.id))
        .where(TouchRow.occurred_at == TransitionRow.occurred_at)
        .where(TouchRow.message_id == TransitionRow.message)
        .where(TransitionRow.model_id == model_id, TransitionRow.retracted_at.is_(None))
        .group_by(TransitionRow.to_stage)
    )
    return {stage: people for stage, people in session.execute(query) if stage is not None}


def keys_of(
    session: Session, item: Content, *, limit: int, offset: int = 0
) -> Sequence[tuple[Content, int]]:
    """Return the keys that are an item, its own first, and how often each was touched."""
    touches = (
        select(func.count(TouchRow.id))
        .outerjoin(Agent, Agent.id == TouchRow.agent_id)
        .where(TouchRow.content_id == Content.id)
        .where(Agent.id.is_(None) | (Agent.agent_class == AgentClass.HUMAN))
        .scalar_subquery()
    )
    query = select(Content, touches).where(or_(Content.id == item.id, Content.item_id == item.id))
    query = query.order_by(Content.id != item.id, touches.desc(), Content.key)
    return [(key, number) for key, number in session.execute(query.limit(limit).offset(offset))]
