"""The people behind the numbers: a step's people, and every lead by search and filter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.db import to_micros
from tracker.handoff.models import Handoff
from tracker.identity.domain import Level
from tracker.identity.models import Company, Lead, VisitorEdge
from tracker.pipeline.models import Deal
from tracker.reports.domain import Part
from tracker.reports.fits import Graded, fit_today, fitting
from tracker.reports.population import MISSING, Plan, came_from
from tracker.stages import service as stages
from tracker.stages.domain import Stage, StageModel
from tracker.stages.fit import Fit
from tracker.stages.models import Standing
from tracker.stages.scoring import DAY
from tracker.stages.standings import state_of
from tracker.touches.domain import VisitorKey, visitor_key
from tracker.touches.models import Source, Visitor


class Sorting(StrEnum):
    """The order of a list of leads."""

    LAST_SEEN = "last"
    FIRST_SEEN = "first"
    NAME = "name"
    TOUCHES = "touches"
    FIT = "fit"


class Knowing(StrEnum):
    """Whether we know who a lead is."""

    KNOWN = "known"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadSearch:
    """What a list of leads is narrowed by; `stage` "none" means none yet."""

    text: str = ""
    stage: str = ""
    source: str = ""
    knowing: Knowing | None = None
    company_id: int | None = None
    grade: Graded | None = None
    sorting: Sorting = Sorting.LAST_SEEN


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadRow:
    """One lead in a list; `score` in milli-points as of now, `sales` the latest status there.

    `known_as` is the id that names a known lead without name and e-mail.
    """

    code: str
    name: str
    email: str
    company: str
    is_known: bool
    level: Level
    stage: Stage | None
    score: int
    touches: int
    first_at: datetime | None
    last_at: datetime | None
    source: str
    sales: str
    fit: Fit
    known_as: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Which rows of a list: `limit` from the `offset`-th on, scores as of `now`."""

    now: datetime
    limit: int = 50
    offset: int = 0


def at_step(
    session: Session, planned: Plan, index: int, part: Part, window: Window
) -> tuple[LeadRow, ...]:
    """Return exactly the people that the funnel counts in a part of a step."""
    here = select(planned.people.c.lead_id).where(planned.part(index, part))
    query = _rows_query(planned.model_id).where(Lead.id.in_(here))
    query = query.order_by(Standing.last_touch_at.desc(), Lead.id.desc())
    return _rows(session, _page(session, query, window), planned.model, window.now)


def count(session: Session, workspace_id: int, search: LeadSearch) -> int:
    """Return how many leads a search finds."""
    model_id, model = stages.active(session, workspace_id)
    if search.grade is not None:
        query = _rows_query(model_id).where(*_conditions(session, workspace_id, search))
        return len(fitting(session, query, model.fit, search.grade))
    found = (
        select(func.count(Lead.id))
        .outerjoin(Standing, (Standing.lead_id == Lead.id) & (Standing.model_id == model_id))
        .outerjoin(Company, Company.id == Lead.company_id)
        .where(*_conditions(session, workspace_id, search))
    )
    return session.scalar(found) or 0


def leads(
    session: Session, workspace_id: int, search: LeadSearch, window: Window
) -> tuple[LeadRow, ...]:
    """Return some of the leads that a search finds, in a stable order."""
    model_id, model = stages.active(session, workspace_id)
    query = _rows_query(model_id).where(*_conditions(session, workspace_id, search))
    query = query.order_by(*_order(search.sorting))
    is_by_fit = search.sorting is Sorting.FIT
    if search.grade is None and not is_by_fit:
        return _rows(session, _page(session, query, window), model, window.now)
    ids = fitting(session, query, model.fit, search.grade, best_first=is_by_fit)
    shown = ids[window.offset : window.offset + window.limit]
    here = chosen(session, workspace_id, shown, now=window.now)
    return tuple(here[lead_id] for lead_id in shown)


def chosen(
    session: Session, workspace_id: int, lead_ids: Iterable[int], *, now: datetime
) -> dict[int, LeadRow]:
    """Return some leads as a list shows them, each by its number."""
    model_id, model = stages.active(session, workspace_id)
    query = _rows_query(model_id).where(
        Lead.id.in_(sorted(lead_ids)), Lead.workspace_id == workspace_id
    )
    found = session.execute(query).all()
    rows = _rows(session, found, model, now)
    return {one[0].id: row for one, row in zip(found, rows, strict=True)}


def known_as(session: Session, found: Sequence[Lead]) -> dict[int, str]:
    """Return the user id of each known lead that has neither name nor e-mail."""
    nameless = [lead.id for lead in found if lead.is_known and not (lead.name or lead.email)]
    query = (
        select(VisitorEdge.lead_id, Visitor.key)
        .join(Visitor, Visitor.id == VisitorEdge.visitor_id)
        .where(VisitorEdge.lead_id.in_(nameless), VisitorEdge.is_identified.is_(True))
        .order_by(VisitorEdge.visitor_id.desc())
    )
    return {lead_id: key[2:] for lead_id, key in session.execute(query)}


