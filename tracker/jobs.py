"""The table of scheduled work: what, which function, how often."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tracker import journey, retelling, versions
from tracker.clock import utcnow
from tracker.collector import quarantine
from tracker.db import Database, make_engine
from tracker.handoff import service as handoff
from tracker.tasks.runs import Run, Runs

log = logging.getLogger(__name__)

# Leads in one transaction: on SQLite everybody else who writes waits that long.
SLICE = 50


# A process beside the server rests so many times as long as it waited for the pen and held it.
# It is not made nice: whoever holds the pen and gets no processor keeps everybody waiting.
RESTS = 6


@dataclass(frozen=True, kw_only=True)
class Job:
    """One piece of work that comes round again; `run` may be run at any time, twice, or late.

    Long work is done in slices, each in a transaction of its own: while `run` returns True
    there is more, but after so many slices every other job has its turn.  Work that is mostly
    arithmetic is done in a process of its own, to its end, as soon as something `waits`: in
    the server's process it would take turns with every request.  What it may read before the
    transaction it does in `look`.
    """

    what: str
    run: Callable[..., object]
    every: timedelta
    slices: int = 1
    waits: Callable[[Session], bool] | None = None
    look: Callable[[Session, datetime], object] | None = None


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
        run=lambda session, now, seen: versions.step(session, now=now, seen=seen),
        every=timedelta(seconds=1),
        waits=versions.is_waiting,
        look=lambda session, now: versions.look(session, now=now),
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
        if not _has_more(job, database, now, _look(job, database, now)):
            return


def run_forever(database: Database, stop: threading.Event, runs: Runs) -> None:
    """Run every job when it is due, until told to stop; a failure is noted and tried again."""
    due = {job.what: utcnow() for job in JOBS}
    beside: dict[str, BaseProcess] = {}
    while not stop.wait(1):
        for job in JOBS:
            now = utcnow()
            if now < due[job.what]:
                continue
            due[job.what] = now + job.every
            runs.note(job.what, _attempt(job, database, beside, now))
    for process in beside.values():
        process.terminate()


def begin_beside(job: Job, database: Database) -> BaseProcess:
    """Begin to do a job to its end in a process of its own, which mostly rests."""
    url = database.engine.url.render_as_string(hide_password=False)
    process = get_context("spawn").Process(target=_carry_on, args=(url, job.what), daemon=True)
    process.start()
    return process


def _attempt(job: Job, database: Database, beside: dict[str, BaseProcess], now: datetime) -> Run:
    error = ""
    try:
        if job.waits is None:
            run(job, database, now=now)
        else:
            error = _watch(job, database, beside)
    except SQLAlchemyError as caught:
        log.exception("job failed: %s", job.what)
        error = type(caught).__name__
    return Run(at=now, took=utcnow() - now, error=error)


def _watch(job: Job, database: Database, beside: dict[str, BaseProcess]) -> str:
    """See to it that a process does what waits; return what ended the last one, if anything."""
    process = beside.get(job.what)
    if process is not None and process.is_alive():
        return ""
    with database.reading() as session:
        if job.waits is not None and job.waits(session):
            beside[job.what] = begin_beside(job, database)
    failed = process is not None and process.exitcode
    return f"its process ended with {failed}" if failed else ""


def _carry_on(url: str, what: str) -> None:
    # Whoever stops the server from its terminal means the server, which ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = os.getppid()
    database = Database(make_engine(url))
    job = next(job for job in JOBS if job.what == what)
    while os.getppid() == server:
        now = utcnow()
        seen = _look(job, database, now)
        began = time.monotonic()
        if not _has_more(job, database, now, seen):
            return
        time.sleep(RESTS * (time.monotonic() - began))


def _look(job: Job, database: Database, now: datetime) -> tuple[object, ...]:
    if job.look is None:
        return ()
    with database.reading() as session:
        return (job.look(session, now),)


def _has_more(job: Job, database: Database, now: datetime, seen: tuple[object, ...]) -> bool:
    with database.writing() as session:
        has_more = job.run(session, now, *seen)
        session.commit()
    return has_more is True
