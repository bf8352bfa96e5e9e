"""What becomes of offers whose leads come together, and part again."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.driver import chunks
from tracker.handoff.domain import HandoffStatus, WithdrawReason
from tracker.handoff.models import Handoff
from tracker.handoff.withdrawals import Why, be_open, withdraw


def follow(session: Session, homes: Mapping[int, int], *, now: datetime) -> None:
    """Carry offers along with leads that merged or parted.

    Where several come together one stays open, the oldest, and none beside an accepted one;
    where they part again, those that made room are open as before.
    """
    offers: dict[int, list[Handoff]] = {}
    for part in chunks(sorted(homes)):
        query = select(Handoff).where(Handoff.original_lead_id.in_(part))
        for offer in session.scalars(query.order_by(Handoff.offered_at, Handoff.id)):
            offers.setdefault(homes[offer.original_lead_id], []).append(offer)
    opened = [_make_room(session, own, now=now) for own in offers.values()]
    moved = [(o, home) for home, own in offers.items() for o in own if o.lead_id != home]
    # While they change places no lead has two that are open.
    for offer, _ in moved:
        if offer.status is HandoffStatus.OFFERED:
            offer.status = HandoffStatus.WITHDRAWN
    session.flush()
    for offer, home in moved:
        offer.lead_id = home
    session.flush()
    for offer in filter(None, opened):
        be_open(offer, now=now)
    session.flush()


def _make_room(session: Session, offers: Sequence[Handoff], *, now: datetime) -> Handoff | None:
    """Withdraw the offers of one lead that stand in the way of another; return the open one."""
    here = {offer.id for offer in offers}
    waiting = [
        offer
        for offer in offers
        if offer.status is HandoffStatus.OFFERED
        or (offer.yielded_to_id is not None and offer.yielded_to_id not in here)
    ]
    accepted = [offer for offer in offers if offer.status is HandoffStatus.ACCEPTED]
    for first in (accepted or waiting)[:1]:
        others = [offer for offer in waiting if offer is not first]
        withdraw(session, others, now=now, why=Why(reason=WithdrawReason.YIELDED, first=first))
    return None if accepted or not waiting else waiting[0]
