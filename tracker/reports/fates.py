"""What became of the leads that came to sales, lead by lead, as of a moment."""

from datetime import datetime

from sqlalchemy import ColumnElement, Subquery, case, func, literal, null, select, union
from sqlalchemy.sql.functions import max as max_
from sqlalchemy.sql.functions import min as min_

from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal
from tracker.reports.backtest import Fate

_REFUSED = (HandoffStatus.REJECTED, HandoffStatus.EXPIRED)


def fates(workspace_id: int, until: datetime) -> Subquery:
    """Return a selection of every lead that was offered or has a deal.

    `real_at` is its first offer that was not withdrawn, `came_at` that or else its first deal,
    `fate` what became of it (the best of its deals; without a deal, sales' answer) and
    `sealed_at` when that was decided.
    """
    offers, deals = _offers(workspace_id, until), _deals(workspace_id, until)
    leads = union(select(offers.c.lead_id), select(deals.c.lead_id)).subquery("came")
    fate = case(
        (deals.c.won_at.is_not(None), literal(Fate.WON.value)),
        (deals.c.opened > 0, literal(Fate.OPEN.value)),
        (deals.c.lost_at.is_not(None), literal(Fate.LOST.value)),
        (offers.c.waiting > 0, literal(Fate.OPEN.value)),
        (offers.c.refused_at.is_not(None), literal(Fate.REFUSED.value)),
        else_=literal(Fate.UNTRIED.value),
    )
    sealed = case(
        (deals.c.won_at.is_not(None), deals.c.won_at),
        (deals.c.opened > 0, null()),
        (deals.c.lost_at.is_not(None), deals.c.lost_at),
        (offers.c.waiting > 0, null()),
        else_=offers.c.refused_at,
    )
    return (
        select(
            leads.c.lead_id,
            offers.c.real_at,
            func.coalesce(offers.c.real_at, deals.c.opened_at).label("came_at"),
            fate.label("fate"),
            sealed.label("sealed_at"),
        )
        .outerjoin(offers, offers.c.lead_id == leads.c.lead_id)
        .outerjoin(deals, deals.c.lead_id == leads.c.lead_id)
        .subquery("fates")
    )


def _offers(workspace_id: int, until: datetime) -> Subquery:
    is_settled = Handoff.settled_at <= until
    stands = Handoff.status != HandoffStatus.WITHDRAWN
    # An accepted offer whose deal has not been opened yet waits as well.
    is_waiting = ~is_settled | Handoff.settled_at.is_(None)
    is_waiting |= Handoff.status == HandoffStatus.ACCEPTED
    return (
        select(
            Handoff.lead_id,
            min_(case((stands, Handoff.offered_at))).label("real_at"),
            _number(is_waiting & stands).label("waiting"),
            max_(case((is_settled & Handoff.status.in_(_REFUSED), Handoff.settled_at))).label(
                "refused_at"
            ),
        )
        .where(Handoff.workspace_id == workspace_id, Handoff.offered_at <= until)
        .group_by(Handoff.lead_id)
        .subquery("offers")
    )


def _deals(workspace_id: int, until: datetime) -> Subquery:
    has_ended = Deal.closed_at <= until
    won = has_ended & (Deal.status == DealStatus.WON)
    lost = has_ended & (Deal.status == DealStatus.LOST)
    return (
        select(
            Deal.lead_id,
            min_(Deal.opened_at).label("opened_at"),
            _number(~has_ended | Deal.closed_at.is_(None)).label("opened"),
            min_(case((won, Deal.closed_at))).label("won_at"),
            max_(case((lost, Deal.closed_at))).label("lost_at"),
        )
        .where(Deal.workspace_id == workspace_id, Deal.opened_at <= until)
        .group_by(Deal.lead_id)
        .subquery("deals")
    )


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
