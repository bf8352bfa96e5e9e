"""Who would stand elsewhere under a version of the stage model, and what becomes of offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from tracker.handoff.domain import FRESH, HandoffStatus
from tracker.handoff.models import Handoff
from tracker.handoff.newcomers import may_be_offered
from tracker.identity.models import Lead
from tracker.stages.domain import Stage, rank_of
from tracker.stages.models import DraftMove, StageModelRow, Standing

Way = tuple[Stage | None, Stage | None]


class Group(StrEnum):
    """Leads that have something in common under a version."""

    UP = "up"
    DOWN = "down"
    GROUNDLESS = "groundless"
    READY = "ready"
    LATER = "later"


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """One lead that would stand elsewhere, and when it was last seen."""

    lead: Lead
    from_stage: Stage | None
    to_stage: Stage | None
    last_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Among:
    """Which of the leads that would move: one way, or a group."""

    way: Way | None = None
    group: Group | None = None


def moves(session: Session, model_id: int) -> list[Move]:
    """Return the moves that a version would make, the most frequent first."""
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


def count(
    session: Session, row: StageModelRow, live_id: int, among: Among, *, now: datetime
) -> int:
    """Return how many leads are among those that would move."""
    own = _some(row, live_id, among, now).subquery()
    return session.scalar(select(func.count()).select_from(own)) or 0


def movers(
    session: Session,
    row: StageModelRow,
    live_id: int,
    among: Among,
    *,
    now: datetime,
    window: tuple[int, int],
) -> list[Changed]:
    """Return some of the leads that would move, the one seen last first: so many from a place."""
    limit, offset = window
    query = _some(row, live_id, among, now).order_by(
        Standing.last_touch_at.desc().nulls_last(), Lead.id.desc()
    )
    return [
        Changed(lead=lead, from_stage=before, to_stage=after, last_at=last_at)
        for lead, before, after, last_at in session.execute(query.limit(limit).offset(offset))
    ]


def open_offers(session: Session, model_id: int) -> Sequence[Handoff]:
    """Return the open offers that would lose their ground, the most urgent first."""
    query = (
        select(Handoff)
        .join(DraftMove, DraftMove.lead_id == Handoff.lead_id)
        .where(DraftMove.model_id == model_id, Handoff.status == HandoffStatus.OFFERED)
        .where(DraftMove.to_stage.is_distinct_from(Stage.BOFU))
        .options(joinedload(Handoff.lead), joinedload(Handoff.claimed_by))
        .order_by(Handoff.due_at, Handoff.id)
    )
    return session.scalars(query).all()


def _some(
    row: StageModelRow, live_id: int, among: Among, now: datetime
) -> Select[Lead, Stage | None, Stage | None, datetime | None]:
    live = (Standing.lead_id == DraftMove.lead_id) & (Standing.model_id == live_id)
    query = (
        select(Lead, DraftMove.from_stage, DraftMove.to_stage, Standing.last_touch_at)
        .join(DraftMove, DraftMove.lead_id == Lead.id)
        .outerjoin(Standing, live)
        .where(DraftMove.model_id == row.id)
    )
    if among.way is not None:
        before, after = among.way
        # Says "is the same" of nothing too, where a plain = would not.
        query = query.where(
            DraftMove.from_stage.is_not_distinct_from(before),
            DraftMove.to_stage.is_not_distinct_from(after),
        )
    return query if among.group is None else query.where(_is_in(among.group, now))


def _is_in(group: Group, now: datetime) -> ColumnElement[bool]:
    if group in (Group.UP, Group.DOWN):
        before, after = _rank(DraftMove.from_stage), _rank(DraftMove.to_stage)
        return after > before if group is Group.UP else after < before
    if group is Group.GROUNDLESS:
        offer = select(Handoff.id).where(
            Handoff.lead_id == DraftMove.lead_id, Handoff.status == HandoffStatus.OFFERED
        )
        return and_(DraftMove.to_stage.is_distinct_from(Stage.BOFU), offer.exists())
    fresh = Standing.last_touch_at >= now - FRESH
    when = fresh if group is Group.READY else or_(~fresh, Standing.last_touch_at.is_(None))
    return and_(DraftMove.to_stage == Stage.BOFU, may_be_offered(now), when)


def _rank(stage: InstrumentedAttribute[Stage | None]) -> ColumnElement[int]:
    return case({one.value: rank_of(one) for one in Stage}, value=stage, else_=0)
