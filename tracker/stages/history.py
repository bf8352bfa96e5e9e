"""Write standings, checkpoints and transitions; what is wrong is retracted, never deleted."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from tracker.db import from_micros, to_micros
from tracker.driver import Row, execute_many, insert_many, remembered
from tracker.stages.classify import DAY, Fold, Line, Receipt, Transition, classify, score_lines
from tracker.stages.domain import Stage, StageModel
from tracker.stages.models import Checkpoint, TransitionRow
from tracker.touches.domain import ContentKind, Counted, Order, Touch

CHECKPOINT_EVERY = 256
# The name under which the states of hot leads are known by heart.
STATES = "stages.states"

# What makes two transitions the same one.
Identity = tuple[Stage | None, Stage, int, bytes, str]


class Desk:
    """The papers of one workspace under one model, gathered for a batch and written at once."""

    def __init__(
        self, session: Session, workspace_id: int, *, model_id: int, now: datetime
    ) -> None:
        self.session = session
        self.workspace_id = workspace_id
        self.model_id = model_id
        self.now = now
        self._states: dict[int, Fold] = remembered(session, STATES, model_id)
        self._standings: list[Row] = []
        self._nowhere: list[Row] = []
        self._transitions: list[Row] = []
        self._checkpoints: list[Row] = []

    def stand(self, lead_id: int, model: StageModel, state: Fold) -> None:
        """Note where a lead stands; without any touch it stands nowhere."""
        if state.order is None:
            self._states.pop(lead_id, None)
            self._nowhere.append((lead_id, self.model_id))
        else:
            self._states[lead_id] = state
            self._standings.append(self._standing(lead_id, model, state, state.order))

    def record(self, lead_id: int, transitions: Sequence[Transition]) -> None:
        """Note new transitions."""
        self._transitions += [self._transition(lead_id, moved) for moved in transitions]

    def correct(
        self, lead_id: int, transitions: Sequence[Transition], *, after: Order | None
    ) -> None:
        """Retract what is recorded after a place and no longer holds; note what is new."""
        wanted = {_identity(moved): moved for moved in transitions}
        gone = []
        for row in self._recorded(lead_id, after):
            stored = _stored(row)
            if stored in wanted:
                del wanted[stored]
            else:
                gone.append(row.id)
        if gone:
            query = update(TransitionRow).where(TransitionRow.id.in_(gone))
            self.session.execute(query.values(retracted_at=self.now))
        self.record(lead_id, list(wanted.values()))

    def checkpoint(self, lead_id: int, state: Fold) -> None:
        """Note the state, to go on from here when a touch comes late."""
        if state.order is not None:
            at, message = state.order
            self._checkpoints.append(
                (self.workspace_id, lead_id, self.model_id, at, message, state.dumps())
            )

    def fold(
        self, lead_id: int, model: StageModel, state: Fold, touches: Sequence[Touch | Counted]
    ) -> list[Transition]:
        """Fold touches that count into the state, with a checkpoint every so often."""
        transitions: list[Transition] = []
        rest = list(touches)
        while rest:
            room = CHECKPOINT_EVERY - state.count % CHECKPOINT_EVERY
            part, rest = rest[:room], rest[room:]
            transitions += classify(model, state, part)
            if state.count % CHECKPOINT_EVERY == 0:
                self.checkpoint(lead_id, state)
        return transitions

    def rewind(self, lead_id: int, since: Order | None) -> tuple[Fold, Order | None]:
        """Return the state at the last checkpoint before a place, and drop the later ones."""
        own = (Checkpoint.lead_id == lead_id, Checkpoint.model_id == self.model_id)
        place = tuple_(Checkpoint.touched_at, Checkpoint.message)
        kept = None
        if since is not None:
            moment = (from_micros(since[0]), since[1])
            query = select(Checkpoint).where(*own, place < moment)
            latest = query.order_by(Checkpoint.touched_at.desc(), Checkpoint.message.desc())
            kept = self.session.scalars(latest.limit(1)).first()
        stale = delete(Checkpoint).where(*own)
        if kept is None:
            self.session.execute(stale)
            return Fold(), None
        self.session.execute(stale.where(place > (kept.touched_at, kept.message)))
        state = Fold.loads(kept.state)
        return state, state.order

    def write(self) -> None:
        """Write everything that was noted."""
        insert_many(self.session, _STAND, self._standings, columns=12)
        execute_many(self.session, _STAND_NOWHERE, self._nowhere)
        execute_many(self.session, _CHECKPOINT, self._checkpoints)
        execute_many(self.session, _TRANSITION, self._transitions)
        self.session.flush()

    def _recorded(self, lead_id: int, after: Order | None) -> list[TransitionRow]:
        query = select(TransitionRow).where(
            TransitionRow.workspace_id == self.workspace_id,
            TransitionRow.lead_id == lead_id,
            TransitionRow.model_id == self.model_id,
            TransitionRow.retracted_at.is_(None),
        )
        if after is not None:
            place = tuple_(TransitionRow.occurred_at, TransitionRow.message)
            query = query.where(place > (from_micros(after[0]), after[1]))
        return list(self.session.scalars(query))

    def _standing(self, lead_id: int, model: StageModel, state: Fold, order: Order) -> Row:
        lines = score_lines(model, state, day=order[0] // DAY)
        return (
            self.workspace_id,
            lead_id,
            self.model_id,
            state.stage,
            sum(line.milli for line in lines),
            state.entered_at if state.stage else None,
            state.first_at,
            state.first_source,
            *order,
            state.count,
            state.dumps(),
        )

    def _transition(self, lead_id: int, moved: Transition) -> Row:
        return (
            self.workspace_id,
            lead_id,
            self.model_id,
            to_micros(self.now),
            *_identity(moved),
        )


_STAND = """
/* stages.stand */
INSERT INTO standing
    (workspace_id, lead_id, model_id, stage, score, entered_at, first_touch_at,
     first_source_id, last_touch_at, last_message, touch_count, state)
