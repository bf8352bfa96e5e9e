"""What a batch of hits of one workspace points to, looked up at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from tracker.collector.domain import Hit
from tracker.driver import Row, fetch, remembered
from tracker.touches.agents import LONGEST, class_of
from tracker.touches.channels import Arrival, arrival_of
from tracker.touches.content import Item, item_of
from tracker.touches.dimensions import find_or_create
from tracker.touches.domain import AgentClass, ContentKind, VisitorKey, fold_email, visitor_key
from tracker.touches.models import Agent, Content, Source, Visitor
from tracker.touches.rulings import Ruling, Said, ruling_on, rulings

Keys = tuple[str | None, str | None, str | None]
_NOTHING: Mapping[str, Any] = {}
# The row of a key, its kind and its item: those of the item that it lies under.
_FOUND = (
    "key",
    "id",
    "COALESCE((SELECT i.kind FROM content i WHERE i.id = content.item_id), kind)",
    "COALESCE(item_id, id)",
)


class Touched(NamedTuple):
    """What a hit touched: the row of its key, and the item that this is, with its kind."""

    id: int
    kind: ContentKind
    item_id: int


class Pointer(NamedTuple):
    """The rows that a hit points to: whose it is, beside whom, what, from where, with what."""

    visitor: int | None
    anonymous: int | None
    email: int | None
    content: Touched | None
    source: int | None
    agent: int | None
    agent_class: AgentClass


def look_up(session: Session, workspace_id: int, hits: Sequence[Hit]) -> list[Pointer]:
    """Find or create everything that the hits of one workspace point to, in their order."""
    names = _event_names(session, workspace_id)
    keys = [keys_of(hit) for hit in hits]
    items = [item_of(hit, names) for hit in hits]
    arrivals = [arrival_of(hit) for hit in hits]
    agents = [None if hit.user_agent is None else hit.user_agent[:LONGEST] for hit in hits]
    return _pointers(
        zip(keys, items, arrivals, agents, strict=True),
        visitors=_visitors(session, workspace_id, keys),
        contents=_contents(session, workspace_id, [item for item in items if item]),
        sources=_sources(session, workspace_id, [arrival for arrival in arrivals if arrival]),
        agents=_agents(session, workspace_id, [text for text in agents if text is not None]),
    )


def _pointers(
    said: Iterable[tuple[Keys, Item | None, Arrival | None, str | None]],
    *,
    visitors: Mapping[str, Row],
    contents: Mapping[str, Touched],
    sources: Mapping[bytes, Row],
    agents: Mapping[str, tuple[int, AgentClass]],
) -> list[Pointer]:
    found = []
    for (user, email, anonymous), item, arrival, agent in said:
        beside = visitors[anonymous][0] if anonymous else None
        reached = visitors[email][0] if email else None
        # A server that names no agent speaks for a human.
        number, agent_class = (None, AgentClass.HUMAN) if agent is None else agents[agent]
        found.append(
            Pointer(
                visitors[user][0] if user else beside if reached is None else reached,
                beside,
                reached,
                contents[item.key] if item else None,
                sources[arrival.key][0] if arrival else None,
                number,
                agent_class,
            )
        )
    return found


def keys_of(hit: Hit) -> Keys:
    """Return the stored keys of a hit's user id, e-mail and browser."""
    email = fold_email(hit.email) if hit.email else ""
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


def _visitors(session: Session, workspace_id: int, keys: Iterable[Keys]) -> dict[str, Row]:
    rows = dict.fromkeys((key for group in keys for key in group if key), _NOTHING)
    return find_or_create(session, Visitor, ("key", "id"), workspace_id=workspace_id, rows=rows)


def _contents(session: Session, workspace_id: int, items: Sequence[Item]) -> dict[str, Touched]:
    if not items:
        return {}
    rows = _NewContents(items, rulings(session, workspace_id))
    found = find_or_create(session, Content, _FOUND, workspace_id=workspace_id, rows=rows)
    return {
        key: Touched(number, ContentKind(kind), item_id)
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


def _sources(session: Session, workspace_id: int, arrivals: Iterable[Arrival]) -> dict[bytes, Row]:
    ways = {arrival.key: arrival for arrival in arrivals}
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
        for key, arrival in ways.items()
    }
    return find_or_create(session, Source, ("key", "id"), workspace_id=workspace_id, rows=rows)


def _agents(
    session: Session, workspace_id: int, texts: Iterable[str]
) -> dict[str, tuple[int, AgentClass]]:
    rows = {text: {"agent_class": int(class_of(text))} for text in set(texts)}
    found = find_or_create(
        session, Agent, ("text", "id", "agent_class"), workspace_id=workspace_id, rows=rows
    )
    return {text: (number, AgentClass(code)) for text, (number, code) in found.items()}
