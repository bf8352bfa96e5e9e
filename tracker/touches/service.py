"""Append hits to the log of touches, and read the log back in order."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from tracker.collector.domain import Hit, MessageType, Traits
from tracker.collector.traits import traits_of
from tracker.db import from_micros, to_micros
from tracker.driver import fetch_in, insert_returning
from tracker.touches.domain import AgentClass, ContentKind, Counted, Order, Touch
from tracker.touches.lookups import Pointer, look_up

BACK_DATED = 1
IMPORTED = 2
VERIFIED = 4
UNPROVEN = 8

_TYPES = (
    "bigint bigint bytea bigint bigint bigint bigint bigint bigint bigint bigint bigint bigint"
    " bigint bytea bigint bigint text"
)
_INSERT = """
/* touches.insert */
INSERT INTO touch
    (workspace_id, site_id, message_id, type, occurred_at, received_at, original_at, sent_at,
     visitor_id, anonymous_id, email_id, content_id, source_id, agent_id, network, flags,
     import_batch_id, properties)
{}
"""
_STORED_AS = "id, site_id, message_id"
_AT = 4
_WITH_TRAITS = frozenset({MessageType.IDENTIFY, MessageType.GROUP})


@dataclass(frozen=True, kw_only=True, slots=True)
class Appended:
    """What became of hits: one flag for each, in their order, and the touches that are new."""

    is_new: tuple[bool, ...]
    touches: tuple[Touch, ...]


def append(session: Session, hits: Sequence[Hit]) -> Appended:
    """Store hits as touches, once each: a message id counts once for its site, forever."""
    # The first of several copies; of what is stored already the constraint of the table decides,
    # which looks for each id only once.
    fresh = {(hit.site_id, hit.message_id): hit for hit in reversed(hits)}
    touches: list[Touch] = []
    for workspace_id in sorted({hit.workspace_id for hit in hits}):
        own = [hit for hit in reversed(fresh.values()) if hit.workspace_id == workspace_id]
        touches += _insert(session, own, look_up(session, workspace_id, own))
    return Appended(is_new=_is_new(hits, touches), touches=tuple(touches))


def of_visitors(
    session: Session, visitor_ids: Iterable[int], *, after: Order | None = None
) -> list[Touch]:
    """Return the touches of some visitors in order, optionally only those after a place."""
    if after is None:
        rows = fetch_in(session, _READ, sorted(visitor_ids))
    else:
        place = (after[0], after[0], after[1])
        rows = fetch_in(session, _READ_AFTER, sorted(visitor_ids), before=place)
    return sorted((_touch(row) for row in rows), key=lambda touch: touch.order)


def counted_of(session: Session, visitor_ids: Iterable[int]) -> list[Counted]:
    """Return the touches of some visitors that count, in order and without what no fold needs."""
    rows = fetch_in(session, _COUNTED, sorted(visitor_ids))
    found = [
        Counted(number, (at, bytes(message)), visitor, _KINDS[kind], content, source)
        for number, at, message, visitor, kind, content, source in rows
    ]
    return sorted(found, key=_ORDER)


_KINDS = {kind.value: kind for kind in ContentKind}
_ORDER = attrgetter("order")
_COUNTED = """
/* touches.counted_of */
SELECT t.id, t.occurred_at, t.message_id, t.visitor_id, i.kind, i.id, t.source_id
FROM touch t JOIN content c ON c.id = t.content_id
JOIN content i ON i.id = COALESCE(c.item_id, c.id) LEFT JOIN agent a ON a.id = t.agent_id
WHERE t.visitor_id IN ({}) AND coalesce(a.agent_class, 0) = 0
"""
_READ = """
/* touches.of_visitors */
SELECT t.id, t.workspace_id, t.site_id, t.type, t.occurred_at, t.message_id, t.received_at,
       t.visitor_id, t.anonymous_id, t.email_id, i.id, i.kind, t.source_id,
       a.agent_class, t.flags,
       CASE WHEN t.type IN (3, 5) THEN t.properties END
