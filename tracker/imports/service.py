"""Begin an import, take over its rows part by part, and end it; each part stands by itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.collector.models import ImportBatch
from tracker.imports.domain import (
    RowError,
    Tally,
)
from tracker.imports.plans import Importer, Plan
from tracker.tasks import service as tasks
from tracker.workspaces.models import User

KEPT_ERRORS = 200


@dataclass(frozen=True, kw_only=True)
class Running:
    """An import that is under way."""

    batch_id: int
    task_id: int
    mapping: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An import with who began it (nobody: the operator) and the first of what went wrong."""

    batch: ImportBatch
    who: str | None
    is_running: bool
    errors: tuple[RowError, ...]


def look(session: Session, importer: Importer, plan: Plan) -> Tally:
    """Say what would become of a plan's rows, and change nothing."""
    return _in_the_files_words(importer.look(session, plan.rows), plan.mapping)


def begin(
    session: Session, importer: Importer, plan: Plan, *, now: datetime, by: int | None = None
) -> Running:
    """Write down that an import has begun."""
    total = len(plan.rows) + len(plan.errors)
    batch = ImportBatch(
        workspace_id=importer.workspace_id,
        kind=importer.kind,
        filename=plan.sheet.name[:255],
        sha256=plan.sheet.sha256,
        mapping=json.dumps(dict(plan.mapping), ensure_ascii=False),
        started_at=now,
        started_by_id=by,
        rows=total,
    )
    session.add(batch)
    task = tasks.begin(
        session,
        importer.workspace_id,
        f"import {importer.kind}",
        subject=plan.sheet.name,
        total=total,
        now=now,
    )
    return Running(batch_id=batch.id, task_id=task.id, mapping=plan.mapping)


def put(
    session: Session,
    importer: Importer,
    running: Running,
    rows: Sequence[Any],
    *,
    now: datetime,
) -> Tally:
    """Take over some rows, and write down how far the import has come."""
    found = importer.put(session, rows, batch_id=running.batch_id, now=now)
    tally = _in_the_files_words(found, running.mapping)
    note(session, running, tally, now=now)
    return tally


def note(session: Session, running: Running, tally: Tally, *, now: datetime) -> None:
    """Add what became of some rows to what is known of the import."""
    batch = session.get_one(ImportBatch, running.batch_id)
    batch.created += tally.created
    batch.unchanged += tally.unchanged
    batch.failed += tally.failed
    kept = _errors_of(batch)
    kept += tally.errors[: max(KEPT_ERRORS - len(kept), 0)]
    batch.errors = json.dumps([asdict(error) for error in kept], ensure_ascii=False)
    tasks.advance(session, running.task_id, batch.created + batch.unchanged + batch.failed, now=now)


def finish(session: Session, running: Running, *, now: datetime) -> None:
    """Write down that an import has come to its end."""
    session.get_one(ImportBatch, running.batch_id).finished_at = now
    tasks.finish(session, running.task_id, now=now)


def listed(
    session: Session, workspace_id: int, *, now: datetime, limit: int, offset: int = 0
) -> list[Listed]:
    """Return the imports of a workspace, the newest first."""
    query = (
        select(ImportBatch, User.name)
        .outerjoin(User, User.id == ImportBatch.started_by_id)
        .where(ImportBatch.workspace_id == workspace_id)
        .order_by(ImportBatch.id.desc())
    )
    running = {task.subject for task in tasks.running(session, workspace_id, now=now)}
    return [
        Listed(
            batch=batch,
            who=who,
            is_running=batch.finished_at is None and batch.filename in running,
            errors=tuple(_errors_of(batch)),
        )
        for batch, who in session.execute(query.limit(limit).offset(offset))
    ]


def count(session: Session, workspace_id: int) -> int:
    """Return how many imports a workspace has had."""
    query = select(func.count()).where(ImportBatch.workspace_id == workspace_id)
    return session.scalar(query) or 0


def _in_the_files_words(tally: Tally, mapping: Mapping[str, str]) -> Tally:
    errors = tuple(replace(e, column=mapping.get(e.column, e.column)) for e in tally.errors)
    return replace(tally, errors=errors)


def _errors_of(batch: ImportBatch) -> list[RowError]:
    """Return the first of what went wrong in an import."""
    return [RowError(**error) for error in json.loads(batch.errors or "[]")]
