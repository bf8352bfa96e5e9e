"""Carry new touches into standings and transitions; refold where the past has changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy.orm import Session

from tracker.db import from_micros, to_micros
from tracker.driver import fetch, remembered
from tracker.identity.service import Resolved, visitors_of
from tracker.stages import history
from tracker.stages.documents import default_document, parse
from tracker.stages.domain import Stage, StageModel, rank_of
from tracker.stages.dues import catch_up
from tracker.stages.fold import Fold
from tracker.stages.models import StageModelRow, Term
from tracker.touches import service as log
from tracker.touches.domain import Touch


class Classified(NamedTuple):
    """Where a lead stands after its new touches, and whether its history changed on the way."""

    lead_id: int
    workspace_id: int
    is_known: bool
    stage: Stage | None
    has_moved: bool
    # When it last did something that counts, in microseconds; None if it never did.
    touched: int | None
    # Everything just appended is history (an import, a back-dated touch): nobody is to be called.
    is_history: bool = False
    # It may have stood at the bottom before, and does no longer.
    has_left_bottom: bool = False

    @property
    def touched_at(self) -> datetime | None:
        """Return when it last did something that counts."""
        return None if self.touched is None else from_micros(self.touched)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """How many leads a refold looked at, and how many stand higher or lower for it."""

    leads: int = 0
    up: int = 0
    down: int = 0

    def __add__(self, other: "Moved") -> "Moved":
        return Moved(
            leads=self.leads + other.leads, up=self.up + other.up, down=self.down + other.down
        )


def install_default(session: Session, workspace_id: int, *, now: datetime) -> StageModelRow:
    """Publish the default model as a workspace's first version."""
    row = StageModelRow(
        workspace_id=workspace_id, version=1, document=default_document(), published_at=now
    )
    session.add(row)
    session.flush()
    session.add(Term(workspace_id=workspace_id, model_id=row.id, began_at=now))
    session.flush()
    return row


def active(session: Session, workspace_id: int) -> tuple[int, StageModel]:
    """Return the id and the rules of the version that a workspace lives by."""
    return followed(session, workspace_id)[0]


def followed(session: Session, workspace_id: int) -> tuple[history.Followed, ...]:
    """Return the version that a workspace lives by, and after it one that is being replayed."""
    return _book(session, workspace_id)[0]


def _book(session: Session, workspace_id: int) -> tuple[tuple[history.Followed, ...], bool]:
    """Return the versions that are followed, and whether anybody ever set a stage by hand."""
    known: dict[int, tuple[tuple[history.Followed, ...], bool]] = remembered(
        session, "stages.followed"
    )
    if workspace_id not in known:
        rows = fetch(session, _FOLLOWED, (workspace_id,))
        if not rows or not rows[0][4]:
            raise LookupError(f"workspace {workspace_id} has no stage model")
        versions = tuple(
            (model_id, parse(document, version=version, items=items))
            for model_id, version, document, items, *_ in rows
        )
        known[workspace_id] = versions, bool(rows[0][5])
    return known[workspace_id]


_FOLLOWED = """
/* stages.followed */
SELECT id, version, document, items,
       (published_at IS NOT NULL AND retired_at IS NULL) AS is_active,
       EXISTS (SELECT 1 FROM stage_override o WHERE o.workspace_id = m.workspace_id)
FROM stage_model m
WHERE workspace_id = ?
  AND (published_at IS NOT NULL AND retired_at IS NULL OR work = 'replay')
ORDER BY is_active DESC
"""


def reclassify(session: Session, leads: Sequence[Resolved], *, now: datetime) -> list[Classified]:
    """Bring leads up to date with their new touches and return where they stand.

    While a version is being replayed they are brought up to date under it too.
    """
    classified: list[Classified] = []
    for workspace_id in sorted({lead.workspace_id for lead in leads}):
        own = [lead for lead in leads if lead.workspace_id == workspace_id]
        (live, *coming), is_overridden = _book(session, workspace_id)
        classified += _bring_all_up(session, own, live, now, is_overridden=is_overridden)
        for version in coming:
            _bring_all_up(session, own, version, now, is_coming=True)
    return classified


