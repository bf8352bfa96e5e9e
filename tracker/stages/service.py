"""Carry new touches into standings and transitions; refold where the past has changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import from_micros
from tracker.driver import fetch, fetch_in, remembered
from tracker.identity.models import VisitorEdge
from tracker.identity.service import Resolved, visitors_of
from tracker.stages import history
from tracker.stages.classify import Fold, classify
from tracker.stages.documents import default_document, parse
from tracker.stages.domain import Stage, StageModel, rank_of
from tracker.stages.models import StageModelRow, Term
from tracker.touches import service as log
from tracker.touches.domain import Order, Touch
from tracker.touches.models import TouchRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Classified:
    """Where a lead stands after its new touches, and whether its history changed on the way."""

    lead_id: int
    workspace_id: int
    is_known: bool
    stage: Stage | None
    has_moved: bool
    # When it last did something that counts; None if it never did.
    touched_at: datetime | None
    # Everything just appended is history (an import, a back-dated touch): nobody is to be called.
    is_history: bool


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


def followed(session: Session, workspace_id: int) -> tuple[tuple[int, StageModel], ...]:
    """Return the version that a workspace lives by, and after it one that is being replayed."""
    known: dict[int, tuple[tuple[int, StageModel], ...]] = remembered(session, "stages.followed")
    if workspace_id not in known:
        rows = fetch(session, _FOLLOWED, (workspace_id,))
        if not rows or not rows[0][3]:
            raise LookupError(f"workspace {workspace_id} has no stage model")
        known[workspace_id] = tuple(
            (model_id, parse(document, version=version)) for model_id, version, document, _ in rows
        )
    return known[workspace_id]


_FOLLOWED = """
/* stages.followed */
SELECT id, version, document, (published_at IS NOT NULL AND retired_at IS NULL) AS is_active
FROM stage_model
WHERE workspace_id = ?
  AND (published_at IS NOT NULL AND retired_at IS NULL OR work = 'replay')
ORDER BY is_active DESC
"""
_STATES = """
/* stages.states */
SELECT lead_id, state FROM standing WHERE model_id = ? AND lead_id IN ({})
"""


def reclassify(session: Session, leads: Sequence[Resolved], *, now: datetime) -> list[Classified]:
    """Bring leads up to date with their new touches and return where they stand.

    While a version is being replayed they are brought up to date under it too.
    """
    classified: list[Classified] = []
    for workspace_id in sorted({lead.workspace_id for lead in leads}):
        own = [lead for lead in leads if lead.workspace_id == workspace_id]
        live, *coming = followed(session, workspace_id)
        classified += _bring_all_up(session, own, live, now)
        for version in coming:
            _bring_all_up(session, own, version, now, is_coming=True)
    return classified


def _bring_all_up(
    session: Session,
    leads: Sequence[Resolved],
    version: tuple[int, StageModel],
    now: datetime,
    *,
    is_coming: bool = False,
) -> list[Classified]:
    model_id, model = version
    desk = history.Desk(session, leads[0].workspace_id, model_id=model_id, now=now)
    states = _states(session, model_id, [lead.lead_id for lead in leads])
    classified = []
    for lead in leads:
        state = states.get(lead.lead_id)
        if state is None and is_coming:
            # Its past may not have been replayed yet: its whole life is folded at once.
            lead = replace(lead, must_refold=True)
        classified.append(_bring_up(desk, model, lead, state or Fold()))
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
    version: tuple[int, StageModel],
    lead_ids: Sequence[int],
    now: datetime,
) -> Moved:
    model_id, model = version
    desk = history.Desk(session, workspace_id, model_id=model_id, now=now)
    moved = Moved()
    states = _states(session, model_id, lead_ids)
    for lead_id in lead_ids:
        before = rank_of(states[lead_id].stage if lead_id in states else None)
        after = rank_of(_refold(desk, model, lead_id, None).stage)
        moved += Moved(leads=1, up=after > before, down=after < before)
    desk.write()
    return moved


def differences(
    session: Session, workspace_id: int, lead_ids: Iterable[int]
) -> list[tuple[int, str]]:
    """Return where standings and transitions are not what the touches say."""
    model_id, model = active(session, workspace_id)
    wanted = sorted(set(lead_ids))
    states = _states(session, model_id, wanted)
    found: list[tuple[int, str]] = []
    for lead_id in wanted:
        touches = log.of_visitors(session, visitors_of(session, lead_id))
        state = Fold()
        transitions = classify(model, state, [t for t in touches if t.counts])
        if states.get(lead_id, Fold()).dumps() != state.dumps():
            found.append((lead_id, "the standing is not what the touches say"))
        if history.recorded(session, model_id, lead_id) != history.identities(transitions):
            found.append((lead_id, "the transitions are not what the touches say"))
    return found


def leads_touching(session: Session, content_id: int) -> list[int]:
    """Return the leads that touched an item of the catalogue."""
    query = (
        select(VisitorEdge.lead_id)
        .join(TouchRow, TouchRow.visitor_id == VisitorEdge.visitor_id)
        .where(TouchRow.content_id == content_id)
        .distinct()
    )
    return list(session.scalars(query))


def _states(session: Session, model_id: int, lead_ids: Iterable[int]) -> dict[int, Fold]:
    known: dict[int, Fold] = remembered(session, history.STATES, model_id)
    wanted = list(lead_ids)
    found = {lead_id: known[lead_id] for lead_id in wanted if lead_id in known}
    unknown = [lead_id for lead_id in wanted if lead_id not in found]
    rows = fetch_in(session, _STATES, unknown, before=(model_id,))
    return found | {lead_id: Fold.loads(state) for lead_id, state in rows}


def _bring_up(desk: history.Desk, model: StageModel, lead: Resolved, state: Fold) -> Classified:
    counted = sorted((t for t in lead.touches if t.counts), key=lambda t: t.order)
    has_moved = lead.must_refold
    if lead.must_refold:
        state = _refold(desk, model, lead.lead_id, None)
    elif counted:
        state, has_moved = _advance(desk, model, lead.lead_id, counted, state)
    return Classified(
        lead_id=lead.lead_id,
        workspace_id=lead.workspace_id,
        is_known=lead.is_known,
        stage=state.stage,
        has_moved=has_moved,
        touched_at=from_micros(state.order[0]) if state.order else None,
        is_history=all(touch.is_back_dated for touch in lead.touches),
    )


def _advance(
    desk: history.Desk,
    model: StageModel,
    lead_id: int,
    counted: Sequence[Touch],
    state: Fold,
) -> tuple[Fold, bool]:
    is_new = state.order is None
    if state.order is not None and counted[0].order < state.order:
        # It came late: everything after its place may read differently now.
        return _refold(desk, model, lead_id, counted[0].order), True
    transitions = desk.fold(lead_id, model, state, counted)
    desk.stand(lead_id, model, state)
    desk.record(lead_id, transitions)
    return state, bool(transitions) or is_new


def _refold(desk: history.Desk, model: StageModel, lead_id: int, since: Order | None) -> Fold:
    """Fold again from the last checkpoint before a place in the lead's order."""
    state, after = desk.rewind(lead_id, since)
    touches = log.of_visitors(desk.session, visitors_of(desk.session, lead_id), after=after)
    transitions = desk.fold(lead_id, model, state, [t for t in touches if t.counts])
    desk.stand(lead_id, model, state)
    desk.correct(lead_id, transitions, after=after)
    return state
