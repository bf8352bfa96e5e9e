"""Merge two leads, and take a merge back: one more edge between visitors, put in or out."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.collector.text import clean
from tracker.errors import Conflict, Invalid, NotFound
from tracker.identity import profiles
from tracker.identity.belonging import assign
from tracker.identity.edges import edges_of
from tracker.identity.models import Lead, Merge, VisitorEdge
from tracker.identity.service import hold
from tracker.workspaces.models import Workspace

REASON = 500


def merge(
    session: Session, kept: Lead, absorbed: Lead, *, by: int | None, reason: str, now: datetime
) -> tuple[Merge, set[int]]:
    """Make two leads one; return the merge and the leads whose past has changed."""
    why = clean(reason, REASON + 1)
    if not 1 <= len(why) <= REASON:
        raise Invalid("say why they are one person", fields={"reason": f"1 to {REASON} characters"})
    _hold(session, kept.workspace_id, [kept.id, absorbed.id])
    check(kept, absorbed)
    made = Merge(
        workspace_id=kept.workspace_id,
        kept=kept,
        absorbed=absorbed,
        kept_visitor_id=_anchor(session, kept),
        absorbed_visitor_id=_anchor(session, absorbed),
        reason=why,
        merged_at=now,
        merged_by_id=by,
    )
    session.add(made)
    session.flush()
    return made, _settle(session, made)


def undo(
    session: Session, merge: Merge, *, by: int | None, now: datetime
) -> tuple[Merge, set[int]]:
    """Take a merge back; return it and the leads whose past has changed."""
    _hold(session, merge.workspace_id, _homes(session, merge))
    session.refresh(merge)
    if merge.undone_at is not None:
        raise Conflict("this merge has been undone already")
    merge.undone_at, merge.undone_by_id = now, by
    session.flush()
    return merge, _settle(session, merge)


def check(kept: Lead, absorbed: Lead) -> None:
    """Raise what keeps two leads from being merged."""
    if kept.workspace_id != absorbed.workspace_id:
        raise NotFound("there is no such lead")
    if kept.id == absorbed.id:
        raise Invalid("a lead cannot be merged with itself", fields={"lead": "choose another one"})
    if kept.merged_into_id is not None or absorbed.merged_into_id is not None:
        raise Conflict("this lead has been merged already")


def lead(session: Session, workspace_id: int, code: str) -> Lead:
    """Return the very lead with a code, also where it has been merged into another."""
    query = select(Lead).where(Lead.workspace_id == workspace_id, Lead.code == code)
    found = session.scalar(query)
    if found is None:
        raise NotFound("there is no such lead")
    return found


def get(session: Session, workspace_id: int, code: str, *, of: str) -> Merge:
    """Return the merge with a code that a lead was part of."""
    query = select(Merge).where(Merge.workspace_id == workspace_id, Merge.code == code)
    found = session.scalar(query.options(joinedload(Merge.kept), joinedload(Merge.absorbed)))
    if found is None or of not in (found.kept.code, found.absorbed.code):
        raise NotFound("there is no such merge")
    return found


def _hold(session: Session, workspace_id: int, lead_ids: Iterable[int]) -> None:
    # One merge at a time in a workspace: which leads the next one holds is known only when
    # this one is done.  What they were before waiting is read again.
    if session.get_bind().dialect.name != "sqlite":
        turn = select(Workspace.id).where(Workspace.id == workspace_id)
        session.execute(turn.with_for_update(key_share=True))
    wanted = sorted(set(lead_ids))
    hold(session, wanted)
    query = select(Lead).where(Lead.id.in_(wanted))
    session.execute(query.execution_options(populate_existing=True))


def _anchor(session: Session, lead: Lead) -> int:
    # A lead that others were merged into goes by a key of its own, so that theirs stay theirs.
    query = select(VisitorEdge.visitor_id).where(VisitorEdge.lead_id == lead.id)
    order = (VisitorEdge.own_lead_id.is_not(None), VisitorEdge.is_identified.is_(False))
    anchor = session.scalars(query.order_by(*order, VisitorEdge.visitor_id).limit(1)).first()
    if anchor is None:
        raise Conflict("nothing is known of this lead that it could be recognised by")
    return anchor


def _homes(session: Session, merge: Merge) -> list[int]:
    edges = edges_of(session, (merge.kept_visitor_id, merge.absorbed_visitor_id))
    return [lead for edge in edges.values() for lead in edge.leads]


def _settle(session: Session, merge: Merge) -> set[int]:
    edges = edges_of(session, (merge.kept_visitor_id, merge.absorbed_visitor_id))
    said = {visitor: edge.decision for visitor, edge in edges.items()}
    refold = assign(session, merge.workspace_id, said, edges).refold
    profiles.learn(session, merge.workspace_id, (), {}, refold=refold)
    return refold
