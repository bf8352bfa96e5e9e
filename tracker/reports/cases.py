"""Load what a back-test judges by: deals that ended, and leads that would have been offered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.handoff.models import DraftOffer, Handoff
from tracker.identity.models import Lead
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal
from tracker.reports.backtest import (
    WEEK,
    Ended,
    Fate,
    Figure,
    Offered,
    Span,
    Trial,
    counts_deals,
)
from tracker.reports.fates import fates
from tracker.stages.models import StageModelRow
from tracker.workspaces.domain import Role
from tracker.workspaces.models import Membership

# Whoever has answered an offer within so long is an active rep.
ACTIVE = timedelta(days=90)


class Side(StrEnum):
    """Which of the two versions of a back-test."""

    VERSION = "version"
    LIVE = "live"


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """A version and the one in force, judged by the same deals, leads and weeks."""

    version: Trial
    live: Trial

    def side(self, side: Side) -> Trial:
        """Return one of the two."""
        return self.version if side is Side.VERSION else self.live


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One line of the list behind a figure: a lead, and its deal if the figure counts deals."""

    lead: Lead
    fate: Fate
    would_at: datetime | None
    real_at: datetime | None = None
    deal: Deal | None = None


def load(session: Session, row: StageModelRow, *, until: datetime) -> Backtest:
    """Return what is known of a version that was compared, by what had ended until a moment."""
    came = fates(row.workspace_id, until)
    query = (
        select(DraftOffer, came.c.fate, came.c.sealed_at)
        .outerjoin(came, came.c.lead_id == DraftOffer.lead_id)
        .where(DraftOffer.model_id == row.id)
    )
    sides: dict[Side, list[Offered]] = {side: [] for side in Side}
    for noted, fate, sealed_at in session.execute(query):
        lived = Fate(fate or Fate.UNTRIED)
        for side, at in ((Side.VERSION, noted.offered_at), (Side.LIVE, noted.live_at)):
            if at is not None:
                offer = Offered(lead_id=noted.lead_id, would_at=at, fate=lived, sealed_at=sealed_at)
                sides[side].append(offer)
    ended = _ended(session, row.workspace_id, until)
    span = _span(session, row, until)
    return Backtest(
        version=_trial(ended, sides[Side.VERSION], span), live=_trial(ended, sides[Side.LIVE], span)
    )


def members(
    session: Session, trial: Trial, figure: Figure, *, window: tuple[int, int]
) -> tuple[Case, ...]:
    """Return some of the deals or offers behind a figure: so many from a place on."""
    limit, offset = window
    if not counts_deals(figure):
        offers = trial.offers_of(figure)[offset : offset + limit]
        leads = _leads(session, [one.lead_id for one in offers])
        return tuple(
            Case(lead=leads[one.lead_id], fate=one.fate, would_at=one.would_at) for one in offers
        )
    ended = trial.deals_of(figure)[offset : offset + limit]
    leads = _leads(session, [one.lead_id for one in ended])
    query = select(Deal).where(Deal.id.in_([one.deal_id for one in ended]))
    deals = {deal.id: deal for deal in session.scalars(query)}
    return tuple(
        Case(
            lead=leads[one.lead_id],
            deal=deals[one.deal_id],
            fate=Fate.WON if one.is_won else Fate.LOST,
            would_at=one.would_at,
            real_at=one.real_at,
        )
        for one in ended
    )


def _leads(session: Session, lead_ids: Sequence[int]) -> dict[int, Lead]:
    query = select(Lead).where(Lead.id.in_(lead_ids))
    return {lead.id: lead for lead in session.scalars(query)}


def _trial(ended: Sequence[Ended], offers: list[Offered], span: Span) -> Trial:
    would = {offer.lead_id: offer.would_at for offer in offers}
    offers.sort(key=lambda offer: (offer.would_at, offer.lead_id), reverse=True)
    deals = [replace(deal, would_at=would.get(deal.lead_id)) for deal in ended]
    return Trial(deals=deals, offers=offers, span=span)


def _ended(session: Session, workspace_id: int, until: datetime) -> list[Ended]:
    came = fates(workspace_id, until)
    query = (
        select(Deal.id, Deal.lead_id, Deal.status, Deal.opened_at, Deal.closed_at, came.c.real_at)
        .join(came, came.c.lead_id == Deal.lead_id)
        .where(Deal.workspace_id == workspace_id, Deal.closed_at <= until)
        .order_by(Deal.closed_at.desc(), Deal.id.desc())
    )
    return [
        Ended(
            deal_id=deal_id,
            lead_id=lead_id,
            is_won=status is DealStatus.WON,
            opened_at=opened_at,
            closed_at=closed_at,
            real_at=real_at,
        )
        for deal_id, lead_id, status, opened_at, closed_at, real_at in session.execute(query)
    ]


def _span(session: Session, row: StageModelRow, until: datetime) -> Span:
    would = select(func.min(DraftOffer.offered_at), func.min(DraftOffer.live_at))
    firsts = [*session.execute(would.where(DraftOffer.model_id == row.id)).one()]
    offered = select(func.min(Handoff.offered_at)).filter_by(workspace_id=row.workspace_id)
    firsts.append(session.scalar(offered))
    first = min((at for at in firsts if at is not None), default=until)
    return Span(weeks=max(1.0, (until - first) / WEEK), reps=_reps(session, row, until))


def _reps(session: Session, row: StageModelRow, until: datetime) -> int:
    """Return how many people answer offers; while nobody has, how many could."""
    answered = select(func.count(func.distinct(Handoff.settled_by_id))).where(
        Handoff.workspace_id == row.workspace_id,
        Handoff.settled_at > until - ACTIVE,
        Handoff.settled_at <= until,
    )
    reps = select(func.count()).where(
        Membership.workspace_id == row.workspace_id, Membership.role == Role.REP
    )
    return session.scalar(answered) or session.scalar(reps) or 0
