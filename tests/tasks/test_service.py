from datetime import timedelta

import pytest

from tests.builders import NOON, make_house
from tracker.tasks import service as tasks

LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def task(session, house):
    return tasks.begin(session, house.workspace.id, "import", subject="a.csv", total=9, now=NOON)


def test_work_that_has_begun_is_running(session, house, task):
    assert tasks.running(session, house.workspace.id, now=NOON) == [task]
    assert tasks.interrupted(session, house.workspace.id, now=NOON) == []


def test_work_that_goes_on_keeps_its_lease(session, house, task):
    tasks.advance(session, task.id, 4, now=LATER)
    assert tasks.running(session, house.workspace.id, now=LATER)[0].done == 4


def test_work_that_nobody_goes_on_with_is_seen(session, house, task):
    assert tasks.running(session, house.workspace.id, now=LATER) == []
    assert tasks.interrupted(session, house.workspace.id, now=LATER) == [task]


def test_work_that_has_ended_is_neither(session, house, task):
    tasks.finish(session, task.id, now=NOON, error="the disk is full")
    assert tasks.running(session, house.workspace.id, now=NOON) == []
    assert tasks.interrupted(session, house.workspace.id, now=LATER) == []
    assert task.error == "the disk is full"
