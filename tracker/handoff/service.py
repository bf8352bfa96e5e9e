"""Offer leads to sales, and record how sales answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session, joinedload

from tracker.collector.text import clean
from tracker.driver import chunks
from tracker.errors import Conflict, NotFound
from tracker.handoff.domain import (
    Agreement,
    HandoffStatus,
    Readiness,
    RejectReason,
    check_reason,
    due_at,
    is_fresh,
    is_ready,
    settle,
)
from tracker.handoff.models import AgreementRow, Handoff
from tracker.handoff.newcomers import identified
from tracker.stages.domain import Stage
from tracker.stages.models import StageModelRow, TransitionRow
from tracker.stages.service import Classified
from tracker.workspaces.models import User

NOTE = 2000
_IS_OPEN = Handoff.status == HandoffStatus.OFFERED


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What sales says to an offer, and who says it."""

    verdict: HandoffStatus
    by: int | None
    reason: RejectReason | None = None
    note: str = ""


def offer_ready(session: Session, leads: Sequence[Classified], *, now: datetime) -> list[Handoff]:
    """Offer every lead that is ready because of what it just did."""
    candidates = [lead for lead in leads if _may_be_ready(lead, now)]
    enough = identified(session, [lead.lead_id for lead in candidates])
    candidates = [lead for lead in candidates if lead.lead_id in enough]
    past = _past(session, [lead.lead_id for lead in candidates])
    offered = []
    for lead in candidates:
        if is_ready(_readiness(lead, past.get(lead.lead_id, []), now)):
            offered.append(offer(session, lead.workspace_id, lead.lead_id, now=now))
    session.flush()
    return offered


def offer(session: Session, workspace_id: int, lead_id: int, *, now: datetime) -> Handoff:
    """Offer one lead to sales; the clock starts now."""
    handoff = Handoff(
        workspace_id=workspace_id,
        lead_id=lead_id,
        original_lead_id=lead_id,
        transition_id=_latest_transition(session, workspace_id, lead_id),
        offered_at=now,
        due_at=due_at(now, agreement(session, workspace_id)),
    )
    session.add(handoff)
    session.flush()
    return handoff


def get(session: Session, workspace_id: int, code: str) -> Handoff:
    """Return the handoff with a code."""
    query = select(Handoff).where(Handoff.workspace_id == workspace_id, Handoff.code == code)
    handoff = session.scalar(query.options(joinedload(Handoff.lead)))
    if handoff is None:
        raise NotFound("there is no such handoff")
    return handoff


def queue(session: Session, workspace_id: int) -> list[Handoff]:
    """Return what is waiting for sales, the most urgent first."""
    query = _open(workspace_id).options(joinedload(Handoff.lead))
    return list(session.scalars(query.order_by(Handoff.due_at, Handoff.id)))


def open_count(session: Session, workspace_id: int) -> int:
    """Return how many offers wait for an answer."""
    query = select(func.count()).select_from(_open(workspace_id).subquery())
    return session.scalar(query) or 0


def claim(session: Session, workspace_id: int, code: str, *, by: int, now: datetime) -> Handoff:
    """Take an open offer for oneself before answering it; the first one gets it."""
    handoff = get(session, workspace_id, code)
    query = (
        update(Handoff)
        .where(Handoff.id == handoff.id, _is_open_to(by))
        .values(claimed_by_id=by, claimed_at=now)
        .returning(Handoff.id)
    )
    if session.scalar(query) is None:
        _refuse(session, handoff)
    session.refresh(handoff)
    return handoff


def release(session: Session, workspace_id: int, code: str, *, by: int | None) -> Handoff:
    """Put a claimed offer back into the queue; by nobody in particular, whoever claimed it."""
    handoff = get(session, workspace_id, code)
    query = (
        update(Handoff)
        .where(
            Handoff.id == handoff.id,
            Handoff.status == HandoffStatus.OFFERED,
            Handoff.claimed_by_id.is_not(None) if by is None else Handoff.claimed_by_id == by,
        )
        .values(claimed_by_id=None, claimed_at=None)
        .returning(Handoff.id)
    )
    is_done = session.scalar(query) is not None
    session.refresh(handoff)
    if not is_done:
        settle(handoff.status, HandoffStatus.ACCEPTED)
        raise Conflict("you have not claimed this lead")
    return handoff


def answer(
    session: Session, workspace_id: int, code: str, *, answer: Answer, now: datetime
) -> Handoff:
    """Record sales' verdict on an open handoff; of many at once exactly one succeeds."""
    check_reason(answer.verdict, answer.reason)
    handoff = get(session, workspace_id, code)
    _settle(session, handoff, answer.verdict, where=_is_open_to(answer.by), now=now)
    handoff.settled_by_id = answer.by
    handoff.reason = answer.reason
    handoff.note = clean(answer.note, NOTE)
    if answer.verdict is HandoffStatus.REJECTED:
        handoff.recycled_until = now + agreement(session, workspace_id).recycle
    session.flush()
    return handoff


