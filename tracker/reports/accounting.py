"""Where every message went: received is the sum of the four outcomes, day by day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.collector.domain import Outcome
from tracker.collector.models import HitCount
from tracker.workspaces.models import Workspace

# What no key opened is counted here.
NOBODY = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """So many messages of a site had an outcome on a day, for a reason."""

    day: date
    site_id: int
    outcome: Outcome
    reason: str
    number: int


class Accounting:
    """The messages of some days, and their sums."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries

    @property
    def received(self) -> int:
        """Return how many messages came: the sum of the outcomes."""
        return sum(entry.number for entry in self.entries)

    def number(self, outcome: Outcome) -> int:
        """Return how many messages had an outcome."""
        return sum(entry.number for entry in self.entries if entry.outcome is outcome)

    def of_day(self, day: date) -> "Accounting":
        """Return the account of one day."""
        return Accounting([entry for entry in self.entries if entry.day == day])

    def by_site(self) -> dict[int, "Accounting"]:
        """Return an account for each site from which anything came."""
        sites = sorted({entry.site_id for entry in self.entries})
        return {
            site: Accounting([entry for entry in self.entries if entry.site_id == site])
            for site in sites
        }

    def reasons(self) -> list[tuple[Outcome, str, int]]:
        """Return why messages were not accepted, the most frequent reason first."""
        numbers = Counter[tuple[Outcome, str]]()
        for entry in self.entries:
            if entry.reason:
                numbers[entry.outcome, entry.reason] += entry.number
        return [(*key, number) for key, number in numbers.most_common() if number]


def accounting(session: Session, workspace_id: int, *, last: date, days: int) -> Accounting:
    """Return what arrived on a number of days; where one workspace is alone, also for nobody."""
    places = [workspace_id]
    if session.scalar(select(func.count()).select_from(Workspace)) == 1:
        places.append(NOBODY)
    query = (
        select(
            HitCount.day,
            HitCount.site_id,
            HitCount.outcome,
            HitCount.reason,
            func.sum(HitCount.number),
        )
        .where(HitCount.workspace_id.in_(places))
        .where(HitCount.day > last - timedelta(days=days), HitCount.day <= last)
        .group_by(HitCount.day, HitCount.site_id, HitCount.outcome, HitCount.reason)
    )
    return Accounting(
        [
            Entry(day=day, site_id=site_id, outcome=outcome, reason=reason, number=int(number))
            for day, site_id, outcome, reason, number in session.execute(query)
        ]
    )
