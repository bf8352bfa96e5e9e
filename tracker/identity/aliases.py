"""Aliases with proof: two user ids are one person, even where we know both already.

Without proof an alias claims its previous id like any browser.  A merge of this kind is made
once and stays undone when somebody undoes it, however often the message comes again.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.collector.domain import MessageType
from tracker.identity.edges import edges_of
from tracker.identity.models import Merge
from tracker.touches.dimensions import find_or_create
from tracker.touches.domain import Touch, VisitorKey, visitor_key
from tracker.touches.models import Visitor

REASON = "alias"


def previous(session: Session, workspace_id: int, touches: Iterable[Touch]) -> dict[int, int]:
    """Return the visitors of the user ids that aliases with proof name as previous, by touch."""
    aliases = {
        touch.id: touch.anonymous_id
        for touch in touches
        if touch.is_verified and touch.type is MessageType.ALIAS and touch.anonymous_id
    }
    if not aliases:
        return {}
    query = select(Visitor.id, Visitor.key).where(Visitor.id.in_(aliases.values()))
    names = {row.id: visitor_key(VisitorKey.USER, row.key[2:]) for row in session.execute(query)}
    rows: dict[str, dict[str, str]] = {key: {} for key in names.values()}
    found = find_or_create(session, Visitor, ("key", "id"), workspace_id=workspace_id, rows=rows)
    return {touch: found[names[visitor]][0] for touch, visitor in aliases.items()}


def merge(
    session: Session, workspace_id: int, touches: Iterable[Touch], before: Mapping[int, int]
) -> set[int]:
    """Write down the merges that aliases ask for; return the visitors that they join."""
    joined: set[int] = set()
    for touch in touches:
        kept, absorbed = touch.visitor_id, before.get(touch.id)
        if kept is None or absorbed is None:
            continue
        edges = edges_of(session, (kept, absorbed))
        query = select(Merge.id).filter_by(kept_visitor_id=kept, absorbed_visitor_id=absorbed)
        if edges[kept].lead_id == edges[absorbed].lead_id or session.scalar(query) is not None:
            continue
        made = Merge(
            workspace_id=workspace_id,
            kept_lead_id=edges[kept].lead_id,
            absorbed_lead_id=edges[absorbed].lead_id,
            kept_visitor_id=kept,
            absorbed_visitor_id=absorbed,
            reason=REASON,
            merged_at=touch.received_at,
        )
        session.add(made)
        session.flush()
        joined |= {kept, absorbed}
    return joined
