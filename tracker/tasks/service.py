"""Begin long work, say how far it has come, and end it; whoever stops halfway is seen."""

from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tracker.db import to_micros
from tracker.driver import execute
from tracker.tasks.models import Task

# Work that has not been heard of for so long is no longer being done by anybody.
LEASE = timedelta(seconds=60)


def begin(
    session: Session, workspace_id: int, kind: str, *, subject: str, total: int, now: datetime
) -> Task:
    """Write down that long work has begun."""
    task = Task(
        workspace_id=workspace_id,
        kind=kind,
        subject=subject[:255],
        total=total,
        started_at=now,
        leased_until=now + LEASE,
    )
    session.add(task)
    session.flush()
    return task


def advance(session: Session, task_id: int, done: int, *, now: datetime) -> None:
    """Write down how far the work has come, and that it is still being done."""
    task = session.get_one(Task, task_id)
    task.done = done
    task.leased_until = now + LEASE
    session.flush()


def go_on(session: Session, task_id: int, more: int, *, now: datetime) -> None:
    """Write down that so much more is done; slices that are many and short ask for this."""
    execute(session, _GO_ON, (more, to_micros(now + LEASE), task_id))


_GO_ON = "/* tasks.go_on */ UPDATE task SET done = done + ?, leased_until = ? WHERE id = ?"


def finish(session: Session, task_id: int, *, now: datetime, error: str = "") -> None:
    """Write down that the work has ended, and what stopped it if something did."""
    task = session.get_one(Task, task_id)
    task.finished_at = task.leased_until = now
    task.error = error[:500]
    session.flush()


def running(session: Session, workspace_id: int, *, now: datetime) -> list[Task]:
    """Return the work that somebody is doing now, the oldest first."""
    query = _open(workspace_id).where(Task.leased_until >= now)
    return list(session.scalars(query.order_by(Task.id)))


def interrupted(session: Session, workspace_id: int, *, now: datetime) -> list[Task]:
    """Return the work that was begun and that nobody has gone on with."""
    query = _open(workspace_id).where(Task.leased_until < now)
    return list(session.scalars(query.order_by(Task.id)))


def _open(workspace_id: int) -> Select[Task]:
    return select(Task).where(Task.workspace_id == workspace_id, Task.finished_at.is_(None))