def _rows_query(model_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Lead, Standing, Company, Source.name)
        .outerjoin(Standing, (Standing.lead_id == Lead.id) & (Standing.model_id == model_id))
        .outerjoin(Company, Company.id == Lead.company_id)
        .outerjoin(Source, Source.id == Standing.first_source_id)
    )


def _conditions(
    session: Session, workspace_id: int, search: LeadSearch
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Lead.workspace_id == workspace_id,
        Lead.merged_into_id.is_(None),
    ]
    if search.text:
        words = contains(search.text, Lead.name, Lead.email, Company.name)
        conditions.append(words | _is_user(workspace_id, search.text))
    if search.stage == "none":
        conditions.append(Standing.stage.is_(None))
    elif search.stage:
        conditions.append(Standing.stage == Stage(search.stage))
    if search.source:
        conditions.append(came_from(session, workspace_id, search.source))
    if search.company_id is not None:
        conditions.append(Lead.company_id == search.company_id)
    if search.knowing is not None:
        conditions.append(Lead.is_known.is_(search.knowing is Knowing.KNOWN))
    return conditions


def contains(text: str, *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return the condition that a text is part of one of some columns, in whatever case."""
    # SQLite folds the case of ASCII only: the usual spellings are asked for one by one.
    spellings = {text, text.lower(), text.upper(), text.title(), text.casefold()}
    return or_(
        *(column.icontains(word, autoescape=True) for column in columns for word in spellings)
    )


def _is_user(workspace_id: int, text: str) -> ColumnElement[bool]:
    key = visitor_key(VisitorKey.USER, text)
    own = (
        select(VisitorEdge.lead_id)
        .join(Visitor, Visitor.id == VisitorEdge.visitor_id)
        .where(Visitor.workspace_id == workspace_id, Visitor.key == key)
    )
    return Lead.id.in_(own)


def _order(sorting: Sorting) -> tuple[ColumnElement[Any], ...]:
    by: dict[Sorting, tuple[ColumnElement[Any], ...]] = {
        Sorting.LAST_SEEN: (Standing.last_touch_at.desc().nulls_last(),),
        Sorting.FIRST_SEEN: (Standing.first_touch_at.desc().nulls_last(),),
        # Among those who fit alike.
        Sorting.FIT: (Standing.last_touch_at.desc().nulls_last(),),
        Sorting.TOUCHES: (Standing.touch_count.desc().nulls_last(),),
        # Those without a name after those with one.
        Sorting.NAME: (
            Lead.name == "",
            func.lower(Lead.name),
            Lead.email == "",
            func.lower(Lead.email),
        ),
    }
    return (*by[sorting], Lead.id.desc())


def _page(
    session: Session, query: Select[*tuple[Any, ...]], window: Window
) -> Sequence[Row[*tuple[Any, ...]]]:
    return session.execute(query.limit(window.limit).offset(window.offset)).all()


def _rows(
    session: Session, found: Sequence[Row[*tuple[Any, ...]]], model: StageModel, now: datetime
) -> tuple[LeadRow, ...]:
    sales = _sales(session, [lead.id for lead, *_ in found])
    ids = known_as(session, [lead for lead, *_ in found])
    day = to_micros(now) // DAY
    return tuple(
        _row(
            row,
            score=_score(model, row[1], day),
            sales=sales.get(row[0].id, ""),
            fit=fit_today(model.fit, row[0], row[2]),
            known_as=ids.get(row[0].id, ""),
        )
        for row in found
    )


def _row(row: Any, *, score: int, sales: str, fit: Fit, known_as: str) -> LeadRow:
    lead, standing, company, source = row
    return LeadRow(
        code=lead.code,
        name=lead.name,
        email=lead.email,
        company=company.name if company else "",
        is_known=lead.is_known,
        level=lead.level,
        stage=standing.stage if standing else None,
        score=score,
        touches=standing.touch_count if standing else 0,
        first_at=standing.first_touch_at if standing else None,
        last_at=standing.last_touch_at if standing else None,
        source=source or MISSING,
        sales=sales,
        fit=fit,
        known_as=known_as,
    )


def _score(model: StageModel, standing: Standing | None, day: int) -> int:
    if standing is None:
        return 0
    return state_of(standing).score(model, day=day)


def _sales(session: Session, lead_ids: Sequence[int]) -> Mapping[int, str]:
    """Return the status of each lead's latest deal or, without one, of its latest handoff."""
    offers = select(Handoff.lead_id, Handoff.status).where(Handoff.lead_id.in_(lead_ids))
    deals = select(Deal.lead_id, Deal.status).where(Deal.lead_id.in_(lead_ids))
    latest: dict[int, str] = {}
    for lead_id, status in session.execute(offers.order_by(Handoff.offered_at, Handoff.id)):
        latest[lead_id] = status.value
    for lead_id, outcome in session.execute(deals.order_by(Deal.opened_at, Deal.id)):
        latest[lead_id] = outcome.value
    return latest