FROM touch t LEFT JOIN content c ON c.id = t.content_id
LEFT JOIN content i ON i.id = COALESCE(c.item_id, c.id) LEFT JOIN agent a ON a.id = t.agent_id
WHERE t.visitor_id IN ({})
"""
_READ_AFTER = _READ.replace(
    "WHERE",
    "WHERE (t.occurred_at > ? OR (t.occurred_at = ? AND t.message_id > ?)) AND",
)


def _touch(row: Any) -> Touch:
    (number, workspace, site, type_, at, message, received, visitor, anonymous, email,
     content, kind, source, agent_class, flags, properties) = row  # fmt: skip
    return Touch(
        id=number,
        workspace_id=workspace,
        site_id=site,
        type=MessageType(type_),
        order=(at, bytes(message)),
        received_at=from_micros(received),
        visitor_id=visitor,
        anonymous_id=anonymous,
        email_id=email,
        content_id=content,
        kind=ContentKind(kind) if kind else None,
        source_id=source,
        agent_class=AgentClass(agent_class or 0),
        traits=_traits(properties),
        is_verified=bool(flags & VERIFIED),
        is_unproven=bool(flags & UNPROVEN),
        is_back_dated=bool(flags & BACK_DATED),
        is_imported=bool(flags & IMPORTED),
    )


def _traits(properties: str | None) -> Traits | None:
    return traits_of(json.loads(properties)) if properties else None


def _insert(session: Session, hits: Sequence[Hit], pointers: Sequence[Pointer]) -> list[Touch]:
    rows = [_row(hit, pointer) for hit, pointer in zip(hits, pointers, strict=True)]
    stored = insert_returning(session, _INSERT, rows, types=_TYPES, returning=_STORED_AS)
    numbers = {(site, bytes(message)): number for number, site, message in stored}
    return [
        _as_touch(number, hit, row, pointer)
        for hit, row, pointer in zip(hits, rows, pointers, strict=True)
        if (number := numbers.get((hit.site_id, hit.message_id))) is not None
    ]


def _row(hit: Hit, pointer: Pointer) -> tuple[Any, ...]:
    visitor, anonymous, email, content, source, agent, _ = pointer
    occurred_at = to_micros(hit.occurred_at)
    return (
        hit.workspace_id,
        hit.site_id,
        hit.message_id,
        int(hit.type),
        occurred_at,
        occurred_at if hit.received_at is hit.occurred_at else to_micros(hit.received_at),
        to_micros(hit.original_at) if hit.original_at else None,
        to_micros(hit.sent_at) if hit.sent_at else None,
        visitor,
        anonymous,
        email,
        content.id if content else None,
        source,
        agent,
        hit.network or None,
        _flags(hit),
        hit.import_batch_id,
        hit.properties or None,
    )


def _flags(hit: Hit) -> int:
    return (
        BACK_DATED * hit.is_back_dated
        | IMPORTED * (hit.import_batch_id is not None)
        | VERIFIED * hit.is_verified
        | UNPROVEN * hit.is_unproven
    )


def _as_touch(number: int, hit: Hit, row: tuple[Any, ...], pointer: Pointer) -> Touch:
    visitor, anonymous, email, content, source, _, agent_class = pointer
    # By place: every touch is made here.
    return Touch(
        number,
        hit.workspace_id,
        hit.site_id,
        hit.type,
        (row[_AT], hit.message_id),
        hit.received_at,
        visitor,
        anonymous,
        email,
        content.item_id if content else None,
        content.kind if content else None,
        source,
        agent_class,
        hit.traits if hit.type in _WITH_TRAITS else None,
        hit.is_verified,
        hit.is_unproven,
        hit.is_back_dated,
        hit.import_batch_id is not None,
    )


def _is_new(hits: Sequence[Hit], touches: Sequence[Touch]) -> tuple[bool, ...]:
    stored = {(touch.site_id, touch.order[1]) for touch in touches}
    if len(stored) == len(hits):
        return (True,) * len(hits)
    flags = []
    for hit in hits:
        key = (hit.site_id, hit.message_id)
        flags.append(key in stored)
        # A second copy in the same batch is a duplicate of the first.
        stored.discard(key)
    return tuple(flags)
