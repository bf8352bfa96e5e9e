"""Quarantine as people work with it: look at what could not be believed, and let it go.

What is kept here changes nothing and is counted; after a while it is forgotten by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, SQLColumnExpression, delete, func, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from tracker.collector.domain import DropReason
from tracker.collector.models import QuarantinedHit
from tracker.db import from_micros
from tracker.errors import NotFound

KEPT_FOR = timedelta(days=30)
# So many are deleted by one transaction, for everybody else who writes waits for it.
AT_ONCE = 1000
_DAY = timedelta(days=1)
_MICROS = _DAY // timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Which:
    """Which messages of a workspace are meant; what it does not say does not matter."""

    workspace_id: int
    reason: DropReason | None = None
    site_id: int | None = None
    # Of UTC, as the days by which messages are counted.
    day: date | None = None
    before: datetime | None = None
    codes: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Facets:
    """What can be chosen from, and how many messages there are of each."""

    reasons: Mapping[DropReason, int] = field(default_factory=dict)
    sites: Mapping[int, int] = field(default_factory=dict)
    days: Mapping[date, int] = field(default_factory=dict)


def get(session: Session, workspace_id: int, code: str) -> QuarantinedHit:
    """Return a message by its code."""
    found = session.scalar(select(QuarantinedHit).filter_by(workspace_id=workspace_id, code=code))
    if found is None:
        raise NotFound("there is no such message in quarantine")
    return found


def count(session: Session, which: Which) -> int:
    """Return how many messages are meant."""
    return session.scalar(select(func.count()).where(*conditions(which))) or 0


def listed(session: Session, which: Which, *, limit: int, offset: int = 0) -> list[QuarantinedHit]:
    """Return the messages that are meant, the newest first."""
    newest = (QuarantinedHit.received_at.desc(), QuarantinedHit.id.desc())
    query = select(QuarantinedHit).where(*conditions(which)).order_by(*newest)
    return list(session.scalars(query.limit(limit).offset(offset)))


def oldest(session: Session, workspace_id: int) -> datetime | None:
    """Return when the oldest message in quarantine came."""
    mine = QuarantinedHit.workspace_id == workspace_id
    return session.scalar(select(func.min(QuarantinedHit.received_at)).where(mine))


def facets(session: Session, workspace_id: int) -> Facets:
    """Return by what the messages of a workspace can be chosen, the newest day first."""
    day = type_coerce(QuarantinedHit.received_at, BigInteger) // _MICROS

    def numbers(column: SQLColumnExpression[Any]) -> list[tuple[Any, int]]:
        query = select(column, func.count()).where(QuarantinedHit.workspace_id == workspace_id)
        return [(value, number) for value, number in session.execute(query.group_by(column))]

    days = sorted(numbers(day), reverse=True)
    return Facets(
        reasons=dict(numbers(QuarantinedHit.reason)),
        sites=dict(numbers(QuarantinedHit.site_id)),
        days={from_micros(number * _MICROS).date(): count for number, count in days},
    )


def remove(session: Session, which: Which, *, limit: int = AT_ONCE) -> int:
    """Delete messages that are meant, and return how many; they stay counted."""
    return _delete(session, conditions(which), limit)


def expire(session: Session, *, now: datetime) -> int:
    """Forget what has been kept long enough, in all workspaces, some of it at a time."""
    return _delete(session, [QuarantinedHit.received_at < now - KEPT_FOR], AT_ONCE)


def conditions(which: Which) -> list[ColumnElement[bool]]:
    """Return what a row must be to be meant."""
    hit = QuarantinedHit
    found = [hit.workspace_id == which.workspace_id]
    if which.reason is not None:
        found.append(hit.reason == which.reason)
    if which.site_id is not None:
        found.append(hit.site_id == which.site_id)
    if which.before is not None:
        found.append(hit.received_at < which.before)
    if which.day is not None:
        midnight = datetime.combine(which.day, time(), UTC)
        found += [hit.received_at >= midnight, hit.received_at < midnight + _DAY]
    if which.codes is not None:
        found.append(hit.code.in_(which.codes))
    return found


def _delete(session: Session, meant: Sequence[ColumnElement[bool]], limit: int) -> int:
    ids = select(QuarantinedHit.id).where(*meant).limit(limit)
    query = delete(QuarantinedHit).where(QuarantinedHit.id.in_(ids)).returning(QuarantinedHit.id)
    return len(session.scalars(query.execution_options(synchronize_session=False)).all())
