"""What a merge of two leads would make of them: what moves, what waits, which words win."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.identity import profiles
from tracker.identity.models import Lead, Merge
from tracker.identity.service import visitors_of
from tracker.pipeline.models import Deal
from tracker.stages import history, overrides
from tracker.stages import service as stages
from tracker.stages.domain import Stage
from tracker.stages.fold import Fold
from tracker.touches import service as log
from tracker.touches.models import TouchRow, Visitor
from tracker.workspaces.models import User


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """What one of the two leads brings along."""

    lead: Lead
    stage: Stage | None
    touches: int
    handoffs: tuple[Handoff, ...]
    deals: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A field about which the two say different things, and what holds afterwards."""

    name: str
    kept: str
    absorbed: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """Both leads as they are, and what they would be as one."""

    kept: Side
    absorbed: Side
    stage: Stage | None
    words: tuple[Word, ...]

    @property
    def withdrawn(self) -> Handoff | None:
        """Return the open offer that would make room for the other's."""
        both = sorted(
            (*self.kept.handoffs, *self.absorbed.handoffs), key=lambda h: (h.offered_at, h.id)
        )
        opened = [h for h in both if h.status is HandoffStatus.OFFERED]
        if any(h.status is HandoffStatus.ACCEPTED for h in both):
            return opened[0] if opened else None
        return opened[1] if len(opened) > 1 else None

    @property
    def ended(self) -> tuple[Handoff, ...]:
        """Return the open offers that lose their ground: together the two are not in BOFU."""
        both = (*self.kept.handoffs, *self.absorbed.handoffs)
        opened = [h for h in both if h.status is HandoffStatus.OFFERED and h != self.withdrawn]
        return () if self.stage is Stage.BOFU else tuple(opened)


def preview(session: Session, kept: Lead, absorbed: Lead, *, now: datetime) -> Preview:
    """Return what merging one lead into another would do; nothing is changed."""
    workspace_id = kept.workspace_id
    visitors = {lead.id: visitors_of(session, lead.id) for lead in (kept, absorbed)}
    both = [visitor for own in visitors.values() for visitor in own]
    desk = history.Desk(session, workspace_id, stages.active(session, workspace_id), now=now)
    states = desk.states([kept.id, absorbed.id])
    by_hand = overrides.schedules(session, [kept.id, absorbed.id])
    state = Fold()
    state.take([one for own in by_hand.values() for one in own])
    desk.fold(kept.id, state, [t for t in log.of_visitors(session, both) if t.counts])
    stage_of = {lead_id: state.stage for lead_id, state in states.items()}
    return Preview(
        kept=_side(session, kept, stage_of.get(kept.id), visitors[kept.id]),
        absorbed=_side(session, absorbed, stage_of.get(absorbed.id), visitors[absorbed.id]),
        stage=state.stage,
        words=_words(session, kept, absorbed, both),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """A merge with the names of who made it and who took it back."""

    merge: Merge
    by: str
    undone_by: str
    # The keys by which the two were joined: a merged lead has no name of its own.
    kept_as: str
    absorbed_as: str


def merges_of(session: Session, lead: Lead) -> list[Merged]:
    """Return every merge that a lead was ever part of, the oldest first."""
    query = select(Merge).where(
        Merge.workspace_id == lead.workspace_id,
        or_(Merge.kept_lead_id == lead.id, Merge.absorbed_lead_id == lead.id),
    )
    query = query.options(joinedload(Merge.kept), joinedload(Merge.absorbed))
    rows = list(session.scalars(query.order_by(Merge.merged_at, Merge.id)))
    people = {number for row in rows for number in (row.merged_by_id, row.undone_by_id)}
    names = select(User.id, User.name).where(User.id.in_(people - {None}))
    name_of: dict[int | None, str] = {number: name for number, name in session.execute(names)}
    visitors = {number for row in rows for number in (row.kept_visitor_id, row.absorbed_visitor_id)}
    keys = select(Visitor.id, Visitor.key).where(Visitor.id.in_(visitors))
    key_of = {number: key[2:] for number, key in session.execute(keys)}
    return [
        Merged(
            merge=row,
            by=name_of.get(row.merged_by_id, ""),
            undone_by=name_of.get(row.undone_by_id, ""),
            kept_as=key_of[row.kept_visitor_id],
            absorbed_as=key_of[row.absorbed_visitor_id],
        )
        for row in rows
    ]


def _side(session: Session, lead: Lead, stage: Stage | None, visitors: Sequence[int]) -> Side:
    touches = select(func.count(TouchRow.id)).where(TouchRow.visitor_id.in_(visitors))
    handoffs = select(Handoff).where(
        Handoff.workspace_id == lead.workspace_id, Handoff.lead_id == lead.id
    )
    deals = select(func.count(Deal.id)).where(
        Deal.workspace_id == lead.workspace_id, Deal.lead_id == lead.id
    )
    return Side(
        lead=lead,
        stage=stage,
        touches=session.scalar(touches) or 0,
        handoffs=tuple(session.scalars(handoffs.order_by(Handoff.offered_at, Handoff.id))),
        deals=session.scalar(deals) or 0,
    )


def _words(
    session: Session, kept: Lead, absorbed: Lead, visitors: Sequence[int]
) -> tuple[Word, ...]:
    after = profiles.told_by(session, visitors)
    told = (
        Word(
            name=name,
            kept=getattr(kept, name),
            absorbed=getattr(absorbed, name),
            after=getattr(after, name),
        )
        for name in profiles.OWN
    )
    return tuple(word for word in told if word.kept != word.after or word.absorbed)
