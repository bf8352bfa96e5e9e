"""What a rep should know before calling: what leads read last, what proof they have not seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from tracker.driver import chunks
from tracker.identity.models import Lead, VisitorEdge
from tracker.stages.domain import Stage
from tracker.stages.models import Standing
from tracker.touches.domain import AgentClass, ContentKind, IntendedStage, Purpose
from tracker.touches.models import IS_ITEM, Agent, Content, Item, TouchRow

PROOF = (ContentKind.CASE_STUDY, ContentKind.COMPARISON)
CATALOGUE = 50  # proof looked at for one page; more would not be read


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """One item that somebody looked at, and when last."""

    kind: ContentKind
    title: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What somebody has seen of our proof, and what not yet."""

    seen: tuple[str, ...] = ()
    not_seen: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Unseen:
    """An item that somebody might be shown next."""

    title: str
    url: str
    kind: ContentKind
    purpose: Purpose | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ToShow:
    """What somebody has seen and might be shown next."""

    proof: Proof
    unseen: tuple[Unseen, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.unseen or self.proof.seen or self.proof.not_seen)


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


def proof_of(
    session: Session, workspace_id: int, lead_ids: Sequence[int], *, each: int = 3
) -> dict[int, Proof]:
    """Return which proof leads have looked at, and which not yet.

    Proof is what is meant to prove or to compare; where nobody has said what an item is for,
    success stories and comparisons.
    """
    is_meant = Content.purpose.in_((Purpose.PROVE, Purpose.COMPARE))
    is_likely = Content.purpose.is_(None) & Content.kind.in_(PROOF)
    query = _items(workspace_id).where(is_meant | is_likely)
    proof = list(session.scalars(query.order_by(Content.purpose.is_(None), Content.id.desc())))
    seen = _seen(session, lead_ids, [content.id for content in proof])
    return {
        lead_id: Proof(
            seen=tuple(name_of(c) for c in proof if (lead_id, c.id) in seen)[:each],
            not_seen=tuple(name_of(c) for c in proof if (lead_id, c.id) not in seen)[:each],
        )
        for lead_id in lead_ids
    }


def to_show(session: Session, lead: Lead, model_id: int, *, each: int = 3) -> ToShow:
    """Return the proof that a lead has seen or not, and what is meant for its stage and unseen."""
    standing = session.get(Standing, (lead.id, model_id))
    meant = IntendedStage(standing.stage if standing and standing.stage else Stage.TOFU)
    query = _items(lead.workspace_id).where(Content.intended_stage == meant)
    items = list(session.scalars(query.order_by(Content.id.desc())))
    seen = _seen(session, [lead.id], [content.id for content in items])
    unseen = [item for item in items if (lead.id, item.id) not in seen][:each]
    return ToShow(
        proof=proof_of(session, lead.workspace_id, [lead.id], each=each)[lead.id],
        unseen=tuple(
            Unseen(title=name_of(item), url=item.url, kind=item.kind, purpose=item.purpose)
            for item in unseen
        ),
    )


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
    reads = touched_at(session, touch_ids)
    return {touch_id: (read.kind, read.title) for touch_id, read in reads.items()}


def touched_at(session: Session, touch_ids: Iterable[int]) -> dict[int, Read]:
    """Return what touches are about and when they were, by touch."""
    return {
        touch_id: Read(
            kind=content.kind,
            # An event about nothing in particular is called like its kind: no need to say it twice.
            title="" if content.key.endswith("|") else name_of(content),
            at=at,
        )
        for touch_id, content, at in _looked_at(session, touch_ids)
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
            select(TouchRow.id, Item, TouchRow.occurred_at)
            .join(Content, Content.id == TouchRow.content_id)
            .join(Item, IS_ITEM)
            .where(TouchRow.id.in_(part))
        )
        found += [(touch_id, item, at) for touch_id, item, at in session.execute(query)]
    return sorted(found, key=lambda row: (row[2], row[0]), reverse=True)


def _items(workspace_id: int) -> Select[Content]:
    own = select(Content).where(Content.workspace_id == workspace_id, Content.item_id.is_(None))
    return own.limit(CATALOGUE)


def _seen(
    session: Session, lead_ids: Sequence[int], item_ids: Sequence[int]
) -> set[tuple[int, int]]:
    is_part = Content.id.in_(item_ids) | Content.item_id.in_(item_ids)
    keys = select(Content.id, func.coalesce(Content.item_id, Content.id)).where(is_part)
    item_of: dict[int, int] = {key: item for key, item in session.execute(keys)}
    seen: set[tuple[int, int]] = set()
    for part in chunks(sorted(set(lead_ids))):
        query = (
            select(VisitorEdge.lead_id, TouchRow.content_id)
            .join(TouchRow, TouchRow.visitor_id == VisitorEdge.visitor_id)
            .outerjoin(Agent, Agent.id == TouchRow.agent_id)
            .where(VisitorEdge.lead_id.in_(part), TouchRow.content_id.in_(item_of))
            .where(Agent.id.is_(None) | (Agent.agent_class == AgentClass.HUMAN))
            .distinct()
        )
        seen |= {(lead, item_of[key]) for lead, key in session.execute(query) if key is not None}
    return seen
