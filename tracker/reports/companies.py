"""Companies with their people and deals: the list, and one company's people and sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, select
from sqlalchemy.orm import Session, joinedload

from tracker.identity.models import Company, Lead
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal
from tracker.reports.people import contains
from tracker.stages import service as stages
from tracker.stages.domain import Stage
from tracker.stages.models import Standing

# How far a stage is, so that the furthest of many people can be found.
_RANKS = tuple(Stage)


class CompanySort(StrEnum):
    """The order of a list of companies."""

    LAST_SEEN = "last"
    NAME = "name"
    PEOPLE = "people"
    SIZE = "size"


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanySearch:
    """What a list of companies is narrowed by."""

    text: str = ""
    sorting: CompanySort = CompanySort.LAST_SEEN


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyRow:
    """One company in a list: how many people, how far the furthest is, and its deals."""

    code: str
    name: str
    domain: str
    industry: str
    employees: int | None
    country: str
    people: int
    stage: Stage | None
    last_at: datetime | None
    deals_open: int
    deals_won: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DealSum:
    """What a company's deals of one status and currency come to."""

    status: DealStatus
    currency: str
    number: int
    value: Decimal


def count(session: Session, workspace_id: int, search: CompanySearch) -> int:
    """Return how many companies a search finds."""
    query = select(func.count(Company.id)).where(*_conditions(workspace_id, search))
    return session.scalar(query) or 0


def companies(
    session: Session, workspace_id: int, search: CompanySearch, *, limit: int, offset: int = 0
) -> list[CompanyRow]:
    """Return some of the companies that a search finds, in a stable order."""
    people = _people(session, workspace_id)
    query = (
        select(Company, people.c.number, people.c.rank, people.c.last_at)
        .outerjoin(people, people.c.company_id == Company.id)
        .where(*_conditions(workspace_id, search))
        .order_by(*_order(people, search.sorting), Company.id)
    )
    found = session.execute(query.limit(limit).offset(offset)).all()
    deals = _deal_counts(session, workspace_id, [row.id for row, *_ in found])
    return [_row(row, number, rank, last, deals) for row, number, rank, last in found]


def one(session: Session, company: Company) -> CompanyRow:
    """Return one company as the list shows it."""
    people = _people(session, company.workspace_id, Lead.company_id == company.id)
    query = select(people.c.number, people.c.rank, people.c.last_at)
    number, rank, last = session.execute(query).one_or_none() or (0, None, None)
    deals = _deal_counts(session, company.workspace_id, [company.id])
    return _row(company, number, rank, last, deals)


def deals_of(session: Session, company: Company, *, limit: int) -> list[Deal]:
    """Return a company's deals, those that are open first and the newest on top."""
    query = _deals(company.workspace_id, [company.id]).options(joinedload(Deal.stage))
    is_open = (Deal.status == DealStatus.OPEN).desc()
    newest = query.order_by(is_open, Deal.opened_at.desc(), Deal.id.desc())
    return list(session.scalars(newest.limit(limit)))


def sums_of(session: Session, company: Company) -> list[DealSum]:
    """Return what a company's deals come to, by status and currency."""
    own = _deals(company.workspace_id, [company.id]).with_only_columns(
        Deal.status, Deal.currency, func.count(), func.coalesce(func.sum(Deal.value), 0)
    )
    query = own.group_by(Deal.status, Deal.currency).order_by(Deal.status, Deal.currency)
    return [
        DealSum(status=status, currency=currency, number=number, value=Decimal(value or 0))
        for status, currency, number, value in session.execute(query)
    ]


def _people(session: Session, workspace_id: int, *narrowed: ColumnElement[bool]) -> Subquery:
    """Return, for each company, its people: how many, how far, and when last seen."""
    model_id, _ = stages.active(session, workspace_id)
    rank = case({stage.value: place for place, stage in enumerate(_RANKS)}, value=Standing.stage)
    return (
        select(
            Lead.company_id,
            func.count(Lead.id).label("number"),
            func.max(rank).label("rank"),
            func.max(Standing.last_touch_at).label("last_at"),
        )
        .outerjoin(Standing, (Standing.lead_id == Lead.id) & (Standing.model_id == model_id))
        .where(
            Lead.workspace_id == workspace_id,
            Lead.company_id.is_not(None),
            Lead.merged_into_id.is_(None),
            *narrowed,
        )
        .group_by(Lead.company_id)
        .subquery()
    )


def _deals(workspace_id: int, company_ids: Sequence[int]) -> Select[Deal]:
    # A deal that was opened before anybody knew the company belongs to its lead's.
    return (
        select(Deal)
        .join(Lead, Lead.id == Deal.lead_id)
        .where(
            Deal.workspace_id == workspace_id,
            Deal.company_id.in_(company_ids)
            | (Deal.company_id.is_(None) & Lead.company_id.in_(company_ids)),
        )
    )


def _deal_counts(
    session: Session, workspace_id: int, company_ids: Sequence[int]
) -> dict[tuple[int, DealStatus], int]:
    home = func.coalesce(Deal.company_id, Lead.company_id)
    counts = _deals(workspace_id, company_ids).with_only_columns(home, Deal.status, func.count())
    rows = session.execute(counts.group_by(home, Deal.status))
    return {(company, status): number for company, status, number in rows}


def _conditions(workspace_id: int, search: CompanySearch) -> list[ColumnElement[bool]]:
    conditions = [Company.workspace_id == workspace_id, Company.merged_into_id.is_(None)]
    if search.text:
        columns = (Company.name, Company.domain, Company.industry, Company.country)
        conditions.append(contains(search.text, *columns))
    return conditions


def _order(people: Subquery, sorting: CompanySort) -> tuple[ColumnElement[Any], ...]:
    by: dict[CompanySort, tuple[ColumnElement[Any], ...]] = {
        CompanySort.LAST_SEEN: (people.c.last_at.desc().nulls_last(),),
        CompanySort.NAME: (func.lower(Company.name),),
        CompanySort.PEOPLE: (people.c.number.desc().nulls_last(),),
        CompanySort.SIZE: (Company.employees.desc().nulls_last(),),
    }
    return by[sorting]


def _row(
    company: Company,
    number: int | None,
    rank: int | None,
    last: datetime | None,
    deals: dict[tuple[int, DealStatus], int],
) -> CompanyRow:
    return CompanyRow(
        code=company.code,
        name=company.name,
        domain=company.domain,
        industry=company.industry,
        employees=company.employees,
        country=company.country,
        people=number or 0,
        stage=None if rank is None else _RANKS[rank],
        last_at=last,
        deals_open=deals.get((company.id, DealStatus.OPEN), 0),
        deals_won=deals.get((company.id, DealStatus.WON), 0),
    )
