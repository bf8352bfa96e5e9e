"""What a rep should know before calling: what leads read last, what proof they have not seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from tracker.driver import chunks
from tracker.identity.models import VisitorEdge
from tracker.stages.models import Standing
from tracker.touches.domain import AgentClass, ContentKind
from tracker.touches.models import Agent, Content, TouchRow

PROOF = (ContentKind.CASE_STUDY, ContentKind.COMPARISON)
CATALOGUE = 50  # proof looked at for one page; more would not be read


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """One item that somebody looked at, and when last."""

    kind: ContentKind
    title: str
    at: datetime


def last_reads(
    session: Session, lead_ids: Iterable[int], *, each: int = 3
) -> dict[int, list[Read]]:
    """Return what leads looked at last, the newest first, every item once."""
    owners: dict[int, int] = {}
    for part in chunks(sorted(set(lead_ids))):
        columns = [_nth_last(number) for number in range(each + 2)]
        query = select(VisitorEdge.lead_id, *columns).where(VisitorEdge.lead_id.in_(part))
        for lead_id, *touch_ids in session.execute(query):
            owners |= {touch_id: lead_id for touch_id in touch_ids if touch_id is not None}
    reads: dict[int, dict[int, Read]] = {}
    for touch_id, content, at in _looked_at(session, owners):
        own = reads.setdefault(owners[touch_id], {})
        own.setdefault(content.id, Read(kind=content.kind, title=name_of(content), at=at))
    return {lead_id: list(own.values())[:each] for lead_id, own in reads.items()}


def proof_not_seen(
    session: Session, workspace_id: int, lead_ids: Sequence[int], *, each: int = 3
) -> dict[int, list[str]]:
    """Return success stories and comparisons that leads have not looked at yet."""
    query = select(Content).where(Content.workspace_id == workspace_id, Content.kind.in_(PROOF))
    proof = list(session.scalars(query.order_by(Content.id.desc()).limit(CATALOGUE)))
    seen = _seen(session, lead_ids, [content.id for content in proof])
    return {
        lead_id: [name_of(c) for c in proof if (lead_id, c.id) not in seen][:each]
        for lead_id in lead_ids
    }


def first_contact(session: Session, lead_id: int) -> datetime | None:
    """Return when a lead first did something that counts."""
    return session.scalar(
        select(func.min(Standing.first_touch_at)).where(Standing.lead_id == lead_id)
    )


def did_count(session: Session, visitor_ids: Sequence[int], before: datetime) -> bool:
    """Return whether visitors did something before a moment that counts."""
    query = select(TouchRow.id).outerjoin(Agent, Agent.id == TouchRow.agent_id)
    some = query.where(
        TouchRow.visitor_id.in_(visitor_ids),
        TouchRow.content_id.is_not(None),
        TouchRow.occurred_at < before,
        Agent.id.is_(None) | (Agent.agent_class == AgentClass.HUMAN),
    )
    return session.scalars(some.limit(1)).first() is not None


def touched(session: Session, touch_ids: Iterable[int]) -> dict[int, tuple[ContentKind, str]]:
    """Return kind and name of what touches are about, by touch."""
    rows = _looked_at(session, touch_ids)
    return {
        # An event about nothing in particular is called like its kind: no need to say it twice.
        touch_id: (content.kind, "" if content.key.endswith("|") else name_of(content))
        for touch_id, content, _ in rows
    }


def name_of(content: Content) -> str:
    """Return what to call an item of the catalogue."""
    return content.title or urlsplit(content.url).path or content.url or content.key


def _nth_last(number: int) -> ScalarSelect[int]:
    # One step down an index for each visitor, however long its life is.
    return (
        select(TouchRow.id)
        .outerjoin(Agent, Agent.id == TouchRow.agent_id)
        .where(
            TouchRow.visitor_id == VisitorEdge.visitor_id,
            TouchRow.content_id.is_not(None),
            Agent.id.is_(None) | (Agent.agent_class == AgentClass.HUMAN),
        )
        .order_by(TouchRow.occurred_at.desc(), TouchRow.id.desc())
        .limit(1)
        .offset(number)
        .correlate(VisitorEdge)
        .scalar_subquery()
    )


def _looked_at(session: Session, touch_ids: Iterable[int]) -> list[tuple[int, Content, datetime]]:
    found: list[tuple[int, Content, datetime]] = []
    for part in chunks(sorted(touch_ids)):
        query = (
            select(TouchRow.id, Content, TouchRow.occurred_at)
            .join(Content, Content.id == TouchRow.content_id)
            .where(TouchRow.id.in_(part))
        )
        found += [(touch_id, content, at) for touch_id, content, at in session.execute(query)]
    return sorted(found, key=lambda row: (row[2], row[0]), reverse=True)


def _seen(
    session: Session, lead_ids: Sequence[int], content_ids: Sequence[int]
) -> set[tuple[int, int | None]]:
    seen: set[tuple[int, int | None]] = set()
    for part in chunks(sorted(set(lead_ids))):
        query = (
            select(VisitorEdge.lead_id, TouchRow.content_id)
            .join(TouchRow, TouchRow.visitor_id == VisitorEdge.visitor_id)
            .where(VisitorEdge.lead_id.in_(part), TouchRow.content_id.in_(content_ids))
            .distinct()
        )
        seen |= {(lead_id, content_id) for lead_id, content_id in session.execute(query)}
    return seen
