"""Carry a version of the stage model into force: compare, replay, mark, a slice at a time.

History is written beside the live one, resumable after every slice; touches that come
meanwhile are folded under both (`tracker/stages/service.py`).  When the last lead is reached
the version is in force at once, open offers whose lead no longer stands at the bottom are
withdrawn, and the milestones follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.driver import fetch
from tracker.errors import Conflict
from tracker.handoff import service as handoff
from tracker.handoff import trials, withdrawals
from tracker.handoff.domain import WithdrawReason
from tracker.handoff.newcomers import newcomers
from tracker.handoff.withdrawals import Why
from tracker.identity import service as identity
from tracker.identity.models import Lead
from tracker.milestones import service as milestones
from tracker.stages import replay, standings, versions
from tracker.stages import service as stages
from tracker.stages.domain import Work
from tracker.stages.models import StageModelRow
from tracker.stages.replay import Prepared
from tracker.stages.versions import Life
from tracker.tasks import service as tasks
from tracker.tasks.models import Task

# Leads in one transaction: on SQLite everybody else who writes waits that long.
SLICE = 50
# A comparison is computed before the transaction: only what would move is written in it.
SEEN = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a version says of the next leads, as it was read outside of any writing."""

    model_id: int
    work: Work
    document: str
    reached: int
    lives: Mapping[int, Life] = field(default_factory=dict)
    prepared: Prepared | None = None


def begin(
    session: Session,
    row: StageModelRow,
    work: Work,
    *,
    now: datetime,
    offers_ready: bool = False,
) -> None:
    """Begin to compare or to publish a version; `step` carries it on.

    Once it is in force, leads that are ready because of it are offered at their next touch, or
    at once if the publisher wishes (`offers_ready`).
    """
    if row.published_at is not None and row.retired_at is None:
        raise Conflict("this version is in force")
    if row.task_id is not None:
        tasks.finish(session, row.task_id, now=now, error="begun anew")
    versions.begin(session, row, work)
    row.offers_ready = offers_ready
    trials.forget(session, row.id)
    _begin_task(session, row, now)


def is_waiting(session: Session) -> bool:
    """Return whether there is anything to carry on."""
    waiting = select(StageModelRow.id).where(StageModelRow.work.is_not(None))
    return session.scalars(waiting.limit(1)).first() is not None


def look(session: Session, *, now: datetime) -> Seen | None:
    """Fold the next leads and write nothing, so that writing takes no longer than it must."""
    row = session.scalars(_WAITING).first()
    if row is None or row.work not in (Work.COMPARE, Work.REPLAY):
        return None
    lives: Mapping[int, Life] = {}
    prepared = None
    if row.work is Work.COMPARE:
        lives = versions.tell(session, row, _after(session, row, SEEN), now=now)
    else:
        prepared = replay.prepare(session, row, _after(session, row, SLICE), now=now)
    return Seen(
        model_id=row.id,
        work=row.work,
        document=row.document,
        reached=row.reached_lead_id,
        lives=lives,
        prepared=prepared,
    )


def step(session: Session, *, now: datetime, seen: Seen | None = None) -> bool:
    """Do the next slice of what is under way anywhere; return whether anything was."""
    row = session.scalars(_WAITING.with_for_update(skip_locked=True)).first()
    if row is None or row.work is None:
        return False
    if seen is not None and not _is_about(seen, row):
        seen = None
    if row.work is Work.COMPARE:
        seen = seen or look(session, now=now)
        lives = seen.lives if seen else {}
        _compare(session, row, lives)
        _go_on(session, row, sorted(lives), SEEN, now)
        return True
    leads = _after(session, row, SLICE)
    if row.work is Work.REPLAY:
        # On PostgreSQL whoever takes in a touch holds its visitor: wait until it is counted.
        identity.hold(session, leads)
        prepared = seen.prepared if seen else None
        replay.replay(session, row, leads, now=now, prepared=prepared)
    else:
        _mark(session, row, leads, now)
    _go_on(session, row, leads, SLICE, now)
    return True


def progress(session: Session, row: StageModelRow) -> Task | None:
    """Return the task of what is being done about a version, None if nothing is."""
    return None if row.task_id is None else session.get(Task, row.task_id)


_WAITING = (
    select(StageModelRow).where(StageModelRow.work.is_not(None)).order_by(StageModelRow.id).limit(1)
)


def _is_about(seen: Seen, row: StageModelRow) -> bool:
    place = (row.id, row.work, row.document, row.reached_lead_id)
    return place == (seen.model_id, seen.work, seen.document, seen.reached)


def _after(session: Session, row: StageModelRow, number: int) -> list[int]:
    # Along the key: by an index of the workspace all of its leads would be sorted every time.
    values = (row.workspace_id, row.reached_lead_id, number)
    return [lead_id for (lead_id,) in fetch(session, _AFTER, values)]


_AFTER = """
/* versions.after */
SELECT id FROM lead WHERE workspace_id + 0 = ? AND id > ? ORDER BY id LIMIT ?
"""


def _compare(session: Session, row: StageModelRow, lives: Mapping[int, Life]) -> None:
    live_id, _ = stages.active(session, row.workspace_id)
    versions.note_moves(session, row, live_id, lives)
    trials.note(session, row, session.get_one(StageModelRow, live_id), lives)


def _mark(session: Session, row: StageModelRow, leads: list[int], now: datetime) -> None:
    # Who came while the last slice was replayed may have been seen by nobody.
    missing = set(leads) - standings.leads_among(session, row.id, leads)
    replay.replay(session, row, sorted(missing), now=now)
    if row.offers_ready:
        before = versions.before(session, row)
        for lead_id in newcomers(session, row, leads, before=before, now=now):
            handoff.offer(session, row.workspace_id, lead_id, now=now)
    milestones.mark(session, row.workspace_id, leads, now=now)


def _go_on(
    session: Session, row: StageModelRow, leads: list[int], size: int, now: datetime
) -> None:
    task_id = row.task_id
    if len(leads) == size:
        row.reached_lead_id = leads[-1]
        if task_id is not None:
            tasks.go_on(session, task_id, len(leads), now=now)
        return
    if task_id is not None:
        tasks.finish(session, task_id, now=now)
    row.task_id = None
    if row.work is Work.REPLAY:
        versions.activate(session, row, now=now)
        trials.forget_all(session, row.workspace_id)
        offered = [offer.lead_id for offer in handoff.queue(session, row.workspace_id)]
        why = Why(reason=WithdrawReason.PUBLISHED, version=row.version)
        withdrawals.groundless(session, row.workspace_id, offered, now=now, why=why)
        row.work, row.reached_lead_id = Work.MARK, 0
        _begin_task(session, row, now)
        return
    if row.work is Work.COMPARE:
        row.compared_at = now
    row.work = None
    session.flush()


def _begin_task(session: Session, row: StageModelRow, now: datetime) -> None:
    total = select(func.count()).select_from(Lead).where(Lead.workspace_id == row.workspace_id)
    task = tasks.begin(
        session,
        row.workspace_id,
        f"stages {row.work}",
        subject=f"version {row.version}",
        total=session.scalar(total) or 0,
        now=now,
    )
    row.task_id = task.id
    session.flush()
