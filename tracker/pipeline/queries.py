"""The lists that sales reads: the board, the table of deals, and one deal's history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from tracker.identity.models import Company, Lead
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Activity, Deal, DealMove, DealStage, Pipeline
from tracker.workspaces.models import Membership, User

Key = TypeVar("Key")


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """How many deals, and what they are worth together in each currency."""

    count: int = 0
    sums: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One stage of the board: all of its deals counted, some of them shown."""

    stage: DealStage
    total: Total
    deals: Sequence[Deal]


@dataclass(frozen=True, kw_only=True, slots=True)
class Some:
    """Which deals are meant: none of it set means all of a workspace's."""

    pipeline_id: int | None = None
    stage_id: int | None = None
    status: DealStatus | None = None
    owner_id: int | None = None
    closed_since: datetime | None = None
    text: str = ""


def board(
    session: Session,
    pipeline: Pipeline,
    *,
    owner_id: int | None = None,
    show: int = 20,
    all_of: str = "",
) -> list[Column]:
    """Return the columns of a pipeline, the deals that wait longest on top.

    Every column shows its first few, the one with the code `all_of` all of them.
    """
    totals = stage_totals(session, pipeline, owner_id=owner_id)
    columns = []
    for stage in pipeline.stages:
        some = Some(stage_id=stage.id, status=DealStatus.OPEN, owner_id=owner_id)
        query = _deals(pipeline.workspace_id, some).order_by(Deal.entered_at, Deal.id)
        if stage.code != all_of:
            query = query.limit(show)
        columns.append(
            Column(
                stage=stage,
                total=totals.get(stage.id, Total()),
                deals=list(session.scalars(query)),
            )
        )
    return columns


def stage_totals(
    session: Session, pipeline: Pipeline, *, owner_id: int | None = None
) -> dict[int, Total]:
    """Return count and sums of the open deals of each stage."""
    some = Some(pipeline_id=pipeline.id, status=DealStatus.OPEN, owner_id=owner_id)
    return _totals(session, Deal.deal_stage_id, _conditions(pipeline.workspace_id, some))


def closed_totals(
    session: Session, pipeline: Pipeline, *, since: datetime, owner_id: int | None = None
) -> dict[DealStatus, Total]:
    """Return count and sums of the deals that were won and lost since a moment."""
    some = Some(pipeline_id=pipeline.id, closed_since=since, owner_id=owner_id)
    return _totals(session, Deal.status, _conditions(pipeline.workspace_id, some))


def total(session: Session, workspace_id: int, some: Some) -> Total:
    """Return how many deals are meant and what they are worth."""
    found = _totals(session, Deal.workspace_id, _conditions(workspace_id, some))
    return found.get(workspace_id, Total())


def page(
    session: Session, workspace_id: int, some: Some, *, limit: int, offset: int = 0
) -> list[Deal]:
    """Return deals for a table, those that changed last on top."""
    query = _deals(workspace_id, some)
    newest = func.coalesce(Deal.closed_at, Deal.entered_at)
    return list(
        session.scalars(query.order_by(newest.desc(), Deal.id.desc()).limit(limit).offset(offset))
    )


def moves(session: Session, deal: Deal) -> list[DealMove]:
    """Return every move of a deal, the newest first; those taken back as well."""
    query = (
        select(DealMove)
        .where(DealMove.deal_id == deal.id)
        .options(
            joinedload(DealMove.from_stage),
            joinedload(DealMove.to_stage),
            joinedload(DealMove.moved_by),
        )
    )
    return list(session.scalars(query.order_by(DealMove.id.desc())))


def activities(session: Session, deal: Deal) -> list[Activity]:
    """Return what was noted about a deal, the newest first."""
    query = select(Activity).where(Activity.deal_id == deal.id).options(joinedload(Activity.user))
    return list(session.scalars(query.order_by(Activity.at.desc(), Activity.id.desc())))


def owners(session: Session, workspace_id: int) -> list[User]:
    """Return everybody of a workspace who can own a deal, by name."""
    query = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.workspace_id == workspace_id, User.disabled_at.is_(None))
    )
    return list(session.scalars(query.order_by(func.lower(User.name), User.id)))


def _deals(workspace_id: int, some: Some) -> Select[Deal]:
    return (
        select(Deal)
        .where(*_conditions(workspace_id, some))
        .options(
            joinedload(Deal.lead),
            joinedload(Deal.company),
            joinedload(Deal.stage),
            joinedload(Deal.owner),
            joinedload(Deal.lost_reason),
        )
    )


def _conditions(workspace_id: int, some: Some) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Deal.workspace_id == workspace_id]
    for column, wanted in (
        (Deal.pipeline_id, some.pipeline_id),
        (Deal.deal_stage_id, some.stage_id),
        (Deal.status, some.status),
        (Deal.owner_id, some.owner_id),
    ):
        if wanted is not None:
            conditions.append(column == wanted)
    if some.closed_since is not None:
        conditions.append(Deal.closed_at >= some.closed_since)
    if some.text:
        conditions.append(_mentions(workspace_id, some.text))
    return conditions


def _mentions(workspace_id: int, text: str) -> ColumnElement[bool]:
    company = select(Company.id).where(
        Company.workspace_id == workspace_id, Company.name.icontains(text, autoescape=True)
    )
    lead = select(Lead.id).where(
        Lead.workspace_id == workspace_id,
        or_(
            Lead.name.icontains(text, autoescape=True),
            Lead.email.icontains(text, autoescape=True),
        ),
    )
    return or_(
        Deal.title.icontains(text, autoescape=True),
        Deal.company_id.in_(company),
        Deal.lead_id.in_(lead),
    )


def _totals(
    session: Session, by: InstrumentedAttribute[Key], conditions: Sequence[ColumnElement[bool]]
) -> dict[Key, Total]:
    query = (
        select(by, Deal.currency, func.count(Deal.id), func.sum(Deal.value))
        .where(*conditions)
        .group_by(by, Deal.currency)
        .order_by(Deal.currency)
    )
    totals: dict[Key, Total] = {}
    for key, currency, count, value in session.execute(query):
        so_far = totals.get(key, Total())
        sums = so_far.sums if value is None else (*so_far.sums, (currency, value))
        totals[key] = Total(count=so_far.count + count, sums=sums)
    return totals
