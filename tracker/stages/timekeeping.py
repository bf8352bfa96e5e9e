"""Move leads without a touch of theirs: by what falls due, and by what somebody sets by hand."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import to_micros
from tracker.driver import fetch
from tracker.identity import service as identity
from tracker.identity.belonging import known_leads
from tracker.stages import history, overrides
from tracker.stages.domain import Stage
from tracker.stages.fold import Fold
from tracker.stages.models import StageOverride
from tracker.stages.overrides import Placement
from tracker.stages.service import Classified, active, followed


def override(
    session: Session, workspace_id: int, lead_id: int, placement: Placement, *, by: int | None,
    now: datetime,
) -> tuple[StageOverride, Classified]:  # fmt: skip
    """Put a lead where somebody says that it stands; return what is written down of it."""
    row = overrides.begin(session, workspace_id, lead_id, placement, by=by, now=now)
    return row, _retell(session, workspace_id, lead_id, now)


def end_override(
    session: Session, workspace_id: int, lead_id: int, *, by: int | None, now: datetime
) -> tuple[StageOverride, Classified]:
    """Let a lead stand where the rules say again."""
    row = overrides.end(session, lead_id, by=by, now=now)
    return row, _retell(session, workspace_id, lead_id, now)


def settle(session: Session, *, now: datetime, limit: int) -> list[Classified]:
    """Let what has fallen due happen to some leads, and return where they stand now."""
    due: dict[int, list[int]] = {}
    for workspace_id, lead_id in fetch(session, _DUE, (to_micros(now), limit)):
        due.setdefault(workspace_id, []).append(lead_id)
    settled: list[Classified] = []
    for workspace_id, lead_ids in sorted(due.items()):
        # Whoever takes in a touch of one of them meanwhile is waited for.
        identity.hold(session, lead_ids)
        settled += _settle(session, workspace_id, lead_ids, now)
    return settled


_DUE = """
/* stages.due */
SELECT s.workspace_id, s.lead_id
FROM stage_model m JOIN standing s ON s.model_id = m.id
WHERE m.published_at IS NOT NULL AND m.retired_at IS NULL AND s.due_at <= ?
LIMIT ?
"""


def _settle(
    session: Session, workspace_id: int, lead_ids: Sequence[int], now: datetime
) -> list[Classified]:
    desk = history.Desk(session, workspace_id, active(session, workspace_id), now=now)
    known = known_leads(session, lead_ids)
    settled = []
    for lead_id, state in desk.states(lead_ids).items():
        before = state.stage
        if state.order is None:
            state, has_moved = desk.refold(lead_id, None), True
        else:
            state.due_by = None
            has_moved = bool(desk.advance(lead_id, state, ()))
        one = _standing(workspace_id, lead_id, before, state)
        settled.append(one._replace(is_known=lead_id in known, has_moved=has_moved))
    desk.write()
    return settled


def _retell(session: Session, workspace_id: int, lead_id: int, now: datetime) -> Classified:
    told = []
    for version in followed(session, workspace_id):
        desk = history.Desk(session, workspace_id, version, now=now)
        before = desk.states([lead_id]).get(lead_id, Fold()).stage
        state = desk.refold(lead_id, (to_micros(now), b""))
        desk.write()
        told.append(_standing(workspace_id, lead_id, before, state))
    return told[0]._replace(is_known=bool(known_leads(session, [lead_id])), has_moved=True)


def _standing(workspace_id: int, lead_id: int, before: Stage | None, state: Fold) -> Classified:
    return Classified(
        lead_id=lead_id,
        workspace_id=workspace_id,
        is_known=False,
        stage=state.stage,
        has_moved=False,
        touched=state.order[0] if state.order else None,
        has_left_bottom=before is Stage.BOFU and state.stage is not Stage.BOFU,
    )