def expire_overdue(session: Session, *, now: datetime) -> list[Handoff]:
    """Expire every open handoff past its deadline, in every workspace."""
    overdue = select(Handoff).where(Handoff.status == HandoffStatus.OFFERED, Handoff.due_at < now)
    expired = []
    for handoff in session.scalars(overdue.order_by(Handoff.id)):
        _settle(session, handoff, HandoffStatus.EXPIRED, where=_IS_OPEN, now=now)
        expired.append(handoff)
    return expired


def agreement(session: Session, workspace_id: int) -> Agreement:
    """Return what marketing and sales of a workspace have promised each other."""
    query = select(AgreementRow).where(AgreementRow.workspace_id == workspace_id)
    row = session.scalar(query)
    if row is None:
        return Agreement()
    return Agreement(
        time_to_answer=timedelta(hours=row.hours_to_answer),
        recycle=timedelta(days=row.recycle_days),
    )


def of_lead(session: Session, workspace_id: int, lead_id: int) -> list[Handoff]:
    """Return every handoff of a lead, the oldest first."""
    query = select(Handoff).where(Handoff.workspace_id == workspace_id, Handoff.lead_id == lead_id)
    return list(session.scalars(query.order_by(Handoff.offered_at)))


def _open(workspace_id: int) -> Select[Handoff]:
    return select(Handoff).where(
        Handoff.workspace_id == workspace_id, Handoff.status == HandoffStatus.OFFERED
    )


def _settle(
    session: Session,
    handoff: Handoff,
    outcome: HandoffStatus,
    *,
    where: ColumnElement[bool],
    now: datetime,
) -> None:
    settle(handoff.status, outcome)
    # Only one of several transactions finds the row still open to it.
    query = (
        update(Handoff)
        .where(Handoff.id == handoff.id, where)
        .values(status=outcome, settled_at=now)
        .returning(Handoff.id)
    )
    if session.scalar(query) is None:
        _refuse(session, handoff)
    session.refresh(handoff)


def _is_open_to(by: int | None) -> ColumnElement[bool]:
    # A program is nobody in particular: what somebody has claimed is not its to answer.
    is_free = Handoff.claimed_by_id.is_(None)
    return _IS_OPEN & (is_free if by is None else is_free | (Handoff.claimed_by_id == by))


def _refuse(session: Session, handoff: Handoff) -> NoReturn:
    session.refresh(handoff)
    settle(handoff.status, HandoffStatus.ACCEPTED)
    owner = session.get(User, handoff.claimed_by_id)
    who = owner.name if owner is not None else "somebody else"
    raise Conflict(f"{who} has claimed this lead")


def _may_be_ready(lead: Classified, now: datetime) -> bool:
    is_there = lead.stage is Stage.BOFU and lead.is_known and not lead.is_history
    return is_there and is_ready(_readiness(lead, (), now))


def _readiness(lead: Classified, past: Sequence[Handoff], now: datetime) -> Readiness:
    return Readiness(
        stage=lead.stage,
        is_identified=lead.is_known,
        is_fresh=lead.touched_at is not None and is_fresh(lead.touched_at, now=now),
        has_open_handoff=any(h.status is HandoffStatus.OFFERED for h in past),
        was_accepted=any(h.status is HandoffStatus.ACCEPTED for h in past),
        is_cooling_off=any(h.recycled_until and h.recycled_until > now for h in past),
    )


def _past(session: Session, lead_ids: Sequence[int]) -> dict[int, list[Handoff]]:
    past: dict[int, list[Handoff]] = {}
    for part in chunks(lead_ids):
        for handoff in session.scalars(select(Handoff).where(Handoff.lead_id.in_(part))):
            past.setdefault(handoff.lead_id, []).append(handoff)
    return past


def _latest_transition(session: Session, workspace_id: int, lead_id: int) -> int | None:
    query = (
        select(TransitionRow.id)
        .join(StageModelRow, StageModelRow.id == TransitionRow.model_id)
        .where(
            TransitionRow.workspace_id == workspace_id,
            TransitionRow.lead_id == lead_id,
            TransitionRow.retracted_at.is_(None),
            # Who goes dormant or awakes stays where it is.
            TransitionRow.from_stage.is_distinct_from(TransitionRow.to_stage),
            # Other versions of the rules have a history of their own.
            StageModelRow.published_at.is_not(None),
            StageModelRow.retired_at.is_(None),
        )
        .order_by(TransitionRow.occurred_at.desc(), TransitionRow.id.desc())
    )
    return session.scalars(query).first()
