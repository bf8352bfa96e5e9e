"""The table of scheduled work: what, which function, how often."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tracker import journey, retelling, versions
from tracker.clock import utcnow
from tracker.collector import quarantine
from tracker.db import Database
from tracker.handoff import service as handoff
from tracker.tasks.runs import Run, Runs

log = logging.getLogger(__name__)

# Leads in one transaction: on SQLite everybody else who writes waits that long.
SLICE = 50


@dataclass(frozen=True, kw_only=True)
class Job:
    """One piece of work that comes round again; `run` may be run at any time, twice, or late.

    Long work is done in slices, each in a transaction of its own: while `run` returns True
    there is more, but after so many slices every other job has its turn.
    """

    what: str
    run: Callable[[Session, datetime], object]
    every: timedelta
    slices: int = 1


JOBS = (
    Job(
        what="expire handoffs that nobody answered in time",
        run=lambda session, now: handoff.expire_overdue(session, now=now),
        every=timedelta(minutes=1),
    ),
    Job(
        what="move leads that time alone has moved",
        run=lambda session, now: journey.advance_clock(session, now=now, limit=SLICE),
        every=timedelta(seconds=10),
        slices=20,
    ),
    Job(
        what="carry stage models that are being compared or published on",
        run=lambda session, now: versions.step(session, now=now),
        every=timedelta(seconds=1),
        slices=20,
    ),
    Job(
        what="tell again what was classed anew",
        run=lambda session, now: retelling.step(session, now=now),
        every=timedelta(seconds=1),
        slices=30,
    ),
    Job(
        what="forget what has been in quarantine for 30 days",
        run=lambda session, now: quarantine.expire(session, now=now),
        every=timedelta(minutes=1),
    ),
)


def run(job: Job, database: Database, *, now: datetime) -> None:
    """Run one job, each slice of it in a transaction of its own."""
    for _ in range(job.slices):
        with database.writing() as session:
            has_more = job.run(session, now)
            session.commit()
        if has_more is not True:
            return


def run_forever(database: Database, stop: threading.Event, runs: Runs) -> None:
    """Run every job when it is due, until told to stop; a failure is noted and tried again."""
    due = {job.what: utcnow() for job in JOBS}
    while not stop.wait(1):
        for job in JOBS:
            now = utcnow()
            if now < due[job.what]:
                continue
            due[job.what] = now + job.every
            runs.note(job.what, _attempt(job, database, now))


def _attempt(job: Job, database: Database, now: datetime) -> Run:
    error = ""
    try:
        run(job, database, now=now)
    except SQLAlchemyError as caught:
        log.exception("job failed: %s", job.what)
        error = type(caught).__name__
    return Run(at=now, took=utcnow() - now, error=error)
