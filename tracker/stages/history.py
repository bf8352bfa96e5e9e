"""Write standings, checkpoints and transitions; what is wrong is retracted, never deleted."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from tracker.db import from_micros, to_micros
from tracker.driver import Row, insert_many, remembered
from tracker.identity.service import visitors_of
from tracker.stages import overrides, standings
from tracker.stages.classify import Told, classify
from tracker.stages.domain import Cause, Override, Stage, StageModel
from tracker.stages.dues import catch_up, may_come_sooner, next_due
from tracker.stages.fold import Fold, Transition
from tracker.stages.models import Checkpoint, TransitionRow
from tracker.stages.receipts import dump_receipt
from tracker.stages.standings import Indexed
from tracker.touches import service as log
from tracker.touches.domain import Order

CHECKPOINT_EVERY = 256
# The name under which the states of hot leads are known by heart.
STATES = "stages.states"
_INDEXED = "stages.indexed"

# The number of a version, and its rules.
Followed = tuple[int, StageModel]
# What makes two transitions the same one.
Identity = tuple[Stage | None, Stage | None, int, bytes, Cause, str]


class Desk:
    """The papers of one workspace under one model, gathered for a batch and written at once."""

    def __init__(
        self, session: Session, workspace_id: int, version: Followed, *, now: datetime
    ) -> None:
        self.session = session
        self.workspace_id = workspace_id
        self.model_id, self.model = version
        self.now, self._now = now, to_micros(now)
        self._states: dict[int, Fold] = remembered(session, STATES, self.model_id)
        self._indexed: dict[int, Indexed] = remembered(session, _INDEXED, self.model_id)
        self._schedules: dict[int, Sequence[Override]] = {}
        self._standings: list[Row] = []
        self._further: list[Row] = []
        self._nowhere: list[int] = []
        self._transitions: list[Row] = []
        self._checkpoints: list[Row] = []

    def states(self, lead_ids: Iterable[int]) -> dict[int, Fold]:
        """Return how far the fold has come with leads that stand somewhere."""
        wanted = list(lead_ids)
        found = {lead_id: self._states[lead_id] for lead_id in wanted if lead_id in self._states}
        unknown = [lead_id for lead_id in wanted if lead_id not in found]
        read = standings.read(self.session, self.model_id, unknown)
        for lead_id, (state, place) in read.items():
            found[lead_id], self._indexed[lead_id] = state, place
        return found

    def prepare(self, lead_ids: Iterable[int]) -> None:
        """Read at once what was set by hand for leads that are folded from their beginning."""
        wanted = list(lead_ids)
        found = overrides.schedules(self.session, wanted)
        self._schedules |= {lead_id: found.get(lead_id, ()) for lead_id in wanted}

    def begin(self, lead_id: int) -> Fold:
        """Return the state before the first touch of a lead."""
        state = Fold()
        state.take(self._schedule(lead_id))
        return state

    def advance(self, lead_id: int, state: Fold, touches: Sequence[Told]) -> list[Transition]:
        """Fold on from where a lead stands, up to now."""
        transitions = self.fold(lead_id, state, touches)
        self.stand(lead_id, state)
        self.record(lead_id, transitions)
        return transitions

    def refold(self, lead_id: int, since: Order | None) -> Fold:
        """Fold again from the last checkpoint before a place in the lead's order."""
        state, after = self.rewind(lead_id, since)
        visitors = visitors_of(self.session, lead_id)
        touches = log.of_visitors(self.session, visitors, after=after)
        transitions = self.fold(lead_id, state, [t for t in touches if t.counts])
        self.stand(lead_id, state)
        self.correct(lead_id, transitions, after=after)
        return state

    def stand(self, lead_id: int, state: Fold) -> None:
        """Note where a lead stands; without any touch it stands nowhere."""
        if state.order is None:
            self._states.pop(lead_id, None)
            self._indexed.pop(lead_id, None)
            self._nowhere.append(lead_id)
        else:
            # Put in anew, so that those who come often are not forgotten first.
            self._states.pop(lead_id, None)
            self._states[lead_id] = state
            if state.due_by is None or may_come_sooner(self.model, state):
                due = next_due(self.model, state)
                if state.due_by is None or (due is not None and due < state.due_by):
                    state.due_by = due
            # Most touches change nothing by which a standing is found.
            place = standings.indexed(state)
            rows = self._further if self._indexed.get(lead_id) == place else self._standings
            self._indexed[lead_id] = place
            rows.append(
                standings.row_of(
                    self.model, state, place, (self.workspace_id, lead_id, self.model_id)
                )
            )

    def record(self, lead_id: int, transitions: Sequence[Transition]) -> None:
        """Note new transitions."""
        if transitions:
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
                (self.workspace_id, lead_id, self.model_id, at, message,
                 state.dumps(is_checkpoint=True))
            )  # fmt: skip

    def fold(self, lead_id: int, state: Fold, touches: Sequence[Told]) -> list[Transition]:
        """Fold touches that count into the state, up to now, with a checkpoint every so often."""
        transitions: list[Transition] = []
        done = 0
        while done < len(touches):
            room = CHECKPOINT_EVERY - state.count % CHECKPOINT_EVERY
            transitions += classify(self.model, state, touches[done : done + room])
            done += room
            if state.count % CHECKPOINT_EVERY == 0:
                self.checkpoint(lead_id, state)
        if state.order is not None:
            transitions += catch_up(self.model, state, until=self._now)
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
        if kept is not None:
            stale = stale.where(place > (kept.touched_at, kept.message))
        self.session.execute(stale)
        state = Fold() if kept is None else Fold.loads(kept.state)
        state.take(self._schedule(lead_id))
        return state, state.order

    def write(self) -> None:
        """Write everything that was noted."""
        standings.write(self.session, self._standings, are_indexed=False)
        standings.write(self.session, self._further, are_indexed=True)
        standings.remove(self.session, self.model_id, self._nowhere)
        insert_many(self.session, _CHECKPOINT, self._checkpoints, types=_OF_CHECKPOINT)
        insert_many(self.session, _TRANSITION, self._transitions, types=_OF_TRANSITION)
        self.session.flush()

    def _schedule(self, lead_id: int) -> Sequence[Override]:
        if lead_id not in self._schedules:
            self.prepare([lead_id])
        return self._schedules[lead_id]

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

    def _transition(self, lead_id: int, moved: Transition) -> Row:
        return (
            self.workspace_id,
            lead_id,
            self.model_id,
            self._now,
            *_identity(moved),
        )


_CHECKPOINT = """
/* stages.checkpoint */
INSERT INTO standing_checkpoint (workspace_id, lead_id, model_id, touched_at, message, state) {}
"""
_OF_CHECKPOINT = "bigint bigint bigint bigint bytea text"
_TRANSITION = """
/* stages.transition */
INSERT INTO transition
    (workspace_id, lead_id, model_id, recorded_at, from_stage, to_stage, occurred_at,
     message, cause, receipt)
{}
"""
_OF_TRANSITION = "bigint bigint bigint bigint text text bigint bytea text text"


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
    why = dump_receipt(moved.receipt)
    return (moved.from_stage, moved.to_stage, *moved.order, moved.cause, why)


def _stored(row: TransitionRow) -> Identity:
    at = to_micros(row.occurred_at)
    return (row.from_stage, row.to_stage, at, bytes(row.message), row.cause, row.receipt)
