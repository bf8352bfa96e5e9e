"""The sink of the intake: one transaction for hits, their journey, quarantine and counts."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from tracker import journey
from tracker.clock import utcnow
from tracker.collector import service as collector
from tracker.collector.domain import Load, Outcome
from tracker.collector.intake import Sink
from tracker.db import Database


def make_sink(database: Database, *, writer: int) -> Sink:
    """Return what stores a load in the database; `writer` tells processes apart."""

    def store(load: Load) -> Sequence[Outcome]:
        now = utcnow()
        with database.writing(remembers=True) as session:
            try:
                outcomes = _store(session, load, writer=writer, now=now)
                session.commit()
            except BaseException:
                # Whatever state the connection is in, the next batch does not inherit it.
                session.invalidate()
                raise
        return outcomes

    return store


def _store(session: Session, load: Load, *, writer: int, now: datetime) -> list[Outcome]:
    outcomes: list[Outcome] = []
    if load.hits:
        recorded = journey.record(session, load.hits, now=now)
        outcomes = [Outcome.ACCEPTED if new else Outcome.DUPLICATE for new in recorded.is_new]
    collector.keep(session, load.rejects, now=now)
    # Last, so that rows which several batches count in are held for a moment only.
    collector.count(session, _tally(load, outcomes), writer=writer, now=now)
    return outcomes


def _tally(load: Load, outcomes: Sequence[Outcome]) -> collector.Tally:
    tally: Counter[tuple[int, int, Outcome, str]] = Counter()
    for hit, outcome in zip(load.hits, outcomes, strict=True):
        tally[hit.workspace_id, hit.site_id, outcome, ""] += 1
    for reject in load.rejects:
        key = (reject.workspace_id, reject.site_id, Outcome.QUARANTINED, reject.reason.value)
        tally[key] += 1
    for refusal in load.refusals:
        key = (refusal.workspace_id, refusal.site_id, Outcome.REFUSED, refusal.reason.value)
        tally[key] += refusal.number
    return tally
