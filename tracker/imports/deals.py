"""Deals from a file: each belongs to a lead that is there already, and arrives as it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker import journey
from tracker.driver import chunks
from tracker.identity.models import Lead, VisitorEdge
from tracker.imports.domain import (
    Dates,
    Field,
    Row,
    RowError,
    RowProblem,
    Tally,
)
from tracker.imports.values import amount, identifier
from tracker.pipeline import service as pipeline
from tracker.pipeline.domain import DealStatus, title_of
from tracker.pipeline.models import Deal
from tracker.stages import service as stages
from tracker.stages.models import Standing
from tracker.touches.domain import VisitorKey, fold_email, visitor_key
from tracker.touches.models import Visitor

FIELDS = (
    Field(name="lead", words="the lead's id or e-mail, as imported", is_needed=True),
    Field(name="closed_at", words="when the deal was won or lost", is_needed=True),
    Field(name="external_id", words="the deal's own id; without it, a lead has one deal"),
    Field(name="value", words="what it is worth, as 1234.50, in the workspace's currency"),
    Field(name="owner", words="who in sales it belongs to"),
    Field(name="title", words="what the deal is called"),
)
_LONGEST_TEXT = 120


@dataclass(frozen=True, kw_only=True)
class NewDeal:
    """One deal as the file tells it."""

    line: int
    lead: str
    external_id: str
    closed_at: datetime
    value: Decimal | None
    owner: str
    title: str

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the visitor keys under which the lead may be known, the likelier first."""
        email = fold_email(self.lead)
        by_id = visitor_key(VisitorKey.USER, self.lead)
        return (by_id, visitor_key(VisitorKey.EMAIL, email)) if email else (by_id,)


@dataclass(frozen=True, kw_only=True)
class _Sorted:
    new: list[tuple[NewDeal, Lead]]
    unchanged: int
    errors: tuple[RowError, ...]


@dataclass(frozen=True, kw_only=True)
class DealImport:
    """Where the deals go, and how they ended."""

    kind: ClassVar[str] = "deals"
    fields: ClassVar[tuple[Field, ...]] = FIELDS
    date_field: ClassVar[str] = "closed_at"

    workspace_id: int
    currency: str
    status: DealStatus

    def parse(self, row: Row, dates: Dates) -> NewDeal:
        """Return what a row says, or raise RowProblem."""
        lead = identifier(row, "lead")
        if not lead:
            raise RowProblem("lead", "", "is empty")
        external_id = identifier(row, "external_id") or f"lead:{lead}"
        if len(external_id) > _LONGEST_TEXT:
            raise RowProblem("external_id", external_id, "is longer than 120 characters")
        return NewDeal(
            line=row.line,
            lead=lead,
            external_id=external_id,
            closed_at=dates.read("closed_at", row.values.get("closed_at", "")),
            value=amount(row, "value"),
            owner=row.values.get("owner", "")[:_LONGEST_TEXT],
            title=row.values.get("title", "")[:255],
        )

    def look(self, session: Session, deals: Sequence[NewDeal]) -> Tally:
        """Say what `put` would do, and change nothing."""
        return _tally(session, self, _sorted(session, self, deals))

    def put(
        self, session: Session, deals: Sequence[NewDeal], *, batch_id: int, now: datetime
    ) -> Tally:
        """Put deals onto the journey; one that was imported before stays as it is."""
        found = _sorted(session, self, deals)
        tally = _tally(session, self, found)
        closed = [_closed(deal, lead, self, batch_id, now) for deal, lead in found.new]
        journey.import_deals(session, closed, outcome=self.status, now=now)
        return tally


def _closed(
    deal: NewDeal, lead: Lead, target: DealImport, batch_id: int, now: datetime
) -> tuple[pipeline.NewDeal, pipeline.By]:
    new = pipeline.NewDeal(
        lead=lead,
        title=deal.title or _title(deal, lead),
        currency=target.currency,
        value=deal.value,
        external_id=deal.external_id,
        owner_label=deal.owner,
        import_batch_id=batch_id,
    )
    return new, pipeline.By(user_id=None, now=now, occurred_at=deal.closed_at)


def _title(deal: NewDeal, lead: Lead) -> str:
    is_nameless = not (lead.company or lead.name or lead.email)
    if is_nameless:
        return f"Deal {deal.external_id[:16]}"
    return title_of(lead.company.name if lead.company else "", lead.name, lead.email)


def _sorted(session: Session, target: DealImport, deals: Sequence[NewDeal]) -> _Sorted:
    leads = _leads(session, target, [key for deal in deals for key in deal.keys])
    seen = _stored(session, target, [deal.external_id for deal in deals])
    new: list[tuple[NewDeal, Lead]] = []
    errors: list[RowError] = []
    unchanged = 0
    for deal in deals:
        lead = next((leads[key] for key in deal.keys if key in leads), None)
        if deal.external_id in seen:
            unchanged += 1
        elif lead is None:
            errors.append(
                RowError(line=deal.line, column="lead", value=deal.lead, reason="is no lead here")
            )
        else:
            seen.add(deal.external_id)
            new.append((deal, lead))
    return _Sorted(new=new, unchanged=unchanged, errors=tuple(errors))


def _leads(session: Session, target: DealImport, keys: Sequence[str]) -> dict[str, Lead]:
    found: dict[str, Lead] = {}
    for part in chunks(sorted(set(keys))):
        query = (
            select(Visitor.key, Lead)
            .join(VisitorEdge, VisitorEdge.visitor_id == Visitor.id)
            .join(Lead, Lead.id == VisitorEdge.lead_id)
            .where(Visitor.workspace_id == target.workspace_id, Visitor.key.in_(part))
            .options(joinedload(Lead.company))
        )
        found |= {key: lead for key, lead in session.execute(query)}
    return found


def _stored(session: Session, target: DealImport, external_ids: Sequence[str]) -> set[str]:
    stored: set[str] = set()
    for part in chunks(sorted(set(external_ids))):
        query = select(Deal.external_id).where(
            Deal.workspace_id == target.workspace_id, Deal.external_id.in_(part)
        )
        stored |= {external_id for external_id in session.scalars(query) if external_id}
    return stored


def _tally(session: Session, target: DealImport, found: _Sorted) -> Tally:
    first = _first_touches(session, target, [lead.id for _, lead in found.new])
    return Tally(
        created=len(found.new),
        unchanged=found.unchanged,
        errors=found.errors,
        early=sum(lead.id in first and d.closed_at < first[lead.id] for d, lead in found.new),
    )


def _first_touches(
    session: Session, target: DealImport, lead_ids: Sequence[int]
) -> Mapping[int, datetime]:
    model_id, _ = stages.active(session, target.workspace_id)
    first: dict[int, datetime] = {}
    for part in chunks(sorted(set(lead_ids))):
        query = select(Standing.lead_id, Standing.first_touch_at).where(
            Standing.model_id == model_id, Standing.lead_id.in_(part)
        )
        first |= {lead: at for lead, at in session.execute(query)}
    return first
