"""Tell the histories of leads again after something they touched was classed anew, in slices.

First the leads are gathered from the touches, then they are refolded; every slice is short, so
that the collector goes on meanwhile, and can be resumed.
"""

import json
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tracker import journey
from tracker.db import to_micros
from tracker.driver import fetch, fetch_in, insert_many
from tracker.handoff import trials
from tracker.identity import service as identity
from tracker.stages import versions
from tracker.stages.models import UntoldLead
from tracker.tasks import service as tasks
from tracker.tasks.models import Task
from tracker.touches import classing
from tracker.touches.domain import ClassingWork
from tracker.touches.models import Classing, Content
from tracker.touches.rulings import rulings

# Touches looked through, and leads told again, in one transaction: some tens of milliseconds.
TOUCHES = 2000
LEADS = 10
# No hit is on its way into the log for so long.
OUTLASTED = timedelta(minutes=1)


def step(session: Session, *, now: datetime, only: int | None = None) -> bool:
    """Do the next slice of what is left anywhere, or of one act; return whether anything was."""
    is_due = (Classing.work != ClassingWork.SETTLE) | (Classing.at <= now - OUTLASTED)
    waiting = select(Classing).where(Classing.work.is_not(None), is_due)
    if only is not None:
        waiting = waiting.where(Classing.id == only)
    query = waiting.order_by(Classing.id).limit(1).with_for_update(skip_locked=True)
    row = session.scalars(query).first()
    if row is None:
        return False
    if row.work is ClassingWork.GATHER:
        _gather(session, row, now)
    elif row.work is ClassingWork.RETELL:
        _retell(session, row, now)
    else:
        _settle(session, row)
    session.flush()
    return True


def progress(session: Session, row: Classing) -> Task | None:
    """Return the task of what is left, None while nobody knows how much it is."""
    return None if row.task_id is None else session.get(Task, row.task_id)


_TOUCHES = """
/* retelling.touches */
SELECT t.id, e.lead_id FROM touch t LEFT JOIN visitor_edge e ON e.visitor_id = t.visitor_id
WHERE t.content_id = ? AND t.id > ? ORDER BY t.id LIMIT ?
"""
_LATECOMERS = """
/* retelling.latecomers */
SELECT DISTINCT e.lead_id FROM touch t JOIN visitor_edge e ON e.visitor_id = t.visitor_id
WHERE t.received_at >= ? AND t.content_id IN ({})
"""
_NOTE = """
/* retelling.note */
INSERT INTO untold_lead (classing_id, lead_id) {} ON CONFLICT DO NOTHING
"""


def _gather(session: Session, row: Classing, now: datetime) -> None:
    if (row.reached_content, row.reached_touch_id) == (0, 0):
        _bind(session, row)
    contents: list[int] = json.loads(row.contents)
    left = TOUCHES
    while left > 0 and row.reached_content < len(contents):
        here = contents[row.reached_content], row.reached_touch_id, left
        found = fetch(session, _TOUCHES, here)
        _note(session, row, {lead for _, lead in found if lead is not None})
        if len(found) < left:
            row.reached_content, row.reached_touch_id = row.reached_content + 1, 0
        else:
            row.reached_touch_id = found[-1][0]
        left -= max(len(found), 1)
    if row.reached_content == len(contents):
        _begin_to_retell(session, row, now)


def _bind(session: Session, row: Classing) -> None:
    # A rule that names a key names the item under which it lies now, with all its other keys.
    changed = versions.bind_anew(session, row.workspace_id)
    if changed:
        own = Content.id.in_(changed) | Content.item_id.in_(changed)
        more = session.scalars(select(Content.id).where(own))
        row.contents = json.dumps(sorted({*json.loads(row.contents), *more}))


def _begin_to_retell(session: Session, row: Classing, now: datetime) -> None:
    query = select(func.count()).select_from(UntoldLead).filter_by(classing_id=row.id)
    row.leads = session.scalar(query) or 0
    row.work = ClassingWork.RETELL
    task = tasks.begin(
        session, row.workspace_id, "content", subject=row.subject, total=row.leads, now=now
    )
    row.task_id = task.id


def _retell(session: Session, row: Classing, now: datetime) -> None:
    query = select(UntoldLead.lead_id).filter_by(classing_id=row.id)
    leads = list(session.scalars(query.order_by(UntoldLead.lead_id).limit(LEADS)))
    # On PostgreSQL whoever takes in a touch holds its visitor: wait until it is counted.
    identity.hold(session, leads)
    moved = journey.refold(session, row.workspace_id, leads, now=now)
    row.up, row.down = row.up + moved.up, row.down + moved.down
    told = delete(UntoldLead).where(UntoldLead.classing_id == row.id, UntoldLead.lead_id.in_(leads))
    session.execute(told)
    if row.task_id is not None:
        tasks.go_on(session, row.task_id, len(leads), now=now)
    if len(leads) < LEADS:
        _end(session, row, now)


def _end(session: Session, row: Classing, now: datetime) -> None:
    if row.task_id is not None:
        tasks.finish(session, row.task_id, now=now)
    row.task_id = None
    if row.leads:
        versions.outdate(session, row.workspace_id)
        trials.forget_all(session, row.workspace_id)
    has_one_writer = session.get_bind().dialect.name == "sqlite"
    row.work = None if has_one_writer or row.is_settled else ClassingWork.SETTLE


def _settle(session: Session, row: Classing) -> None:
    """Look for what was being taken in, as the catalogue was, while this was said.

    Only on PostgreSQL, where several write: such a key was judged without a new pattern, such a
    touch was folded as what it is no longer.
    """
    changes = classing.plan(session, row.workspace_id, rulings(session, row.workspace_id))
    classing.write(session, changes)
    contents = {*json.loads(row.contents), *classing.seen(session, changes)}
    since = to_micros(row.at - OUTLASTED)
    found = fetch_in(session, _LATECOMERS, sorted(contents), before=(since,))
    _note(session, row, {lead for (lead,) in found})
    row.is_settled, row.work = True, ClassingWork.RETELL


def _note(session: Session, row: Classing, leads: set[int]) -> None:
    rows = [(row.id, lead) for lead in sorted(leads)]
    insert_many(session, _NOTE, rows, types="bigint bigint")
