"""What a planned classing would do: how many touches and leads it is about, and who would move.

The leads are folded as if, some at a time and the rest when asked again; nothing is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db import to_micros
from tracker.driver import chunks, fetch_in
from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.identity.models import VisitorEdge
from tracker.stages import overrides, versions
from tracker.stages import service as stages
from tracker.stages.classify import classify
from tracker.stages.domain import Override, Stage, StageModel, rank_of
from tracker.stages.dues import catch_up
from tracker.stages.fold import Fold
from tracker.touches import classing
from tracker.touches.classing import Change
from tracker.touches.domain import ContentKind, Counted
from tracker.touches.models import TouchRow

# Leads folded in one answer: a second at most.
LEADS = 1000

# What keys would be: their item and its kind.
AsIf = Mapping[int, tuple[int, ContentKind]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """How much a plan is about."""

    keys: int
    touches: int
    leads: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """What would become of some leads; `next` is where the rest begins, None at the end."""

    leads: int
    up: int
    down: int
    offers: int
    next: int | None


def scale(session: Session, changes: Sequence[Change]) -> Scale:
    """Return how much a plan is about."""
    as_if = classing.seen(session, changes)
    return Scale(
        keys=len(changes),
        touches=_touches(session, as_if),
        leads=len(_leads(session, as_if)),
    )


def weigh(
    session: Session,
    workspace_id: int,
    changes: Sequence[Change],
    *,
    now: datetime,
    after: int = 0,
) -> Weighed:
    """Return what would become of the next leads that a plan is about."""
    as_if = classing.seen(session, changes)
    rest = sorted(lead for lead in _leads(session, as_if) if lead > after)
    part = rest[:LEADS]
    down, up, lost = _moved(session, workspace_id, part, as_if, now)
    return Weighed(
        leads=len(part),
        up=up,
        down=down,
        offers=_open_offers(session, lost),
        next=part[-1] if len(rest) > len(part) else None,
    )


def _touches(session: Session, as_if: AsIf) -> int:
    number = func.count(TouchRow.id)
    return sum(
        session.scalar(select(number).where(TouchRow.content_id.in_(part))) or 0
        for part in chunks(sorted(as_if))
    )


def _leads(session: Session, as_if: AsIf) -> set[int]:
    found: set[int] = set()
    for part in chunks(sorted(as_if)):
        query = (
            select(VisitorEdge.lead_id)
            .join(TouchRow, TouchRow.visitor_id == VisitorEdge.visitor_id)
            .where(TouchRow.content_id.in_(part))
        )
        found.update(session.scalars(query.distinct()))
    return found


def _moved(
    session: Session, workspace_id: int, leads: Sequence[int], as_if: AsIf, now: datetime
) -> tuple[int, int, list[int]]:
    _model_id, model = stages.active(session, workspace_id)
    down, up, lost = 0, 0, []
    lives = versions.touches_of(session, leads)
    schedules = overrides.schedules(session, leads)
    keys = _keys(session, [touch for life in lives.values() for touch in life], as_if)
    for lead_id, touches in lives.items():
        told = [_as_if(touch, keys, as_if) for touch in touches]
        own = schedules.get(lead_id, ())
        before, after = (_stage(model, own, life, now) for life in (touches, told))
        up += rank_of(after) > rank_of(before)
        down += rank_of(after) < rank_of(before)
        if before is Stage.BOFU and after is not Stage.BOFU:
            lost.append(lead_id)
    return down, up, lost


def _stage(
    model: StageModel, own: Sequence[Override], touches: Sequence[Counted], now: datetime
) -> Stage | None:
    state = Fold()
    state.take(own)
    classify(model, state, touches)
    if touches:
        catch_up(model, state, until=to_micros(now))
    return state.stage


_KEYS = """
/* weighing.keys */
SELECT id, content_id FROM touch WHERE id IN ({})
"""


def _keys(session: Session, touches: Sequence[Counted], as_if: AsIf) -> dict[int, int]:
    rows = fetch_in(session, _KEYS, [touch.id for touch in touches])
    return {touch_id: key for touch_id, key in rows if key in as_if}


def _as_if(touch: Counted, keys: Mapping[int, int], as_if: AsIf) -> Counted:
    if touch.id not in keys:
        return touch
    item_id, kind = as_if[keys[touch.id]]
    return touch._replace(content_id=item_id, kind=kind)


def _open_offers(session: Session, leads: Sequence[int]) -> int:
    query = select(func.count(Handoff.id)).where(Handoff.status == HandoffStatus.OFFERED)
    return sum(session.scalar(query.where(Handoff.lead_id.in_(p))) or 0 for p in chunks(leads))
