"""One lead's journey: visits, stage changes, offers and deals on one line, the newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from tracker.handoff.briefing import Read, did_count, touched_at
from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.identity.models import Lead, Merge, VisitorEdge
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal, DealMove, DealStage
from tracker.reports.merging import merges_of
from tracker.reports.visits import Seen, Visit, seen, visits
from tracker.stages import overrides
from tracker.stages.domain import Cause, Rule, Stage, StageModel
from tracker.stages.explain import rule_of
from tracker.stages.fold import Receipt
from tracker.stages.models import StageOverride, TransitionRow
from tracker.stages.receipts import load_receipt
from tracker.touches.domain import ContentKind
from tracker.touches.models import IS_ITEM, Agent, Content, Item, Source, TouchRow, Visitor
from tracker.workspaces.models import User

TOUCHES = 200


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change of stage with what decided it."""

    form: ClassVar[str] = "change"
    at: datetime
    stage: Stage | None
    before: Stage | None
    cause: Cause
    receipt: Receipt
    rule: Rule | None
    # What decided, the latest last.
    touches: tuple[Read, ...]
    by_hand: StageOverride | None

    @property
    def touched(self) -> tuple[tuple[ContentKind, str], ...]:
        """Return kind and title of what decided."""
        return tuple((read.kind, read.title) for read in self.touches)


@dataclass(frozen=True, kw_only=True)
class Identified:
    """The moment from which a lead was known by some keys, or a browser became its own."""

    form: ClassVar[str] = "identified"
    at: datetime
    names: tuple[str, ...]
    # Whether its browsers did something before that counts.
    has_past: bool


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A handoff begins (offered) or settles."""

    form: ClassVar[str] = "offer"
    at: datetime
    status: HandoffStatus
    handoff: Handoff
    by: str


@dataclass(frozen=True, kw_only=True)
class DealEvent:
    """A deal opens, moves, is won or lost; `is_early` if it was won before the first touch."""

    form: ClassVar[str] = "deal"
    at: datetime
    deal: Deal
    status: DealStatus
    before: DealStatus | None
    stage: str
    from_stage: str
    by: str
    note: str
    is_early: bool = False


@dataclass(frozen=True, kw_only=True)
class Joining:
    """Another lead was merged with this one, or the merge was undone."""

    form: ClassVar[str] = "joining"
    at: datetime
    merge: Merge
    other: Lead
    known_as: str
    is_undone: bool
    by: str


Entry = Visit | Change | Identified | Joining | Offer | DealEvent
_RANK = {"visit": 0, "identified": 1, "joining": 2, "change": 3, "offer": 4, "deal": 5}


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Some of a journey, the newest first; `older` is where the rest begins."""

    entries: tuple[Entry, ...]
    older: datetime | None


def timeline(
    session: Session,
    lead: Lead,
    model_id: int,
    model: StageModel,
    *,
    before: datetime | None = None,
) -> Timeline:
    """Return a lead's journey, or the part of it before a moment."""
    touches = _touches(session, lead.id, before)
    # A cut in the middle of a visit would show half of it: the moment decides for all entries.
    older = touches[TOUCHES - 1].at if len(touches) > TOUCHES else None
    shown = [touch for touch in touches if older is None or touch.at >= older]
    entries: list[Entry] = [
        *visits(shown),
        *_identified(session, lead.id),
        *_joinings(session, lead),
        *changes_of(session, lead, model_id, model),
        *_offers(session, lead),
        *_deal_events(session, lead, _first_at(session, lead.id)),
    ]
    own = [
        entry
        for entry in entries
        if (before is None or entry.at < before) and (older is None or entry.at >= older)
    ]
    own.sort(key=lambda entry: (entry.at, _RANK[entry.form]), reverse=True)
    return Timeline(entries=tuple(own), older=older)


def changes_of(session: Session, lead: Lead, model_id: int, model: StageModel) -> list[Change]:
    """Return a lead's changes of stage under a model, the oldest first."""
    query = select(TransitionRow).where(
        TransitionRow.workspace_id == lead.workspace_id,
        TransitionRow.lead_id == lead.id,
        TransitionRow.model_id == model_id,
        TransitionRow.retracted_at.is_(None),
    )
    order = (TransitionRow.occurred_at, TransitionRow.message, TransitionRow.id)
    rows = list(session.scalars(query.order_by(*order)))
    receipts = [load_receipt(row.receipt) for row in rows]
    about = touched_at(session, {number for receipt in receipts for number in receipt.touches})
    by_hand = _by_hand(session, lead, receipts)
    return [
        Change(
            at=row.occurred_at,
            stage=row.to_stage,
            before=row.from_stage,
            cause=row.cause,
            receipt=receipt,
            rule=rule_of(model, receipt.rule),
            touches=tuple(about[number] for number in receipt.touches if number in about),
            by_hand=by_hand.get(receipt.override),
        )
        for row, receipt in zip(rows, receipts, strict=True)
    ]


