"""Find whose touch it is: visitors to leads, by the order-free rule of `domain`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import to_micros
from tracker.driver import fetch_in, is_sqlite
from tracker.errors import NotFound
from tracker.identity import aliases, profiles
from tracker.identity.belonging import Belonging, assign, known_leads
from tracker.identity.domain import Mention, decide
from tracker.identity.edges import edges_of
from tracker.identity.models import Lead, VisitorEdge
from tracker.touches.domain import Touch


class Resolved(NamedTuple):
    """A lead, the new touches that are its own, and whether its past has changed."""

    lead_id: int
    workspace_id: int
    is_known: bool
    touches: tuple[Touch, ...]
    must_refold: bool


def resolve(session: Session, touches: Sequence[Touch]) -> list[Resolved]:
    """Return whose touches these are; make leads and move visitors where they call for it.

    A touch without any visitor belongs to nobody and is left out.
    """
    resolved: list[Resolved] = []
    for workspace_id in sorted({touch.workspace_id for touch in touches}):
        own = [t for t in touches if t.workspace_id == workspace_id and t.visitor_id is not None]
        resolved += _resolve(session, workspace_id, own)
    return resolved


def get(session: Session, workspace_id: int, code: str) -> Lead:
    """Return the lead with a code; a merged one's code finds where it went."""
    query = select(Lead).where(Lead.workspace_id == workspace_id, Lead.code == code)
    lead = session.scalar(query)
    while lead is not None and lead.merged_into_id is not None:
        lead = session.get(Lead, lead.merged_into_id)
    if lead is None:
        raise NotFound("there is no such lead")
    return lead


def visitors_of(session: Session, lead_id: int) -> list[int]:
    """Return the visitors that belong to a lead."""
    query = select(VisitorEdge.visitor_id).where(VisitorEdge.lead_id == lead_id)
    return list(session.scalars(query))


def homes(session: Session, lead_ids: Iterable[int]) -> dict[int, int]:
    """Return where some leads live now, and where all live that ever merged into them."""
    into: dict[int, int | None] = {}
    wanted = set(lead_ids)
    while wanted:
        query = select(Lead.id, Lead.merged_into_id).where(
            Lead.id.in_(wanted) | Lead.merged_into_id.in_(wanted)
        )
        found = {lead: went for lead, went in session.execute(query)}
        near = {lead for lead in (*found, *found.values()) if lead is not None}
        wanted = near - into.keys() - wanted
        into |= found
    return {lead: _root(lead, into) for lead in into}


def _root(lead: int, into: Mapping[int, int | None]) -> int:
    while (went := into[lead]) is not None:
        lead = went
    return lead


def _resolve(session: Session, workspace_id: int, touches: Sequence[Touch]) -> list[Resolved]:
    before = aliases.previous(session, workspace_id, touches)
    named = (v for t in touches for v in (t.visitor_id, t.anonymous_id, t.email_id))
    visitors = {visitor for visitor in named if visitor is not None} | set(before.values())
    _lock(session, "visitor", visitors)
    edges = edges_of(session, visitors)
    # A browser that comes alone, and is known, says nothing of who belongs together.
    telling = [t for t in touches if t.anonymous_id != t.visitor_id or t.visitor_id not in edges]
    mentions = [_mention(touch, before.get(touch.id)) for touch in telling]
    changed = decide({visitor: edge.decision for visitor, edge in edges.items()}, mentions)
    belonging = Belonging.of(edges)
    if changed:
        belonging = assign(session, workspace_id, changed, edges)
    if before and (joined := aliases.merge(session, workspace_id, touches, before)):
        edges = edges_of(session, {*visitors, *joined})
        said = {visitor: edges[visitor].decision for visitor in joined}
        belonging = _both(belonging, assign(session, workspace_id, said, edges))
    _lock(session, "lead", set(belonging.leads.values()))
    profiles.learn(session, workspace_id, touches, belonging.leads, refold=belonging.refold)
    return _by_lead(session, workspace_id, touches, belonging)


def _both(first: Belonging, then: Belonging) -> Belonging:
    return Belonging(leads=first.leads | then.leads, refold=first.refold | then.refold)


def _mention(touch: Touch, previous: int | None) -> Mention:
    user = touch.visitor_id
    if user in (touch.email_id, touch.anonymous_id):
        user = None
    return Mention(
        order=touch.order,
        heard=to_micros(touch.received_at),
        user=user,
        email=touch.email_id,
        anonymous=touch.anonymous_id,
        previous=previous,
        is_verified=touch.is_verified,
        is_unproven=touch.is_unproven,
    )


def hold(session: Session, lead_ids: Iterable[int]) -> None:
    """Let nobody else decide about some leads or their visitors before this is committed."""
    if is_sqlite(session):
        return
    wanted = sorted(set(lead_ids))
    edges = select(VisitorEdge.visitor_id).where(VisitorEdge.lead_id.in_(wanted))
    _lock(session, "visitor", session.scalars(edges))
    _lock(session, "lead", wanted)


def _lock(session: Session, table: str, ids: Iterable[int]) -> None:
    # Several writers on PostgreSQL: whoever decides about a visitor holds it until commit,
    # and everybody asks in the same order.  A touch that points to the visitor holds its key
    # already (KEY SHARE), which NO KEY UPDATE respects.  On SQLite there is one writer.
    if not is_sqlite(session):
        fetch_in(session, _HELD.format(table), sorted(ids))


_HELD = "/* identity.hold */ SELECT id FROM {} WHERE id IN ({{}}) ORDER BY id FOR NO KEY UPDATE"


def _by_lead(
    session: Session, workspace_id: int, touches: Sequence[Touch], belonging: Belonging
) -> list[Resolved]:
    own: dict[int, list[Touch]] = {lead: [] for lead in belonging.refold}
    for touch in touches:
        if touch.visitor_id is not None:
            own.setdefault(belonging.leads[touch.visitor_id], []).append(touch)
    known = known_leads(session, own)
    return [
        Resolved(lead, workspace_id, lead in known, tuple(own[lead]), lead in belonging.refold)
        for lead in sorted(own)
    ]
