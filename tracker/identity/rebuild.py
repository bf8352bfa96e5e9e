"""Decide again, from touches and merges, who belongs together; say where we hold otherwise."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.driver import chunks, fetch_in
from tracker.identity import profiles
from tracker.identity.belonging import assign
from tracker.identity.domain import Decision, Mention, Pair, components, decide, together
from tracker.identity.edges import edges_of, merged_among
from tracker.identity.models import Merge
from tracker.touches import service as log
from tracker.touches.models import Visitor

_MENTIONS = """
/* identity.mentions */
SELECT occurred_at, message_id, received_at, visitor_id, anonymous_id, email_id, flags,
       CASE WHEN type = 4 AND flags & 4 <> 0 THEN (
           SELECT u.id FROM visitor a
           JOIN visitor u ON u.workspace_id = a.workspace_id AND u.key = 'u' || substr(a.key, 2)
           WHERE a.id = anonymous_id
       ) END
FROM touch WHERE visitor_id IN ({})
"""


def visitors(session: Session, workspace_id: int) -> list[int]:
    """Return every visitor of a workspace, in the order in which they first came."""
    query = select(Visitor.id).where(Visitor.workspace_id == workspace_id)
    return list(session.scalars(query.order_by(Visitor.id)))


def decide_all(session: Session, workspace_id: int) -> dict[int, Decision]:
    """Return what the touches of a workspace say about each visitor."""
    decisions: dict[int, Decision] = {}
    for part in chunks(visitors(session, workspace_id)):
        decisions |= decide(decisions, _mentions(session, part))
    return decisions


def differences(session: Session, decisions: Mapping[int, Decision]) -> list[tuple[int, str]]:
    """Return the visitors about whom we hold something else, and what."""
    edges = edges_of(session, decisions)
    found = [
        (visitor, "decided otherwise" if visitor in edges else "belongs to nobody")
        for visitor, decision in decisions.items()
        if visitor not in edges or edges[visitor].decision != decision
    ]
    own = components({v: decision.partner for v, decision in decisions.items()})
    merged = merged_among(session, decisions)
    living = together(decisions, merged) if merged else own
    found += _misplaced(living, {visitor: edge.lead_id for visitor, edge in edges.items()})
    if merged:
        found += _misplaced(own, {visitor: edge.own_lead_id for visitor, edge in edges.items()})
    return found


def redo(
    session: Session, workspace_id: int, decisions: Mapping[int, Decision], part: Iterable[int]
) -> set[int]:
    """Carry the decisions about some visitors into their edges; return the leads that changed."""
    chosen = {visitor: decisions[visitor] for visitor in part}
    edges = edges_of(session, chosen)
    belonging = assign(session, workspace_id, chosen, edges)
    leads = set(belonging.leads.values()) | belonging.refold
    for pair in _merges_of(session, chosen):
        anchors = edges_of(session, pair)
        said = {visitor: edge.decision for visitor, edge in anchors.items()}
        leads |= assign(session, workspace_id, said, anchors).refold
    profiles.learn(session, workspace_id, (), {}, refold=leads)
    return leads


def _mentions(session: Session, part: Iterable[int]) -> Iterable[Mention]:
    rows = fetch_in(session, _MENTIONS, part)
    for at, message, heard, visitor, anonymous, email, flags, previous in rows:
        user = None if visitor in (anonymous, email) else visitor
        order = (at, bytes(message))
        yield Mention(
            order=order,
            heard=heard,
            user=user,
            email=email,
            anonymous=anonymous,
            previous=previous,
            is_verified=bool(flags & log.VERIFIED),
            is_unproven=bool(flags & log.UNPROVEN),
        )


def _merges_of(session: Session, part: Collection[int]) -> Iterable[Pair]:
    query = select(Merge.absorbed_visitor_id, Merge.kept_visitor_id).where(
        Merge.undone_at.is_(None),
        Merge.absorbed_visitor_id.in_(part) | Merge.kept_visitor_id.in_(part),
    )
    return [(gone, kept) for gone, kept in session.execute(query.order_by(Merge.id))]


def _misplaced(
    groups: Iterable[frozenset[int]], places: Mapping[int, int]
) -> list[tuple[int, str]]:
    found = []
    home: dict[int, int] = {}
    for group in groups:
        leads = {places[v] for v in group if v in places}
        if len(leads) > 1:
            found.append((min(group), "is spread over several leads"))
        for lead in leads:
            if home.setdefault(lead, min(group)) != min(group):
                found.append((min(group), "shares a lead with a stranger"))
    return found
