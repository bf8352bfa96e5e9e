"""The catalogue with what became of each item, and the event names that stand for nothing yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.driver import chunks
from tracker.identity.models import VisitorEdge
from tracker.touches.domain import AgentClass, Classed, ContentKind, IntendedStage, Purpose
from tracker.touches.items import name_of
from tracker.touches.models import Agent, Content, EventName, TouchRow
from tracker.workspaces.models import User

EVENT = "event:"


class LedgerSort(StrEnum):
    """By what the catalogue can be sorted."""

    PEOPLE = "people"
    TOUCHES = "touches"
    LAST = "last"
    TITLE = "title"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which part of the catalogue is asked for."""

    q: str = ""
    kind: ContentKind | None = None
    purpose: Purpose | None = None
    stage: IntendedStage | None = None
    owner_id: int | None = None
    is_unclassed: bool = False
    sort: LedgerSort = LedgerSort.PEOPLE
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many people touched something, how often, and when somebody last did."""

    people: int = 0
    touches: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An item of the catalogue, what is said of it, and what became of it."""

    content: Content
    title: str
    owner: str
    keys: int
    tally: Tally

    @property
    def event(self) -> str:
        """Return the name of the event that it is about, '' where it is a page."""
        return event_of(self.content.key)


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
    query = _entries().where(*_fits(workspace_id, wanted)).offset(offset).limit(wanted.limit)
    if wanted.sort is LedgerSort.TITLE:
        # This order needs no counts: count for the items of the page only.
        rows = session.execute(query.order_by(func.lower(Content.title), Content.id)).all()
        tallies = tallies_of(session, workspace_id, [row[0].id for row in rows])
        return [_entry(*row, tallies.get(row[0].id, Tally())) for row in rows]
    touched = _touched(workspace_id).subquery()
    by = {
        LedgerSort.PEOPLE: touched.c.people,
        LedgerSort.TOUCHES: touched.c.touches,
        LedgerSort.LAST: touched.c.last_at,
    }[wanted.sort]
    query = query.add_columns(touched.c.people, touched.c.touches, touched.c.last_at)
    query = query.outerjoin(touched, touched.c.item_id == Content.id)
    rows = session.execute(query.order_by(by.desc().nulls_last(), Content.id)).all()
    return [_entry(*row[:3], _tally(row[3:])) for row in rows]


def entry(session: Session, content: Content) -> Entry:
    """Return one item of the catalogue."""
    row = session.execute(_entries().where(Content.id == content.id)).one()
    tallies = tallies_of(session, content.workspace_id, [content.id])
    return _entry(*row, tallies.get(content.id, Tally()))


def tallies_of(session: Session, workspace_id: int, ids: Sequence[int]) -> Mapping[int, Tally]:
    """Return what became of some items."""
    found: dict[int, Tally] = {}
    for part in chunks(ids):
        within = or_(Content.id.in_(part), Content.item_id.in_(part))
        for row in session.execute(_touched(workspace_id).where(within)):
            found[row[0]] = _tally(row[1:])
    return found


def unmapped_names(session: Session, workspace_id: int) -> list[UnmappedName]:
    """Return the event names that nobody has given a kind yet, the most used first."""
    mapped = set(
        session.scalars(select(EventName.name).where(EventName.workspace_id == workspace_id))
    )
    query = select(Content.id, Content.key).where(
        Content.workspace_id == workspace_id,
        Content.item_id.is_(None),
        Content.classed == Classed.GUESSED,
        Content.key.startswith(EVENT, autoescape=True),
    )
    names = {number: event_of(key) for number, key in session.execute(query)}
    unmapped = {number: name for number, name in names.items() if name not in mapped}
    tallies = tallies_of(session, workspace_id, list(unmapped))
    found: dict[str, UnmappedName] = {}
    for number, name in unmapped.items():
        tally = tallies.get(number, Tally())
        known = found.get(name, UnmappedName(name=name, people=0, last_at=None))
        last_at = max((at for at in (tally.last_at, known.last_at) if at), default=None)
        people = known.people + tally.people
        found[name] = UnmappedName(name=name, people=people, last_at=last_at)
    return sorted(found.values(), key=lambda name: (-name.people, name.name))


def event_of(key: str) -> str:
    """Return the event name in an item's key, or '' where it is a page."""
    return key.removeprefix(EVENT).partition("|")[0] if key.startswith(EVENT) else ""


def _fits(workspace_id: int, wanted: Wanted) -> list[ColumnElement[bool]]:
    equal = (
        (Content.kind, wanted.kind),
        (Content.purpose, wanted.purpose),
        (Content.intended_stage, wanted.stage),
        (Content.owner_id, wanted.owner_id),
        (Content.classed, Classed.GUESSED if wanted.is_unclassed else None),
    )
    fits: list[ColumnElement[bool]] = [
        Content.workspace_id == workspace_id,
        Content.item_id.is_(None),
        *(column == value for column, value in equal if value is not None),
    ]
    if wanted.q:
        below = aliased(Content)
        fits.append(
            or_(
                Content.title.icontains(wanted.q, autoescape=True),
                Content.key.icontains(wanted.q, autoescape=True),
                exists().where(
                    below.item_id == Content.id, below.key.icontains(wanted.q, autoescape=True)
                ),
            )
        )
    return fits


def _entries() -> Select[Content, str, int]:
    below = aliased(Content)
    keys: ScalarSelect[int] = (
        select(func.count()).select_from(below).where(below.item_id == Content.id).scalar_subquery()
    )
    return select(Content, User.name, keys).outerjoin(User, User.id == Content.owner_id)


def _touched(workspace_id: int) -> Select[int, int, int, datetime]:
    is_human = or_(TouchRow.agent_id.is_(None), Agent.agent_class == int(AgentClass.HUMAN))
    item_id = func.coalesce(Content.item_id, Content.id)
    return (
        select(
            item_id.label("item_id"),
            func.count(VisitorEdge.lead_id.distinct()).label("people"),
            func.count().label("touches"),
            func.max(TouchRow.occurred_at, type_=TouchRow.occurred_at.type).label("last_at"),
        )
        .join(Content, Content.id == TouchRow.content_id)
        .outerjoin(Agent, Agent.id == TouchRow.agent_id)
        .outerjoin(VisitorEdge, VisitorEdge.visitor_id == TouchRow.visitor_id)
        # By the catalogue: an index of touches lies along it, along the workspace none does.
        .where(Content.workspace_id == workspace_id, is_human)
        .group_by(item_id)
    )


def _tally(numbers: Sequence[Any]) -> Tally:
    people, touches, last_at = numbers
    return Tally(people=people or 0, touches=touches or 0, last_at=last_at)


def _entry(content: Content, owner: str | None, keys: int, tally: Tally) -> Entry:
    return Entry(content=content, title=name_of(content), owner=owner or "", keys=keys, tally=tally)
