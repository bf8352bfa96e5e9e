"""Standings as rows: written from the states of the fold, and read back as states."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from tracker.db import to_micros
from tracker.driver import Row, execute_many, fetch_in, insert_many
from tracker.stages.domain import StageModel
from tracker.stages.fold import Fold
from tracker.stages.models import Standing
from tracker.stages.scoring import DAY

# What indexes say of a standing: its stage, its first touch, and when to look at it again.
Indexed = tuple[str | None, int, int | None]


def read(
    session: Session, model_id: int, lead_ids: Iterable[int]
) -> dict[int, tuple[Fold, Indexed]]:
    """Return the states of leads that stand somewhere, and what indexes say of them."""
    found = {}
    for lead_id, rest, *columns, due_by, stage in fetch_in(
        session, _STATES, lead_ids, before=(model_id,)
    ):
        found[lead_id] = _state(rest, columns, due_by), (stage, columns[1], due_by)
    return found


def leads_among(session: Session, model_id: int, lead_ids: Iterable[int]) -> set[int]:
    """Return which of some leads stand somewhere."""
    return {lead_id for (lead_id,) in fetch_in(session, _AMONG, lead_ids, before=(model_id,))}


def state_of(standing: Standing) -> Fold:
    """Return the state with which the fold goes on from where a lead stands."""
    columns = (
        to_micros(standing.entered_at) if standing.entered_at else None,
        to_micros(standing.first_touch_at),
        standing.first_source_id,
        to_micros(standing.last_touch_at),
        standing.last_message,
        standing.touch_count,
        standing.is_dormant,
    )
    return _state(standing.state, columns, to_micros(standing.due_at) if standing.due_at else None)


def _state(rest: str, columns: Sequence[Any], due_by: int | None) -> Fold:
    if not rest:
        return Fold(due_by=due_by)
    entered_at, first_at, first_source, at, message, count, is_dormant = columns
    return Fold(
        entered_at=entered_at or 0,
        order=(at, bytes(message)),
        first_at=first_at,
        first_source=first_source,
        count=count,
        is_dormant=bool(is_dormant),
        due_by=due_by,
    ).loads_rest(rest)


def indexed(state: Fold) -> Indexed:
    """Return what indexes say of a state."""
    stage = state.stage
    return None if stage is None else stage.value, state.first_at, state.due_by


def row_of(model: StageModel, state: Fold, place: Indexed, ids: tuple[int, int, int]) -> Row:
    """Return the row of a lead that has touches; its ids: workspace, lead, model."""
    assert state.order is not None
    at, message = state.order
    stage, first_at, due_by = place
    return (
        *ids,
        stage,
        state.score(model, day=at // DAY),
        state.entered_at if stage else None,
        first_at,
        state.first_source,
        at,
        message,
        state.count,
        state.is_dormant,
        due_by,
        state.dumps_rest(),
    )


def write(session: Session, rows: Sequence[Row], *, are_indexed: bool) -> None:
    """Write rows; as they are indexed already, nothing is changed by which they are found."""
    insert_many(session, _STAND_ON if are_indexed else _STAND, rows, types=_TYPES)


def remove(session: Session, model_id: int, lead_ids: Iterable[int]) -> None:
    """Let leads stand nowhere."""
    execute_many(session, _STAND_NOWHERE, [(lead_id, model_id) for lead_id in lead_ids])


_AMONG = """
/* stages.leads_among */
SELECT lead_id FROM standing WHERE model_id = ? AND lead_id IN ({})
"""
_STATES = """
/* stages.states */
SELECT lead_id, state, entered_at, first_touch_at, first_source_id, last_touch_at,
       last_message, touch_count, is_dormant, due_at, stage
FROM standing
WHERE model_id = ? AND lead_id IN ({})
"""
_INTO = """
/* stages.stand */
INSERT INTO standing
    (workspace_id, lead_id, model_id, stage, score, entered_at, first_touch_at,
     first_source_id, last_touch_at, last_message, touch_count, is_dormant, due_at, state)
{}
ON CONFLICT (lead_id, model_id) DO UPDATE SET
"""
_TYPES = (
    "bigint bigint bigint text bigint bigint bigint bigint bigint bytea bigint boolean bigint text"
)
_STAND_ON = f"""{_INTO}
    score = excluded.score, entered_at = excluded.entered_at,
    first_source_id = excluded.first_source_id,
    last_touch_at = excluded.last_touch_at, last_message = excluded.last_message,
    touch_count = excluded.touch_count, is_dormant = excluded.is_dormant, state = excluded.state
"""
_STAND = f"""{_STAND_ON},
    stage = excluded.stage, first_touch_at = excluded.first_touch_at, due_at = excluded.due_at
"""
_STAND_NOWHERE = "/* stages.nowhere */ DELETE FROM standing WHERE lead_id = ? AND model_id = ?"