VALUES {}
ON CONFLICT (lead_id, model_id) DO UPDATE SET
    stage = excluded.stage, score = excluded.score, entered_at = excluded.entered_at,
    first_touch_at = excluded.first_touch_at, first_source_id = excluded.first_source_id,
    last_touch_at = excluded.last_touch_at, last_message = excluded.last_message,
    touch_count = excluded.touch_count, state = excluded.state
"""
_STAND_NOWHERE = "/* stages.nowhere */ DELETE FROM standing WHERE lead_id = ? AND model_id = ?"
_CHECKPOINT = """
/* stages.checkpoint */
INSERT INTO standing_checkpoint (workspace_id, lead_id, model_id, touched_at, message, state)
VALUES (?, ?, ?, ?, ?, ?)
"""
_TRANSITION = """
/* stages.transition */
INSERT INTO transition
    (workspace_id, lead_id, model_id, recorded_at, from_stage, to_stage, occurred_at,
     message, receipt)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def dump_receipt(receipt: Receipt) -> str:
    """Return a receipt as the JSON that is stored."""
    return json.dumps(
        {
            "rule": receipt.rule,
            "version": receipt.version,
            "touches": receipt.touches,
            "lines": [[x.kind, x.day, x.touches, x.milli] for x in receipt.lines],
        },
        separators=(",", ":"),
    )


def load_receipt(text: str) -> Receipt:
    """Return the receipt that was stored."""
    raw = json.loads(text)
    return Receipt(
        rule=raw["rule"],
        version=raw["version"],
        touches=tuple(raw["touches"]),
        lines=tuple(
            Line(kind=ContentKind(kind), day=day, touches=touches, milli=milli)
            for kind, day, touches, milli in raw["lines"]
        ),
    )


def identities(transitions: Iterable[Transition]) -> set[Identity]:
    """Return what makes transitions the same ones."""
    return {_identity(moved) for moved in transitions}


def recorded(session: Session, model_id: int, lead_id: int) -> set[Identity]:
    """Return what makes the transitions that are recorded of a lead the same ones."""
    query = select(TransitionRow).where(
        TransitionRow.lead_id == lead_id,
        TransitionRow.model_id == model_id,
        TransitionRow.retracted_at.is_(None),
    )
    return {_stored(row) for row in session.scalars(query)}


def _identity(moved: Transition) -> Identity:
    return (moved.from_stage, moved.to_stage, *moved.order, dump_receipt(moved.receipt))


def _stored(row: TransitionRow) -> Identity:
    at = to_micros(row.occurred_at)
    return (row.from_stage, row.to_stage, at, bytes(row.message), row.receipt)