def _bring_all_up(
    session: Session,
    leads: Sequence[Resolved],
    version: history.Followed,
    now: datetime,
    *,
    is_coming: bool = False,
    is_overridden: bool = False,
) -> list[Classified]:
    desk = history.Desk(session, leads[0].workspace_id, version, now=now)
    states = desk.states(lead.lead_id for lead in leads)
    if is_overridden:
        desk.prepare(lead.lead_id for lead in leads if lead.lead_id not in states)
    classified = []
    for lead in leads:
        state = states.get(lead.lead_id)
        # Nobody can go on from nothing, nor from a past that may not have been replayed yet.
        if is_coming if state is None else state.order is None:
            lead = lead._replace(must_refold=True)
        if state is None:
            state = desk.begin(lead.lead_id) if is_overridden else Fold()
        classified.append(_bring_up(desk, lead, state))
    desk.write()
    return classified


def refold(session: Session, workspace_id: int, lead_ids: Iterable[int], *, now: datetime) -> Moved:
    """Fold leads again from their first touch: their touches have changed."""
    wanted = sorted(set(lead_ids))
    live, *coming = followed(session, workspace_id)
    for version in coming:
        _refold_under(session, workspace_id, version, wanted, now)
    return _refold_under(session, workspace_id, live, wanted, now)


def _refold_under(
    session: Session,
    workspace_id: int,
    version: history.Followed,
    lead_ids: Sequence[int],
    now: datetime,
) -> Moved:
    desk = history.Desk(session, workspace_id, version, now=now)
    desk.prepare(lead_ids)
    moved = Moved()
    states = desk.states(lead_ids)
    for lead_id in lead_ids:
        before = rank_of(states[lead_id].stage if lead_id in states else None)
        after = rank_of(desk.refold(lead_id, None).stage)
        moved += Moved(leads=1, up=after > before, down=after < before)
    desk.write()
    return moved


def differences(
    session: Session, workspace_id: int, lead_ids: Iterable[int], *, now: datetime
) -> list[tuple[int, str]]:
    """Return where standings and transitions are not what the touches say.

    What has fallen due by now and only waits for its turn is no difference.
    """
    wanted = sorted(set(lead_ids))
    model_id, model = version = active(session, workspace_id)
    desk = history.Desk(session, workspace_id, version, now=now)
    desk.prepare(wanted)
    states = desk.states(wanted)
    found: list[tuple[int, str]] = []
    for lead_id in wanted:
        stored = states.get(lead_id, Fold())
        waiting = catch_up(model, stored, until=to_micros(now))
        touches = log.of_visitors(session, visitors_of(session, lead_id))
        state = desk.begin(lead_id)
        transitions = desk.fold(lead_id, state, [t for t in touches if t.counts])
        told = history.recorded(session, model_id, lead_id) | history.identities(waiting)
        if stored.dumps() != (state if state.order else Fold()).dumps():
            found.append((lead_id, "the standing is not what the touches say"))
        if told != history.identities(transitions):
            found.append((lead_id, "the transitions are not what the touches say"))
    return found


def _bring_up(desk: history.Desk, lead: Resolved, state: Fold) -> Classified:
    touches = lead.touches
    counted = [touch for touch in touches if touch.counts]
    before, has_moved = state.stage, lead.must_refold
    if lead.must_refold:
        state = desk.refold(lead.lead_id, None)
    elif counted:
        if len(counted) > 1:
            counted.sort(key=_ORDER)
        state, has_moved = _advance(desk, lead.lead_id, counted, state)
    stage = state.stage
    return Classified(
        lead.lead_id,
        lead.workspace_id,
        lead.is_known,
        stage,
        has_moved,
        state.order[0] if state.order else None,
        all([touch.is_back_dated for touch in touches]),
        stage is not Stage.BOFU and (lead.must_refold or before is Stage.BOFU),
    )


_ORDER = attrgetter("order")


def _advance(
    desk: history.Desk, lead_id: int, counted: Sequence[Touch], state: Fold
) -> tuple[Fold, bool]:
    is_new = state.order is None
    if state.is_past(counted[0].order):
        # It came late: everything after its place may read differently now.
        return desk.refold(lead_id, counted[0].order), True
    return state, bool(desk.advance(lead_id, state, counted)) or is_new
