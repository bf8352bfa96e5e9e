"""Versions of the stage model: drafts, who would move, and a history beside the live one."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from tracker.db import to_micros
from tracker.driver import fetch_in, insert_many
from tracker.errors import Conflict, Invalid, NotFound
from tracker.stages import overrides
from tracker.stages.classify import classify
from tracker.stages.documents import items_of, parse
from tracker.stages.domain import Stage, StageModel, Work
from tracker.stages.dues import catch_up
from tracker.stages.faults import short
from tracker.stages.fold import Fold, Transition
from tracker.stages.models import DraftMove, StageModelRow, Term
from tracker.touches import service as log
from tracker.touches.domain import Counted


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """What a version says of a lead: where it stands, by which changes, for which touches."""

    stage: Stage | None
    changes: tuple[Transition, ...]
    touches: tuple[Counted, ...]


def versions(session: Session, workspace_id: int) -> list[StageModelRow]:
    """Return every version of a workspace's rules, the newest first."""
    query = select(StageModelRow).where(StageModelRow.workspace_id == workspace_id)
    return list(session.scalars(query.order_by(StageModelRow.version.desc())))


def get(session: Session, workspace_id: int, version: int) -> StageModelRow:
    """Return one version of a workspace's rules; raise NotFound."""
    query = select(StageModelRow).filter_by(workspace_id=workspace_id, version=version)
    row = session.scalars(query).first()
    if row is None:
        raise NotFound("there is no such version")
    return row


def model_of(row: StageModelRow) -> StageModel:
    """Return the rules of a version."""
    return parse(row.document, version=row.version, items=row.items)


def draft_of(session: Session, workspace_id: int) -> StageModelRow | None:
    """Return the draft of a workspace, None if there is none."""
    rows = versions(session, workspace_id)
    return next((row for row in rows if row.is_draft), None)


def save_draft(session: Session, workspace_id: int, document: str) -> StageModelRow:
    """Keep a document that was checked as the draft; what was computed of it is forgotten."""
    row = draft_of(session, workspace_id)
    if row is None:
        newest = select(func.max(StageModelRow.version)).filter_by(workspace_id=workspace_id)
        version = (session.scalar(newest) or 0) + 1
        row = StageModelRow(workspace_id=workspace_id, version=version)
        session.add(row)
    row.document, row.work, row.compared_at = document, None, None
    bind(session, row)
    forget_moves(session, row)
    return row


def discard_draft(session: Session, workspace_id: int) -> None:
    """Throw the draft away."""
    row = draft_of(session, workspace_id)
    if row is None:
        raise NotFound("there is no draft")
    forget_moves(session, row)
    session.delete(row)
    session.flush()


def begin(session: Session, row: StageModelRow, work: Work) -> None:
    """Begin to do something about a version, from the first lead on."""
    busy = any(one.work in (Work.REPLAY, Work.MARK) for one in versions(session, row.workspace_id))
    if busy and work is not Work.COMPARE:
        raise Conflict("a version is being published; wait until that is done")
    forget_moves(session, row)
    unknown = bind(session, row)
    if unknown and work is Work.REPLAY:
        raise Invalid("the catalogue has no such item", fields=unknown)
    row.work, row.reached_lead_id, row.compared_at = work, 0, None
    session.flush()


def bind(session: Session, row: StageModelRow) -> dict[str, str]:
    """Find the catalogue's items that a version names; return the reason by the field of others."""
    named = items_of(row.document)
    keys = sorted({key for _, key in named})
    rows = fetch_in(session, _ITEMS, keys, before=(row.workspace_id,))
    found = {key: item for key, item in rows}
    row.items = json.dumps(found, separators=(",", ":"), sort_keys=True)
    session.flush()
    return {
        field: f"{short(key)} is no item of the catalogue"
        for field, key in named
        if key not in found
    }


def bind_anew(session: Session, workspace_id: int) -> set[int]:
    """Find the items that versions name where the catalogue has changed.

    Returns the items that count otherwise than before under a version that is followed.
    """
    changed: set[int] = set()
    for row in versions(session, workspace_id):
        before = json.loads(row.items)
        bind(session, row)
        after = json.loads(row.items)
        if row.retired_at is None and not row.is_draft:
            both = before.keys() | after.keys()
            moved = [key for key in both if before.get(key) != after.get(key)]
            changed |= {table[key] for table in (before, after) for key in moved if key in table}
    return changed


