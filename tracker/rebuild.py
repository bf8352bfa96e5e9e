"""Check and remake everything that is derived from touches, a slice of leads at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import Database
from tracker.driver import chunks
from tracker.identity import rebuild as identity
from tracker.identity.models import Lead
from tracker.milestones import service as milestones
from tracker.stages import service as stages

# Leads in one transaction: on SQLite everybody else who writes waits that long.
SLICE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One place where what we hold is not what the touches say."""

    subject: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rebuilt:
    """How far a rebuild has come: `done` of `total` visitors and leads."""

    done: int
    total: int


def verify(session: Session, workspace_id: int) -> Iterator[Difference]:
    """Give every difference between what is stored and what follows from the touches."""
    decisions = identity.decide_all(session, workspace_id)
    for visitor, what in identity.differences(session, decisions):
        yield Difference(subject=f"visitor {visitor}", what=what)
    for part in chunks(_leads(session, workspace_id), SLICE):
        for lead, what in stages.differences(session, workspace_id, part):
            yield Difference(subject=f"lead {lead}", what=what)
        for lead, what in milestones.differences(session, part):
            yield Difference(subject=f"lead {lead}", what=what)


def rebuild(
    database: Database, workspace_id: int, *, clock: Callable[[], datetime], done: int = 0
) -> Iterator[Rebuilt]:
    """Remake everything derived, slice by slice, committing each; go on after `done`.

    The server may go on meanwhile: a slice is remade from what is stored at its moment, and
    what is right stays as it is, so that running it twice, or half and then whole, is safe.
    """
    with database.reading() as session:
        decisions = identity.decide_all(session, workspace_id)
    work: list[tuple[bool, list[int]]] = [(True, p) for p in chunks(sorted(decisions), SLICE)]
    with database.reading() as session:
        work += [(False, part) for part in chunks(_leads(session, workspace_id), SLICE)]
    total = sum(len(part) for _, part in work)
    so_far = 0
    for are_visitors, part in work:
        so_far += len(part)
        if so_far <= done:
            continue
        with database.writing() as session:
            leads = (
                identity.redo(session, workspace_id, decisions, part) if are_visitors else set(part)
            )
            stages.refold(session, workspace_id, leads, now=clock())
            milestones.mark(session, workspace_id, leads, now=clock())
            session.commit()
        yield Rebuilt(done=so_far, total=total)


def _leads(session: Session, workspace_id: int) -> list[int]:
    query = select(Lead.id).where(Lead.workspace_id == workspace_id)
    return list(session.scalars(query.order_by(Lead.id)))
