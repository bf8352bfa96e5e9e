"""Scheduled work: each job may run at any time, and what became of it is remembered."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from tests.builders import NOON, make_house
from tracker import jobs
from tracker.collector import service as collector
from tracker.collector.domain import DropReason, Reject
from tracker.collector.models import QuarantinedHit
from tracker.tasks.runs import Runs


class Rounds:
    """A word to stop that is given after so many rounds."""

    def __init__(self, number: int) -> None:
        self.left = number

    def wait(self, _seconds: float) -> bool:
        """Return whether it is time to stop."""
        self.left -= 1
        return self.left < 0


def work(database, *errors: Exception, rounds: int, monkeypatch) -> tuple[Runs, list[str]]:
    """Let one job do its rounds; it fails with each error first."""
    done: list[str] = []
    left = list(errors)

    def run(_session, _now) -> None:
        if left:
            raise left.pop(0)
        done.append("done")

    job = jobs.Job(what="sweep", run=run, every=timedelta(0))
    monkeypatch.setattr(jobs, "JOBS", (job,))
    runs = Runs(["sweep"])
    jobs.run_forever(database, Rounds(rounds), runs)
    return runs, done


@pytest.mark.parametrize("job", jobs.JOBS, ids=lambda job: job.what)
def test_a_job_may_run_twice_on_nothing(database, job):
    for _ in range(2):
        jobs.run(job, database, now=NOON)


def test_a_job_that_fails_says_so_and_is_tried_again(database, monkeypatch):
    lost = OperationalError("", {}, Exception("gone"))
    runs, done = work(database, lost, rounds=1, monkeypatch=monkeypatch)
    assert (runs.last()["sweep"].error, done) == ("OperationalError", [])
    runs, done = work(database, lost, rounds=2, monkeypatch=monkeypatch)
    assert (runs.last()["sweep"].error, done) == ("", ["done"])


def test_old_quarantine_is_forgotten(database, session):
    house = make_house(session)
    for age in (31, 29):
        reject = Reject(
            workspace_id=house.workspace.id,
            site_id=house.site.id,
            received_at=NOON - timedelta(days=age),
            reason=DropReason.MALFORMED,
        )
        collector.keep(session, [reject])
    session.commit()
    for job in jobs.JOBS:
        jobs.run(job, database, now=NOON)
    assert session.scalar(select(func.count()).select_from(QuarantinedHit)) == 1
