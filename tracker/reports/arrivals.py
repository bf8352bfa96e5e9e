"""What arrives at each site, and what was filtered on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from tracker.collector.domain import Outcome
from tracker.collector.models import HitCount, QuarantinedHit

_HEARD = (Outcome.ACCEPTED, Outcome.DUPLICATE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrivals:
    """What a site has sent: the last good hit, and the messages of one day by outcome."""

    last_at: datetime | None = None
    today: Mapping[Outcome, int] = field(default_factory=dict)
    # Why messages were not accepted on the day, the most frequent reason first.
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def received(self) -> int:
        """Return how many messages came on the day: the sum of all outcomes."""
        return sum(self.today.values())


def arrivals(session: Session, workspace_id: int, *, day: date) -> dict[int, Arrivals]:
    """Return what each site has sent, by site id; one that never sent anything is absent."""
    last = _last_hits(session, workspace_id)
    today: dict[int, dict[Outcome, int]] = {}
    reasons: dict[int, list[tuple[str, int]]] = {}
    for site_id, outcome, reason, number in session.execute(_of_day(workspace_id, day)):
        counts = today.setdefault(site_id, {})
        counts[outcome] = counts.get(outcome, 0) + number
        # What was judged again has left its reason behind.
        if reason and number > 0 and outcome not in _HEARD:
            reasons.setdefault(site_id, []).append((reason, number))
    return {
        site_id: Arrivals(
            last_at=last.get(site_id),
            today=today.get(site_id, {}),
            reasons=tuple(reasons.get(site_id, ())),
        )
        for site_id in last.keys() | today.keys()
    }


def filtered(session: Session, workspace_id: int, *, limit: int = 20) -> list[QuarantinedHit]:
    """Return the latest messages that were put aside, the newest first."""
    query = select(QuarantinedHit).where(QuarantinedHit.workspace_id == workspace_id)
    newest = query.order_by(QuarantinedHit.received_at.desc(), QuarantinedHit.id.desc())
    return list(session.scalars(newest.limit(limit)))


def _last_hits(session: Session, workspace_id: int) -> dict[int, datetime]:
    query = (
        select(HitCount.site_id, func.max(HitCount.last_at))
        .where(HitCount.workspace_id == workspace_id, HitCount.outcome.in_(_HEARD))
        .group_by(HitCount.site_id)
    )
    return {site_id: last_at for site_id, last_at in session.execute(query)}


def _of_day(workspace_id: int, day: date) -> Select[int, Outcome, str, int]:
    number = func.sum(HitCount.number)
    return (
        select(HitCount.site_id, HitCount.outcome, HitCount.reason, number)
        .where(HitCount.workspace_id == workspace_id, HitCount.day == day)
        .group_by(HitCount.site_id, HitCount.outcome, HitCount.reason)
        .order_by(number.desc())
    )
