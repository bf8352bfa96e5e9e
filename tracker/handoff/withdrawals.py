"""Withdraw open offers, remember why, and open again those that a merge alone had ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, aliased

from tracker.driver import chunks
from tracker.handoff.domain import HandoffStatus, WithdrawReason
from tracker.handoff.models import Handoff
from tracker.handoff.newcomers import may_be_offered
from tracker.identity.models import Lead, Merge
from tracker.stages import service as stages
from tracker.stages.domain import Cause, Stage
from tracker.stages.models import Standing, TransitionRow

_LEFT_BY = {
    Cause.RULE: WithdrawReason.RULE,
    Cause.DECAY: WithdrawReason.DECAY,
    Cause.OVERRIDE: WithdrawReason.BY_HAND,
    Cause.OVERRIDE_ENDED: WithdrawReason.HAND_ENDED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """Why offers are withdrawn: for another offer, by a merge or its undoing, by a version."""

    reason: WithdrawReason
    first: Handoff | None = None
    merge: Merge | None = None
    version: int | None = None


def because_of(merge: Merge) -> Why:
    """Return that offers end because two leads are one now, or are two again."""
    parted = merge.undone_at is not None
    reason = WithdrawReason.PARTED if parted else WithdrawReason.MERGED
    return Why(reason=reason, merge=merge)


def groundless(
    session: Session,
    workspace_id: int,
    lead_ids: Iterable[int],
    *,
    now: datetime,
    why: Why | None = None,
) -> list[Handoff]:
    """Withdraw the open offers of leads that no longer stand at the bottom.

    Unless it is said why, the last change of each lead's stage says it.
    """
    model_id, _ = stages.active(session, workspace_id)
    there = (Standing.lead_id == Handoff.lead_id) & (Standing.model_id == model_id)
    query = select(Handoff).outerjoin(Standing, there)
    query = query.where(Handoff.status == HandoffStatus.OFFERED)
    query = query.where(Standing.stage.is_distinct_from(Stage.BOFU))
    withdrawn: list[Handoff] = []
    for part in chunks(sorted(set(lead_ids))):
        withdrawn += session.scalars(query.where(Handoff.lead_id.in_(part)).order_by(Handoff.id))
    for offer in withdrawn:
        left = why or Why(reason=_left_by(session, offer.lead_id, model_id))
        withdraw(session, [offer], now=now, why=left)
        session.refresh(offer)
    return withdrawn


def withdraw(session: Session, offers: Sequence[Handoff], *, now: datetime, why: Why) -> None:
    """Withdraw open offers, on request for as long as their leads are one with another's."""
    # One that a rep answers at this very moment stays answered.
    query = update(Handoff).where(
        Handoff.id.in_([offer.id for offer in offers]),
        Handoff.status.in_([HandoffStatus.OFFERED, HandoffStatus.WITHDRAWN]),
    )
    session.execute(
        query.values(
            status=HandoffStatus.WITHDRAWN,
            settled_at=now,
            yielded_to_id=why.first.id if why.first else None,
            withdrawn=why.reason,
            withdrawn_merge_id=why.merge.id if why.merge else None,
            withdrawn_version=why.version,
        )
    )


def reopen(
    session: Session, workspace_id: int, lead_ids: Iterable[int], *, now: datetime
) -> list[Handoff]:
    """Open again what a merge alone had ended, once it is undone and nothing else forbids it."""
    model_id, _ = stages.active(session, workspace_id)
    query = (
        select(Handoff)
        .join(Merge, Merge.id == Handoff.withdrawn_merge_id)
        .join(Lead, Lead.id == Handoff.lead_id)
        .join(Standing, (Standing.lead_id == Lead.id) & (Standing.model_id == model_id))
        .where(Handoff.withdrawn == WithdrawReason.MERGED, Merge.undone_at.is_not(None))
        .where(Standing.stage == Stage.BOFU, may_be_offered(now), ~_is_followed())
        .order_by(Handoff.offered_at, Handoff.id)
    )
    opened: dict[int, Handoff] = {}
    for part in chunks(sorted(set(lead_ids))):
        for offer in session.scalars(query.where(Handoff.original_lead_id.in_(part))):
            opened.setdefault(offer.lead_id, offer)
    for offer in opened.values():
        be_open(offer, now=now)
    session.flush()
    return list(opened.values())


def be_open(offer: Handoff, *, now: datetime) -> None:
    """Let an offer that was withdrawn wait for its answer as before, with the time it had left."""
    if offer.settled_at is not None:
        offer.due_at += now - offer.settled_at
    offer.status, offer.settled_at = HandoffStatus.OFFERED, None
    offer.yielded_to_id = offer.withdrawn_merge_id = offer.withdrawn_version = None
    offer.withdrawn = None


def _is_followed() -> ColumnElement[bool]:
    """Return the condition for offers after which their lead was offered once more."""
    later = aliased(Handoff)
    query = select(later.id).where(
        later.lead_id == Handoff.lead_id,
        later.id > Handoff.id,
        later.status != HandoffStatus.WITHDRAWN,
    )
    return query.exists()


def _left_by(session: Session, lead_id: int, model_id: int) -> WithdrawReason:
    query = (
        select(TransitionRow.cause, TransitionRow.from_stage)
        .where(
            TransitionRow.lead_id == lead_id,
            TransitionRow.model_id == model_id,
            TransitionRow.retracted_at.is_(None),
            # Who goes dormant or awakes stays where it is.
            TransitionRow.from_stage.is_distinct_from(TransitionRow.to_stage),
        )
        .order_by(TransitionRow.occurred_at.desc(), TransitionRow.id.desc())
    )
    last = session.execute(query.limit(1)).first()
    # Where it never left the bottom, it was never there: its history reads otherwise now.
    if last is None or last[1] is not Stage.BOFU:
        return WithdrawReason.RETOLD
    return _LEFT_BY.get(last[0], WithdrawReason.RETOLD)
