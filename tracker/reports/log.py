"""The log of touches as programs read it: what, when, from where, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, UnaryExpression, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.collector.domain import MessageType
from tracker.identity.models import Lead, VisitorEdge
from tracker.touches.channels import clean_label, fold_label
from tracker.touches.domain import AgentClass, ContentKind
from tracker.touches.models import IS_ITEM, Agent, Content, Item, Source, TouchRow
from tracker.workspaces.models import Site


@dataclass(frozen=True, kw_only=True, slots=True)
class TouchSearch:
    """Which touches: all of a workspace, or narrowed by who, site, kind, campaign and time."""

    lead_id: int | None = None
    company_id: int | None = None
    site_id: int | None = None
    kind: ContentKind | None = None
    campaign: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedTouch:
    """One touch with the names of what it points to."""

    message_id: str
    type: str
    occurred_at: datetime
    received_at: datetime
    site: str
    lead: str | None
    kind: ContentKind | None
    content: str | None
    title: str
    url: str
    source: str
    medium: str
    campaign: str
    channel: str | None
    is_human: bool


def count(session: Session, workspace_id: int, search: TouchSearch) -> int:
    """Return how many touches a search finds."""
    query = select(func.count(TouchRow.id)).where(*_conditions(session, workspace_id, search))
    return session.scalar(_narrowed(query, search)) or 0


def touches(
    session: Session, workspace_id: int, search: TouchSearch, *, limit: int, offset: int = 0
) -> list[LoggedTouch]:
    """Return some of the touches that a search finds, the latest to arrive first."""
    query = (
        select(TouchRow, Content.url, Item, Source, Agent.agent_class, Site.code, Lead.code)
        .join(Site, Site.id == TouchRow.site_id)
        .outerjoin(Content, Content.id == TouchRow.content_id)
        .outerjoin(Item, IS_ITEM)
        .outerjoin(Source, Source.id == TouchRow.source_id)
        .outerjoin(Agent, Agent.id == TouchRow.agent_id)
        .outerjoin(VisitorEdge, VisitorEdge.visitor_id == TouchRow.visitor_id)
        .outerjoin(Lead, Lead.id == VisitorEdge.lead_id)
        .where(*_conditions(session, workspace_id, search))
        .order_by(*_order(search))
    )
    rows = session.execute(query.limit(limit).offset(offset))
    return [_logged(row) for row in rows]


def _conditions(
    session: Session, workspace_id: int, search: TouchSearch
) -> list[ColumnElement[bool]]:
    equal: Sequence[tuple[ColumnElement[Any] | InstrumentedAttribute[Any], object]] = (
        (VisitorEdge.lead_id, search.lead_id),
        (Lead.company_id, search.company_id),
        (TouchRow.site_id, search.site_id),
        (Item.kind, search.kind),
    )
    conditions: list[ColumnElement[bool]] = [TouchRow.workspace_id == workspace_id]
    conditions += [column == value for column, value in equal if value is not None]
    if search.since is not None:
        conditions.append(TouchRow.occurred_at >= search.since)
    if search.until is not None:
        conditions.append(TouchRow.occurred_at < search.until)
    if search.campaign:
        conditions.append(TouchRow.source_id.in_(_of_campaign(session, workspace_id, search)))
    return conditions


def _of_campaign(session: Session, workspace_id: int, search: TouchSearch) -> list[int]:
    # By one rule for both databases, which do not fold the same letters.
    wanted = fold_label(clean_label(search.campaign))
    query = select(Source.id, Source.campaign).where(
        Source.workspace_id == workspace_id, Source.campaign != ""
    )
    return [number for number, name in session.execute(query) if fold_label(name) == wanted]


def _narrowed(query: Select[int], search: TouchSearch) -> Select[int]:
    if search.lead_id is not None or search.company_id is not None:
        query = query.join(VisitorEdge, VisitorEdge.visitor_id == TouchRow.visitor_id)
    if search.company_id is not None:
        query = query.join(Lead, Lead.id == VisitorEdge.lead_id)
    if search.kind is not None:
        query = query.join(Content, Content.id == TouchRow.content_id).join(Item, IS_ITEM)
    return query


def _order(search: TouchSearch) -> list[UnaryExpression[int] | UnaryExpression[datetime]]:
    is_everybody = search.lead_id is None and search.company_id is None
    by_time = [] if is_everybody else [TouchRow.occurred_at.desc()]
    return [*by_time, TouchRow.id.desc()]


def _logged(row: Any) -> LoggedTouch:
    touch, url, item, source, agent, site, lead = row
    return LoggedTouch(
        message_id=_readable(touch.message_id),
        type=MessageType(touch.type).name.lower(),
        occurred_at=touch.occurred_at,
        received_at=touch.received_at,
        site=site,
        lead=lead,
        kind=item.kind if item else None,
        content=item.code if item else None,
        title=item.title if item else "",
        url=url or "",
        source=source.name if source else "",
        medium=source.medium if source else "",
        campaign=source.campaign if source else "",
        channel=source.channel if source else None,
        is_human=agent in (None, AgentClass.HUMAN),
    )


def _readable(message_id: bytes) -> str:
    if len(message_id) == 16:
        return str(UUID(bytes=bytes(message_id)))
    return bytes(message_id).decode(errors="replace")
