"""Write standings, checkpoints and transitions; what is wrong is retracted, never deleted."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from tracker.db import from_micros
from tracker.stages.classify import DAY, Fold, Line, Receipt, Transition, score_lines
from tracker.stages.domain import StageModel
from tracker.stages.models import Checkpoint, Standing, TransitionRow
from tracker.touches.domain import ContentKind, Order

CHECKPOINT_EVERY = 256


class Desk:
    """The papers of one workspace under one model, gathered for a batch and written at once."""

    def __init__(
        self, session: Session, workspace_id: int, *, model_id: int, now: datetime
    ) -> None:
        self.session = session
        self.workspace_id = workspace_id
        self.model_id = model_id
        self.now = now
        self._new_standings: list[dict[str, Any]] = []
        self._transitions: list[dict[str, Any]] = []
        self._checkpoints: list[dict[str, Any]] = []
        self._changed: list[dict[str, Any]] = []

    def stand(
        self, lead_id: int, model: StageModel, state: Fold, standing: Standing | None
    ) -> None:
        """Note where a lead stands; without any touch it stands nowhere."""
        if state.order is None:
            if standing is not None:
                self.session.delete(standing)
            return
        row = self._row(lead_id, model, state)
        (self._new_standings if standing is None else self._changed).append(row)

    def record(self, lead_id: int, transitions: Sequence[Transition]) -> None:
        """Note new transitions."""
        self._transitions += [self._transition(lead_id, moved) for moved in transitions]

    def correct(
        self, lead_id: int, transitions: Sequence[Transition], *, after: Order | None
    ) -> None:
        """Retract what is recorded after a place and no longer holds; note what is new."""
        wanted = {_identity(self._transition(lead_id, moved)): moved for moved in transitions}
        gone = []
        for row in self._recorded(lead_id, after):
            stored = _identity(vars(row))
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
            self._checkpoints.append(
                {
                    "workspace_id": self.workspace_id,
                    "lead_id": lead_id,
                    "model_id": self.model_id,
                    "touched_at": from_micros(state.order[0]),
                    "message": state.order[1],
                    "state": state.dumps(),
                }
            )

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
        for model, rows in (
            (Standing, self._new_standings),
            (Checkpoint, self._checkpoints),
            (TransitionRow, self._transitions),
        ):
            if rows:
                self.session.execute(insert(model), rows)
        if self._changed:
            self.session.execute(update(Standing), self._changed)
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

    def _row(self, lead_id: int, model: StageModel, state: Fold) -> dict[str, Any]:
        if state.order is None:
            raise ValueError("a lead without a touch stands nowhere")
        lines = score_lines(model, state, day=state.order[0] // DAY)
        return {
            "workspace_id": self.workspace_id,
            "lead_id": lead_id,
            "model_id": self.model_id,
            "stage": state.stage,
            "score": sum(line.milli for line in lines),
            "entered_at": from_micros(state.entered_at) if state.stage else None,
            "first_touch_at": from_micros(state.first_at),
            "first_source_id": state.first_source,
            "last_touch_at": from_micros(state.order[0]),
            "last_message": state.order[1],
            "touch_count": state.count,
            "state": state.dumps(),
        }

    def _transition(self, lead_id: int, moved: Transition) -> dict[str, Any]:
        return {
            "workspace_id": self.workspace_id,
            "lead_id": lead_id,
            "model_id": self.model_id,
            "from_stage": moved.from_stage,
            "to_stage": moved.to_stage,
            "occurred_at": from_micros(moved.order[0]),
            "message": moved.order[1],
            "recorded_at": self.now,
            "receipt": dump_receipt(moved.receipt),
        }


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


def _identity(row: Any) -> tuple[Any, ...]:
    """Return what makes two transitions the same one."""
    return tuple(
        row[name] for name in ("from_stage", "to_stage", "occurred_at", "message", "receipt")
    )