def _by_hand(
    session: Session, lead: Lead, receipts: Sequence[Receipt]
) -> dict[int | None, StageOverride]:
    if all(receipt.override is None for receipt in receipts):
        return {}
    return {row.id: row for row in overrides.of_lead(session, lead.workspace_id, lead.id)}


def _touches(session: Session, lead_id: int, before: datetime | None) -> list[Seen]:
    query = (
        select(TouchRow.occurred_at, Item, Source, Agent.agent_class, VisitorEdge)
        .join(VisitorEdge, VisitorEdge.visitor_id == TouchRow.visitor_id)
        .join(Content, Content.id == TouchRow.content_id)
        .join(Item, IS_ITEM)
        .outerjoin(Source, Source.id == TouchRow.source_id)
        .outerjoin(Agent, Agent.id == TouchRow.agent_id)
        .where(VisitorEdge.lead_id == lead_id)
        .order_by(TouchRow.occurred_at.desc(), TouchRow.id.desc())
    )
    if before is not None:
        query = query.where(TouchRow.occurred_at < before)
    rows = session.execute(query.limit(TOUCHES + 50))
    return [seen(*row) for row in rows]


def _identified(session: Session, lead_id: int) -> Iterable[Identified]:
    query = (
        select(VisitorEdge, Visitor.key)
        .join(Visitor, Visitor.id == VisitorEdge.visitor_id)
        .where(VisitorEdge.lead_id == lead_id, VisitorEdge.decided_at.is_not(None))
        .order_by(VisitorEdge.decided_at, VisitorEdge.decided_by, VisitorEdge.visitor_id)
    )
    for at, group in groupby(session.execute(query), key=lambda row: row[0].decided_at):
        edges: list[Any] = list(group)
        yield Identified(
            at=at,
            names=tuple(key[2:] for edge, key in edges if edge.is_identified),
            has_past=did_count(
                session, [e.visitor_id for e, _ in edges if not e.is_identified], at
            ),
        )


def _joinings(session: Session, lead: Lead) -> Iterable[Joining]:
    for merged in merges_of(session, lead):
        merge = merged.merge
        other, known_as = merge.absorbed, merged.absorbed_as
        if merge.absorbed_lead_id == lead.id:
            other, known_as = merge.kept, merged.kept_as
        done = Joining(
            at=merge.merged_at,
            merge=merge,
            other=other,
            known_as=known_as,
            is_undone=False,
            by=merged.by,
        )
        yield done
        if merge.undone_at is not None:
            yield replace(done, at=merge.undone_at, is_undone=True, by=merged.undone_by)


def _offers(session: Session, lead: Lead) -> Iterable[Offer]:
    query = (
        select(Handoff, User.name)
        .outerjoin(User, User.id == Handoff.settled_by_id)
        .where(Handoff.workspace_id == lead.workspace_id, Handoff.lead_id == lead.id)
    )
    for handoff, name in session.execute(query):
        yield Offer(at=handoff.offered_at, status=HandoffStatus.OFFERED, handoff=handoff, by="")
        if handoff.settled_at is not None:
            yield Offer(
                at=handoff.settled_at, status=handoff.status, handoff=handoff, by=name or ""
            )


def _deal_events(session: Session, lead: Lead, first_at: datetime | None) -> Iterable[DealEvent]:
    to_stage, from_stage = aliased(DealStage), aliased(DealStage)
    query = (
        select(DealMove, Deal, to_stage.name, from_stage.name, User.name)
        .join(Deal, Deal.id == DealMove.deal_id)
        .join(to_stage, to_stage.id == DealMove.to_stage_id)
        .outerjoin(from_stage, from_stage.id == DealMove.from_stage_id)
        .outerjoin(User, User.id == DealMove.moved_by_id)
        .where(
            Deal.workspace_id == lead.workspace_id,
            Deal.lead_id == lead.id,
            DealMove.retracted_at.is_(None),
        )
        .order_by(DealMove.occurred_at, DealMove.id)
    )
    for move, deal, stage, before, name in session.execute(query):
        is_won = move.to_status is DealStatus.WON
        yield DealEvent(
            at=move.occurred_at,
            deal=deal,
            status=move.to_status,
            before=move.from_status,
            stage=stage,
            from_stage=before or "",
            by=name or deal.owner_label,
            note=move.note,
            is_early=is_won and first_at is not None and move.occurred_at < first_at,
        )


def _first_at(session: Session, lead_id: int) -> datetime | None:
    query = (
        select(TouchRow.occurred_at)
        .join(VisitorEdge, VisitorEdge.visitor_id == TouchRow.visitor_id)
        .where(VisitorEdge.lead_id == lead_id, TouchRow.content_id.is_not(None))
        .order_by(TouchRow.occurred_at)
    )
    return session.scalars(query.limit(1)).first()
