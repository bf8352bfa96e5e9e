"""The catalogue of content and the names that events go by."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.errors import Invalid, NotFound
from tracker.touches.content import DEFAULT_EVENT_NAMES, fold_name
from tracker.touches.domain import Classed, ContentKind
from tracker.touches.models import Content, EventName


def install_event_names(session: Session, workspace_id: int) -> None:
    """Give a workspace its own copy of the usual event names."""
    session.add_all(
        EventName(workspace_id=workspace_id, name=name, kind=kind)
        for name, kind in DEFAULT_EVENT_NAMES.items()
    )
    session.flush()


def event_names(session: Session, workspace_id: int) -> list[EventName]:
    """Return the names that stand for a kind of content, in order."""
    query = select(EventName).where(EventName.workspace_id == workspace_id)
    return list(session.scalars(query.order_by(EventName.name)))


def event_kinds(session: Session, workspace_id: int) -> dict[str, ContentKind]:
    """Return the kind that each name stands for."""
    return {row.name: row.kind for row in event_names(session, workspace_id)}


def name_event(session: Session, workspace_id: int, name: str, kind: ContentKind) -> EventName:
    """Let an event name stand for a kind of content from now on."""
    folded = fold_name(name)[:200]
    if not folded:
        raise Invalid("an event needs a name", fields={"name": "this is empty"})
    query = select(EventName).where(
        EventName.workspace_id == workspace_id, EventName.name == folded
    )
    row = session.scalar(query) or EventName(workspace_id=workspace_id, name=folded)
    row.kind = kind
    session.add(row)
    session.flush()
    return row


def contents_following(session: Session, workspace_id: int, name: str) -> list[Content]:
    """Return the items of an event name that have their kind by nothing but the name.

    What a marketer or a pattern has classed stays as it is when the name gets another kind.
    """
    by_name = (Classed.GUESSED, Classed.NAMED)
    items = contents_of_event(session, workspace_id, name)
    return [item for item in items if item.classed in by_name]


def get_content(session: Session, workspace_id: int, code: str) -> Content:
    """Return the item of the catalogue with a code."""
    query = select(Content).where(Content.workspace_id == workspace_id, Content.code == code)
    content = session.scalar(query)
    if content is None:
        raise NotFound("there is no such content")
    return content


def contents_of_event(session: Session, workspace_id: int, name: str) -> list[Content]:
    """Return the items that touches with an event name were about."""
    prefix = f"event:{fold_name(name)[:200]}|"
    query = select(Content).where(
        Content.workspace_id == workspace_id,
        func.substr(Content.key, 1, len(prefix)) == prefix,
    )
    return list(session.scalars(query))
