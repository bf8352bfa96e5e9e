"""Find items of the catalogue by what people remember of them, and call them by their titles."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from tracker.touches.models import Content


def matching(session: Session, workspace_id: int, text: str, *, limit: int) -> Sequence[Content]:
    """Return items whose title or key has a text in it, by title."""
    query = select(Content).where(
        Content.workspace_id == workspace_id,
        or_(
            Content.title.icontains(text, autoescape=True),
            Content.key.icontains(text, autoescape=True),
        ),
    )
    by_title = query.order_by(func.lower(Content.title), Content.id)
    return session.scalars(by_title.limit(limit)).all()


def titles(session: Session, workspace_id: int, keys: Collection[str]) -> dict[str, str]:
    """Return the title of each item that is there, by its key."""
    query = select(Content).where(
        Content.workspace_id == workspace_id, Content.key.in_(sorted(keys))
    )
    return {item.key: title_of(item) for item in session.scalars(query)}


def names(session: Session, numbers: Collection[int]) -> dict[int, str]:
    """Return what to call items, by their numbers."""
    query = select(Content).where(Content.id.in_(sorted(numbers)))
    return {item.id: title_of(item) for item in session.scalars(query)}


def title_of(item: Content) -> str:
    """Return what to call an item: its title, or what its key says."""
    return item.title or item.key.partition(":")[2].rstrip("|")
