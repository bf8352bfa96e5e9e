"""Decide again, from the touches alone, who belongs together; and say where we hold otherwise."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.driver import chunks, fetch_in
from tracker.identity import profiles
from tracker.identity.domain import Decision, Mention, components, decide
from tracker.identity.edges import Edge, assign, edges_of
from tracker.touches.models import Visitor

_MENTIONS = """
/* identity.mentions */
SELECT occurred_at, message_id, received_at, visitor_id, anonymous_id, email_id
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
    return found + _misplaced(decisions, edges)


def redo(
    session: Session, workspace_id: int, decisions: Mapping[int, Decision], part: Iterable[int]
) -> set[int]:
    """Carry the decisions about some visitors into their edges; return the leads that changed."""
    chosen = {visitor: decisions[visitor] for visitor in part}
    edges = edges_of(session, chosen)
    belonging = assign(session, workspace_id, chosen, edges)
    leads = set(belonging.leads.values()) | belonging.refold
    profiles.learn(session, workspace_id, (), {}, refold=leads)
    return leads


def _mentions(session: Session, part: Iterable[int]) -> Iterable[Mention]:
    for at, message, heard, visitor, anonymous, email in fetch_in(session, _MENTIONS, part):
        user = None if visitor in (anonymous, email) else visitor
        order = (at, bytes(message))
        yield Mention(order=order, heard=heard, user=user, email=email, anonymous=anonymous)


def _misplaced(
    decisions: Mapping[int, Decision], edges: Mapping[int, Edge]
) -> list[tuple[int, str]]:
    found = []
    home: dict[int, int] = {}
    for group in components({v: d.partner for v, d in decisions.items()}):
        leads = {edges[v].lead_id for v in group if v in edges}
        if len(leads) > 1:
            found.append((min(group), "is spread over several leads"))
        for lead in leads:
            if home.setdefault(lead, min(group)) != min(group):
                found.append((min(group), "shares a lead with a stranger"))
    return found
