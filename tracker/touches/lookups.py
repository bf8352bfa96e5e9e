"""What a batch of hits of one workspace points to, looked up at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from tracker.collector.domain import Hit
from tracker.driver import fetch, remembered
from tracker.touches.agents import LONGEST, class_of
from tracker.touches.channels import Arrival, arrival_of
from tracker.touches.content import Item, item_of
from tracker.touches.dimensions import find_or_create
from tracker.touches.domain import AgentClass, ContentKind, VisitorKey, fold_email, visitor_key
from tracker.touches.models import Agent, Content, Source, Visitor
from tracker.touches.rulings import Ruling, Said, ruling_on, rulings

Keys = tuple[str | None, str | None, str | None]
# The row of a key, its kind and its item: those of the item that it lies under.
_FOUND = (
    "key",
    "id",
    "COALESCE((SELECT i.kind FROM content i WHERE i.id = content.item_id), kind)",
    "COALESCE(item_id, id)",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Touched:
    """What a hit touched: the row of its key, and the item that this is, with its kind."""

    id: int
    item_id: int
    kind: ContentKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """The ids behind each hit of a batch; hits are told apart by identity."""

    keys: dict[int, Keys]
    items: dict[int, Item | None]
    arrivals: dict[int, bytes | None]
    visitors: dict[str, int]
    contents: dict[str, Touched]
    sources: dict[bytes, int]
    agents: dict[str, tuple[int, AgentClass]]

    def visitors_of(self, hit: Hit) -> tuple[int | None, int | None, int | None]:
        """Return the visitor that the touch belongs to, and the browser and e-mail beside it."""
        user, email, anonymous = (self.visitors[key] if key else None for key in self.keys[id(hit)])
        own = user if user is not None else email if email is not None else anonymous
        return own, anonymous, email

    def content_of(self, hit: Hit) -> Touched | None:
        """Return what the hit touched."""
        item = self.items[id(hit)]
        return self.contents[item.key] if item else None

    def source_of(self, hit: Hit) -> int | None:
        """Return where the hit came from."""
        key = self.arrivals[id(hit)]
        return self.sources[key] if key else None

    def agent_of(self, hit: Hit) -> int | None:
        """Return the user agent's row."""
        return None if hit.user_agent is None else self.agents[hit.user_agent[:LONGEST]][0]

    def class_of(self, hit: Hit) -> AgentClass:
        """Return who made the hit; a server that names no agent speaks for a human."""
        if hit.user_agent is None:
            return AgentClass.HUMAN
        return self.agents[hit.user_agent[:LONGEST]][1]


def look_up(session: Session, workspace_id: int, hits: Sequence[Hit]) -> Lookup:
    """Find or create everything that a batch of one workspace points to."""
    names = _event_names(session, workspace_id)
    keys = {id(hit): keys_of(hit) for hit in hits}
    items = {id(hit): item_of(hit, names) for hit in hits}
    arrivals = {id(hit): arrival_of(hit) for hit in hits}
    ways = {arrival: arrival.key for arrival in set(arrivals.values()) if arrival}
    return Lookup(
        keys=keys,
        items=items,
        arrivals={hit: ways[arrival] if arrival else None for hit, arrival in arrivals.items()},
        visitors=_visitors(session, workspace_id, keys.values()),
        contents=_contents(session, workspace_id, [i for i in items.values() if i]),
        sources=_sources(session, workspace_id, ways),
        agents=_agents(session, workspace_id, hits),
    )


def keys_of(hit: Hit) -> Keys:
    """Return the stored keys of a hit's user id, e-mail and browser."""
    email = fold_email(hit.email)
    anonymous = hit.anonymous_id or hit.previous_id
    return (
        visitor_key(VisitorKey.USER, hit.user_id) if hit.user_id else None,
        visitor_key(VisitorKey.EMAIL, email) if email else None,
        visitor_key(VisitorKey.ANONYMOUS, anonymous) if anonymous else None,
    )


def _event_names(session: Session, workspace_id: int) -> dict[str, ContentKind]:
    known: dict[int, dict[str, ContentKind]] = remembered(session, "event_names")
    if workspace_id not in known:
        sql = "/* lookups.event_names */ SELECT name, kind FROM event_name WHERE workspace_id = ?"
        rows = fetch(session, sql, (workspace_id,))
        known[workspace_id] = {name: ContentKind(kind) for name, kind in rows}
    return known[workspace_id]


def _visitors(session: Session, workspace_id: int, keys: Iterable[Keys]) -> dict[str, int]:
    rows: dict[str, dict[str, str]] = {key: {} for group in keys for key in group if key}
    found = find_or_create(session, Visitor, ("key", "id"), workspace_id=workspace_id, rows=rows)
    return {key: number for key, (number,) in found.items()}


def _contents(session: Session, workspace_id: int, items: Sequence[Item]) -> dict[str, Touched]:
    if not items:
        return {}
    rows = _NewContents(items, rulings(session, workspace_id))
    found = find_or_create(session, Content, _FOUND, workspace_id=workspace_id, rows=rows)
    return {
        key: Touched(id=number, kind=ContentKind(kind), item_id=item_id)
        for key, (number, kind, item_id) in found.items()
    }


class _NewContents(Mapping[str, Mapping[str, Any]]):
    """The rows of keys, made only of those that nobody has seen before."""

    def __init__(self, items: Sequence[Item], ordered: Sequence[Ruling]) -> None:
        self._items = {item.key: item for item in reversed(items)}
        self._rulings = ordered

    def __getitem__(self, key: str) -> Mapping[str, Any]:
        item = self._items[key]
        ruling = ruling_on(self._rulings, key)
        said = ruling.said(item.kind) if ruling else Said(kind=item.kind, classed=item.classed)
        return {"title": item.title[:300], "url": item.url[:2048], **asdict(said)}

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


def _sources(
    session: Session, workspace_id: int, ways: Mapping[Arrival, bytes]
) -> dict[bytes, int]:
    rows = {
        key: {
            "name": arrival.name,
            "medium": arrival.medium,
            "campaign": arrival.campaign,
            "term": arrival.term,
            "creative": arrival.creative,
            "referrer": arrival.referrer,
            "channel": arrival.channel,
        }
        for arrival, key in ways.items()
    }
    found = find_or_create(session, Source, ("key", "id"), workspace_id=workspace_id, rows=rows)
    return {key: number for key, (number,) in found.items()}


def _agents(
    session: Session, workspace_id: int, hits: Sequence[Hit]
) -> dict[str, tuple[int, AgentClass]]:
    texts = {hit.user_agent[:LONGEST] for hit in hits if hit.user_agent is not None}
    rows = {text: {"agent_class": int(class_of(text))} for text in texts}
    found = find_or_create(
        session, Agent, ("text", "id", "agent_class"), workspace_id=workspace_id, rows=rows
    )
    return {text: (number, AgentClass(code)) for text, (number, code) in found.items()}
