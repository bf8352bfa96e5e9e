"""One company's journey: the visits of all its people, their stages and its deals on one line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from tracker.identity.models import Company, Lead, VisitorEdge
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal, DealMove, DealStage
from tracker.reports.timeline import TOUCHES
from tracker.reports.visits import Seen, seen, visits
from tracker.stages.domain import Cause, Stage
from tracker.stages.models import TransitionRow
from tracker.touches.models import IS_ITEM, Agent, Content, Item, Source, TouchRow


@dataclass(frozen=True, kw_only=True)
class PersonVisit:
    """Touches of one person that came close together, the earliest first."""

    form: ClassVar[str] = "visit"
    at: datetime
    lead: Lead
    source: str
    is_anonymous: bool
    touches: tuple[Seen, ...]


@dataclass(frozen=True, kw_only=True)
class PersonMove:
    """One person's change of stage; the receipt is on their own page."""

    form: ClassVar[str] = "change"
    at: datetime
    lead: Lead
    stage: Stage | None
    before: Stage | None
    cause: Cause


@dataclass(frozen=True, kw_only=True)
class CompanyDeal:
    """A deal opens, moves, is won or lost."""

    form: ClassVar[str] = "deal"
    at: datetime
    lead: Lead
    deal: Deal
    status: DealStatus
    before: DealStatus | None
    stage: str


CompanyEntry = PersonVisit | PersonMove | CompanyDeal
_RANK = {"visit": 0, "change": 1, "deal": 2}


@dataclass(frozen=True, kw_only=True)
class CompanyLine:
    """Some of a company's journey, the newest first; `older` is where the rest begins."""

    entries: tuple[CompanyEntry, ...]
    older: datetime | None


def company_line(
    session: Session, company: Company, model_id: int, *, before: datetime | None = None
) -> CompanyLine:
    """Return what all people of a company did, or the part of it before a moment."""
    rows = _touches(session, company, before)
    # As on a lead's page the moment decides for all entries, so that no visit is cut in two.
    older = rows[TOUCHES - 1][1].at if len(rows) > TOUCHES else None
    entries: list[CompanyEntry] = [
        *_visits([row for row in rows if older is None or row[1].at >= older]),
        *_moves(session, company, model_id, before, older),
        *_deals(session, company, before, older),
    ]
    entries.sort(key=lambda entry: (entry.at, _RANK[entry.form]), reverse=True)
    return CompanyLine(entries=tuple(entries), older=older)


def _touches(
    session: Session, company: Company, before: datetime | None
) -> list[tuple[Lead, Seen]]:
    query = (
        select(Lead, TouchRow.occurred_at, Item, Source, Agent.agent_class, VisitorEdge)
        .join(VisitorEdge, VisitorEdge.lead_id == Lead.id)
        .join(TouchRow, TouchRow.visitor_id == VisitorEdge.visitor_id)
        .join(Content, Content.id == TouchRow.content_id)
        .join(Item, IS_ITEM)
        .outerjoin(Source, Source.id == TouchRow.source_id)
        .outerjoin(Agent, Agent.id == TouchRow.agent_id)
        .where(Lead.company_id == company.id, *_between(TouchRow.occurred_at, before, None))
        .order_by(TouchRow.occurred_at.desc(), TouchRow.id.desc())
    )
    return [(row[0], seen(*row[1:])) for row in session.execute(query.limit(TOUCHES + 50))]


def _visits(rows: Sequence[tuple[Lead, Seen]]) -> Iterable[PersonVisit]:
    touches: dict[Lead, list[Seen]] = {}
    for lead, touch in rows:
        touches.setdefault(lead, []).append(touch)
    for lead, own in touches.items():
        for visit in visits(own):
            yield PersonVisit(
                at=visit.at,
                lead=lead,
                source=visit.source,
                is_anonymous=visit.is_anonymous,
                touches=visit.touches,
            )


def _moves(
    session: Session,
    company: Company,
    model_id: int,
    before: datetime | None,
    older: datetime | None,
) -> Iterable[PersonMove]:
    query = (
        select(TransitionRow, Lead)
        .join(Lead, Lead.id == TransitionRow.lead_id)
        .where(
            Lead.company_id == company.id,
            TransitionRow.model_id == model_id,
            TransitionRow.retracted_at.is_(None),
            *_between(TransitionRow.occurred_at, before, older),
        )
    )
    for row, lead in session.execute(query):
        yield PersonMove(
            at=row.occurred_at,
            lead=lead,
            stage=row.to_stage,
            before=row.from_stage,
            cause=row.cause,
        )


def _deals(
    session: Session, company: Company, before: datetime | None, older: datetime | None
) -> Iterable[CompanyDeal]:
    stage = aliased(DealStage)
    query = (
        select(DealMove, Deal, Lead, stage.name)
        .join(Deal, Deal.id == DealMove.deal_id)
        .join(Lead, Lead.id == Deal.lead_id)
        .join(stage, stage.id == DealMove.to_stage_id)
        .where(
            (Deal.company_id == company.id)
            | (Deal.company_id.is_(None) & (Lead.company_id == company.id)),
            DealMove.retracted_at.is_(None),
            *_between(DealMove.occurred_at, before, older),
        )
    )
    for move, deal, lead, name in session.execute(query):
        yield CompanyDeal(
            at=move.occurred_at,
            lead=lead,
            deal=deal,
            status=move.to_status,
            before=move.from_status,
            stage=name,
        )


def _between(
    column: InstrumentedAttribute[datetime], before: datetime | None, older: datetime | None
) -> list[ColumnElement[bool]]:
    found = [] if before is None else [column < before]
    return found if older is None else [*found, column >= older]
