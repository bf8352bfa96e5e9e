"""Scheduled work: each job may run at any time, and what became of it is remembered."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from tests.builders import NOON, make_bofu_lead, make_house
from tracker import jobs, versions
from tracker.collector import service as collector
from tracker.collector.domain import DropReason, Reject
from tracker.collector.models import QuarantinedHit
from tracker.stages import service as stages
from tracker.stages import versions as stage_versions
from tracker.stages.documents import DEFAULT, dump
from tracker.stages.domain import Work
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


def test_arithmetic_is_done_to_its_end_in_a_process_of_its_own(database, session):
    house = make_house(session)
    make_bofu_lead(session, house)
    raw = DEFAULT | {"rules": [{"id": "tofu", "stage": "tofu", "kinds": ["demo"]}]}
    row = stage_versions.save_draft(session, house.workspace.id, dump(raw))
    versions.begin(session, row, Work.REPLAY, now=NOON)
    session.commit()
    job = next(job for job in jobs.JOBS if job.waits is not None)
    process = jobs.begin_beside(job, database)
    process.join(timeout=60)
    assert process.exitcode == 0
    session.expire_all()
    assert stages.active(session, house.workspace.id)[1].version == row.version
    assert not versions.is_waiting(session)


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
