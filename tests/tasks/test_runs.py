"""The last run of each job."""

from datetime import timedelta

from tests.builders import NOON
from tracker.tasks.runs import Run, Runs


def run(**facts):
    return Run(at=NOON, took=timedelta(seconds=1), **facts)


def test_a_job_that_has_not_run_is_known():
    assert Runs(["sweep"]).last() == {"sweep": None}


def test_the_last_run_is_the_one_that_is_remembered():
    runs = Runs(["sweep"])
    runs.note("sweep", run(error="Lost"))
    runs.note("sweep", run())
    assert runs.last() == {"sweep": run()}


def test_what_was_read_does_not_change():
    runs = Runs(["sweep"])
    before = runs.last()
    runs.note("sweep", run())
    assert before == {"sweep": None}