def outdate(session: Session, workspace_id: int) -> None:
    """Forget who would move under any version: the ground on which it was compared has changed."""
    for row in versions(session, workspace_id):
        if row.work in (None, Work.COMPARE):
            row.compared_at, row.reached_lead_id = None, 0
            forget_moves(session, row)


def activate(session: Session, row: StageModelRow, *, now: datetime) -> None:
    """Let a workspace live by a version whose history is complete."""
    for one in versions(session, row.workspace_id):
        if one.published_at is not None and one.retired_at is None:
            one.retired_at = now
    # Whatever a draft was compared with is no longer in force.
    outdate(session, row.workspace_id)
    over = update(Term).where(Term.workspace_id == row.workspace_id, Term.ended_at.is_(None))
    session.execute(over.values(ended_at=now))
    session.add(Term(workspace_id=row.workspace_id, model_id=row.id, began_at=now))
    row.published_at, row.retired_at = now, None
    session.flush()


def before(session: Session, row: StageModelRow) -> int | None:
    """Return the id of the version that was in force right before this one, None if none was."""
    query = select(Term.model_id).where(
        Term.workspace_id == row.workspace_id, Term.ended_at == row.published_at
    )
    return session.scalars(query.limit(1)).first()


def forget_moves(session: Session, row: StageModelRow) -> None:
    """Forget who would move under a draft."""
    session.execute(delete(DraftMove).where(DraftMove.model_id == row.id))


def tell(
    session: Session, row: StageModelRow, lead_ids: Sequence[int], *, now: datetime
) -> dict[int, Life]:
    """Fold some leads up to now under a version, and write nothing."""
    model = model_of(row)
    schedules = overrides.schedules(session, lead_ids)
    lives = {}
    for lead_id, touches in touches_of(session, lead_ids).items():
        state = Fold()
        state.take(schedules.get(lead_id, ()))
        changes = classify(model, state, touches)
        if touches:
            changes += catch_up(model, state, until=to_micros(now))
        lives[lead_id] = Life(stage=state.stage, changes=tuple(changes), touches=tuple(touches))
    return lives


def note_moves(
    session: Session, row: StageModelRow, live_id: int, lives: Mapping[int, Life]
) -> None:
    """Note which of some leads would stand elsewhere than under the version in force."""
    rows = fetch_in(session, _STANDS, lives, before=(live_id,))
    stands: dict[int, Stage | None] = {lead_id: stage for lead_id, stage in rows}
    moves = [
        (row.workspace_id, row.id, lead_id, stands.get(lead_id), life.stage)
        for lead_id, life in lives.items()
        if life.stage != stands.get(lead_id)
    ]
    insert_many(session, _MOVE, moves, types="bigint bigint bigint text text")


def changes_under(
    session: Session, row: StageModelRow, lead_ids: Iterable[int]
) -> dict[int, list[tuple[int, Stage | None]]]:
    """Return the changes of stage that are recorded of some leads under a version, in order."""
    found: dict[int, list[tuple[int, Stage | None]]] = {}
    rows = fetch_in(session, _CHANGES, lead_ids, before=(row.workspace_id, row.id))
    for lead_id, at, _, stage in sorted(map(tuple, rows)):
        found.setdefault(lead_id, []).append((at, Stage(stage) if stage else None))
    return found


def touches_of(session: Session, lead_ids: Iterable[int]) -> dict[int, list[Counted]]:
    """Return the touches that count of some leads, in order."""
    wanted = list(lead_ids)
    belongs = fetch_in(session, _VISITORS, wanted)
    lead_of: dict[int, int] = {visitor: lead for visitor, lead in belongs}
    lives: dict[int, list[Counted]] = {lead_id: [] for lead_id in wanted}
    for touch in log.counted_of(session, lead_of):
        lives[lead_of[touch.visitor_id]].append(touch)
    return lives


_ITEMS = """
/* stages.items */
SELECT key, COALESCE(item_id, id) FROM content WHERE workspace_id = ? AND key IN ({})
"""
_STANDS = """
/* stages.stands */
SELECT lead_id, stage FROM standing WHERE model_id = ? AND lead_id IN ({})
"""
_MOVE = """
/* stages.move */
INSERT INTO draft_move (workspace_id, model_id, lead_id, from_stage, to_stage) {}
"""
_CHANGES = """
/* stages.changes */
SELECT lead_id, occurred_at, id, to_stage FROM transition
WHERE workspace_id = ? AND model_id = ? AND retracted_at IS NULL AND lead_id IN ({})
"""
_VISITORS = """
/* stages.visitors */
SELECT visitor_id, lead_id FROM visitor_edge WHERE lead_id IN ({})
"""
