"""Keep the first time at each step in line with the history of the rooms before."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import to_micros
from tracker.driver import chunks, execute_many, fetch_in, insert_many
from tracker.milestones.domain import changes, deal_step, firsts

# What is stored: its row, the step, and when it was reached; what is new: lead, step, when.
Stored = tuple[int, int, str]
Reached = tuple[int, str, int]


def mark(session: Session, workspace_id: int, lead_ids: Iterable[int], *, now: datetime) -> None:
    """Record where leads have newly come, and retract what no longer holds."""
    for part in chunks(sorted(set(lead_ids))):
        _mark(session, workspace_id, part, now)


def differences(session: Session, lead_ids: Iterable[int]) -> list[tuple[int, str]]:
    """Return where the milestones of some leads are not what their history says."""
    found: list[tuple[int, str]] = []
    for part in chunks(sorted(set(lead_ids))):
        gone, new = _compare(session, part)
        found += [(lead, f"milestone {step} does not hold") for _, lead, step in gone]
        found += [(lead, f"milestone {step} is missing") for lead, step, _ in new]
    return found


def _mark(session: Session, workspace_id: int, leads: list[int], now: datetime) -> None:
    # What the rooms before have changed by objects must lie in the tables to be read there.
    session.flush()
    gone, new = _compare(session, leads)
    moment = to_micros(now)
    execute_many(session, _RETRACT, [(moment, number) for number, _, _ in gone])
    rows = [(workspace_id, lead, step, at, moment) for lead, step, at in new]
    insert_many(session, _RECORD, rows, types=_OF_MILESTONE)


_RETRACT = "/* milestones.retract */ UPDATE milestone SET retracted_at = ? WHERE id = ?"
_RECORD = """
/* milestones.record */
INSERT INTO milestone (workspace_id, lead_id, step, occurred_at, recorded_at) {}
"""
_OF_MILESTONE = "bigint bigint text bigint bigint"
_STORED = """
/* milestones.stored */
SELECT id, lead_id, step, occurred_at FROM milestone
WHERE retracted_at IS NULL AND lead_id IN ({})
"""
# A deal that was won by mistake and reopened has not reached the end by that.
_REACHED = """
/* milestones.reached */
WITH wanted AS (SELECT id, workspace_id FROM lead WHERE id IN ({}))
SELECT l.id, t.to_stage, CAST(NULL AS INTEGER), t.occurred_at
FROM wanted l
JOIN transition t ON t.workspace_id = l.workspace_id AND t.lead_id = l.id
JOIN stage_model m ON m.id = t.model_id
WHERE t.retracted_at IS NULL AND t.to_stage IS NOT NULL
    AND m.published_at IS NOT NULL AND m.retired_at IS NULL
UNION ALL
SELECT l.id, 'offered', NULL, h.offered_at
FROM wanted l JOIN handoff h ON h.lead_id = l.id
WHERE h.status <> 'withdrawn'
UNION ALL
SELECT l.id, 'accepted', NULL, h.settled_at
FROM wanted l JOIN handoff h ON h.lead_id = l.id
WHERE h.status = 'accepted' AND h.settled_at IS NOT NULL
UNION ALL
SELECT l.id, 'deal', v.to_stage_id, v.occurred_at
FROM wanted l JOIN deal d ON d.lead_id = l.id
JOIN deal_move v ON v.workspace_id = d.workspace_id AND v.deal_id = d.id
WHERE v.retracted_at IS NULL AND v.to_status = 'open'
UNION ALL
SELECT l.id, 'won', NULL, v.occurred_at
FROM wanted l JOIN deal d ON d.lead_id = l.id
JOIN deal_move v ON v.workspace_id = d.workspace_id AND v.deal_id = d.id
WHERE v.retracted_at IS NULL AND v.to_status = 'won' AND NOT EXISTS (
    SELECT 1 FROM deal_move r
    WHERE r.workspace_id = v.workspace_id AND r.deal_id = v.deal_id AND r.id > v.id
    AND r.retracted_at IS NULL AND r.to_status = 'open'
)
"""


def _compare(session: Session, leads: list[int]) -> tuple[list[Stored], list[Reached]]:
    derived: dict[int, list[tuple[str, int]]] = {}
    for lead, step, deal_stage, at in fetch_in(session, _REACHED, leads):
        reached = (step if deal_stage is None else deal_step(deal_stage), at)
        derived.setdefault(lead, []).append(reached)
    stored: dict[int, dict[str, tuple[int, int]]] = {}
    for number, lead, step, at in fetch_in(session, _STORED, leads):
        stored.setdefault(lead, {})[step] = (number, at)
    gone: list[Stored] = []
    new: list[Reached] = []
    for lead in leads:
        own = stored.get(lead, {})
        kept = {step: at for step, (_, at) in own.items()}
        dropped, added = changes(kept, firsts(derived.get(lead, ())))
        gone += [(own[step][0], lead, step) for step in dropped]
        new += [(lead, step, at) for step, at in added]
    return gone, new
