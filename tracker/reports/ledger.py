"""The catalogue with what became of each item, and the event names that stand for nothing yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from tracker.identity.models import VisitorEdge
from tracker.touches.domain import AgentClass, ContentKind
from tracker.touches.models import Agent, Content, EventName, TouchRow

EVENT = "event:"


class LedgerSort(StrEnum):
    """By what the catalogue can be sorted."""

    PEOPLE = "people"
    LAST = "last"
    TITLE = "title"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which part of the catalogue is asked for."""

    q: str = ""
    kind: ContentKind | None = None
    sort: LedgerSort = LedgerSort.PEOPLE
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An item of the catalogue, how many people touched it, and when somebody last did."""

    code: str
    kind: ContentKind
    title: str
    url: str
    event: str
    people: int
    last_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnmappedName:
    """An event name that was seen and stands for no kind of content."""

    name: str
    people: int
    last_at: datetime | None


def count(session: Session, workspace_id: int, wanted: Wanted) -> int:
    """Return how many items fit."""
    fits = _fits(workspace_id, wanted)
    return session.scalar(select(func.count()).select_from(Content).where(*fits)) or 0


def contents(
    session: Session, workspace_id: int, wanted: Wanted, *, offset: int = 0
) -> list[Entry]:
    """Return a page of the catalogue."""
    if wanted.sort is LedgerSort.TITLE:
        return _by_title(session, workspace_id, wanted, offset)
    touched = _touched(workspace_id).subquery()
    by = touched.c.people if wanted.sort is LedgerSort.PEOPLE else touched.c.last_at
    query = (
        select(Content, touched.c.people, touched.c.last_at)
        .outerjoin(touched, touched.c.content_id == Content.id)
        .where(*_fits(workspace_id, wanted))
        .order_by(by.desc().nulls_last(), Content.id)
    )
    rows = session.execute(query.offset(offset).limit(wanted.limit))
    return [_entry(row[0], row.people, row.last_at) for row in rows]


def unmapped_names(session: Session, workspace_id: int) -> list[UnmappedName]:
    """Return the event names that nobody has given a kind yet, the most used first."""
    mapped = set(
        session.scalars(select(EventName.name).where(EventName.workspace_id == workspace_id))
    )
    query = select(Content.id, Content.key).where(
        Content.workspace_id == workspace_id,
        Content.kind == ContentKind.OTHER,
        Content.key.startswith(EVENT, autoescape=True),
    )
    names = {number: event_of(key) for number, key in session.execute(query)}
    unmapped = {number: name for number, name in names.items() if name not in mapped}
    counts = _counts(session, workspace_id, list(unmapped))
    found: dict[str, UnmappedName] = {}
    for number, name in unmapped.items():
        people, last_at = counts.get(number, (0, None))
        known = found.get(name)
        if known is not None:
            people += known.people
            last_at = max((at for at in (last_at, known.last_at) if at), default=None)
        found[name] = UnmappedName(name=name, people=people, last_at=last_at)
    return sorted(found.values(), key=lambda name: (-name.people, name.name))


def event_of(key: str) -> str:
    """Return the event name in an item's key, or '' where it is a page."""
    return key.removeprefix(EVENT).partition("|")[0] if key.startswith(EVENT) else ""


def _fits(workspace_id: int, wanted: Wanted) -> list[ColumnElement[bool]]:
    fits: list[ColumnElement[bool]] = [Content.workspace_id == workspace_id]
    if wanted.kind is not None:
        fits.append(Content.kind == wanted.kind)
    if wanted.q:
        fits.append(
            or_(
                Content.title.icontains(wanted.q, autoescape=True),
                Content.key.icontains(wanted.q, autoescape=True),
            )
        )
    return fits


def _touched(workspace_id: int) -> Select[int | None, int, datetime]:
    is_human = or_(TouchRow.agent_id.is_(None), Agent.agent_class == int(AgentClass.HUMAN))
    return (
        select(
            TouchRow.content_id,
            func.count(VisitorEdge.lead_id.distinct()).label("people"),
            func.max(TouchRow.occurred_at, type_=TouchRow.occurred_at.type).label("last_at"),
        )
        .outerjoin(Agent, Agent.id == TouchRow.agent_id)
        .outerjoin(VisitorEdge, VisitorEdge.visitor_id == TouchRow.visitor_id)
        .where(TouchRow.workspace_id == workspace_id, TouchRow.content_id.is_not(None), is_human)
        .group_by(TouchRow.content_id)
    )


def _by_title(session: Session, workspace_id: int, wanted: Wanted, offset: int) -> list[Entry]:
    # This order needs no counts: count for the items of the page only.
    query = select(Content).where(*_fits(workspace_id, wanted))
    query = query.order_by(func.lower(Content.title), Content.id)
    page = list(session.scalars(query.offset(offset).limit(wanted.limit)))
    counts = _counts(session, workspace_id, [content.id for content in page])
    return [_entry(content, *counts.get(content.id, (0, None))) for content in page]


def _counts(
    session: Session, workspace_id: int, ids: Sequence[int]
) -> Mapping[int, tuple[int, datetime | None]]:
    counts: dict[int, tuple[int, datetime | None]] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        query = _touched(workspace_id).where(TouchRow.content_id.in_(part))
        counts |= {row.content_id: (row.people, row.last_at) for row in session.execute(query)}
    return counts


def _entry(content: Content, people: int | None, last_at: datetime | None) -> Entry:
    return Entry(
        code=content.code,
        kind=content.kind,
        title=content.title or content.key.partition(":")[2].rstrip("|"),
        url=content.url,
        event=event_of(content.key),
        people=people or 0,
        last_at=last_at,
    )
