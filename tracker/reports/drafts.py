"""Who would stand elsewhere under a draft of the stage model, and whose offer is open."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.identity.models import Lead
from tracker.stages.domain import Stage, rank_of
from tracker.stages.models import DraftMove


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """How many leads would stand at another stage than now; None is no stage at all."""

    from_stage: Stage | None
    to_stage: Stage | None
    leads: int

    @property
    def is_up(self) -> bool:
        """Return whether they would stand higher."""
        return rank_of(self.to_stage) > rank_of(self.from_stage)


def moves(session: Session, model_id: int) -> list[Move]:
    """Return the moves that a draft would make, the most frequent first."""
    number = func.count()
    query = (
        select(DraftMove.from_stage, DraftMove.to_stage, number)
        .where(DraftMove.model_id == model_id)
        .group_by(DraftMove.from_stage, DraftMove.to_stage)
        .order_by(number.desc(), DraftMove.from_stage, DraftMove.to_stage)
    )
    return [
        Move(from_stage=before, to_stage=after, leads=leads)
        for before, after, leads in session.execute(query)
    ]


def movers(
    session: Session,
    model_id: int,
    way: tuple[Stage | None, Stage | None],
    *,
    limit: int,
    offset: int = 0,
) -> list[Lead]:
    """Return the leads that would make one move."""
    before, after = way
    query = (
        select(Lead)
        .join(DraftMove, DraftMove.lead_id == Lead.id)
        .where(DraftMove.model_id == model_id)
        # Says "is the same" of nothing too, where a plain = would not.
        .where(DraftMove.from_stage.is_not_distinct_from(before))
        .where(DraftMove.to_stage.is_not_distinct_from(after))
        .order_by(Lead.id)
    )
    return list(session.scalars(query.limit(limit).offset(offset)))


def open_offers(session: Session, model_id: int) -> list[Handoff]:
    """Return the open offers whose leads would no longer be ready for sales."""
    query = (
        select(Handoff)
        .join(DraftMove, DraftMove.lead_id == Handoff.lead_id)
        .where(DraftMove.model_id == model_id, Handoff.status == HandoffStatus.OFFERED)
        .where(DraftMove.from_stage == Stage.BOFU)
        .order_by(Handoff.due_at, Handoff.id)
    )
    return list(session.scalars(query))
