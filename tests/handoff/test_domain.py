"""When a lead is offered, and how an offer settles."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON
from tracker.errors import Conflict, Invalid
from tracker.handoff.domain import (
    Agreement,
    HandoffStatus,
    Readiness,
    RejectReason,
    check_reason,
    due_at,
    is_fresh,
    is_ready,
    settle,
)
from tracker.stages.domain import Stage

READY = Readiness(stage=Stage.BOFU, is_identified=True, is_fresh=True)


@pytest.mark.parametrize(
    ("change", "ready"),
    [
        ({}, True),
        ({"stage": Stage.MOFU}, False),
        ({"stage": None}, False),
        ({"is_identified": False}, False),
        ({"is_fresh": False}, False),
        ({"has_open_handoff": True}, False),
        ({"was_accepted": True}, False),
        ({"is_cooling_off": True}, False),
    ],
    ids=str,
)
def test_lead_is_ready_only_when_everything_speaks_for_it(change, ready):
    assert is_ready(replace(READY, **change)) is ready


def test_a_week_old_touch_is_still_fresh_and_an_older_one_is_not():
    week = timedelta(days=7)
    assert is_fresh(NOON - week, now=NOON)
    assert not is_fresh(NOON - week - timedelta(seconds=1), now=NOON)


def test_sales_has_as_long_as_was_agreed():
    assert due_at(NOON, Agreement(time_to_answer=timedelta(hours=4))) == NOON + timedelta(hours=4)


@pytest.mark.parametrize("status", [s for s in HandoffStatus if s is not HandoffStatus.OFFERED])
def test_handoff_is_settled_only_once(status):
    with pytest.raises(Conflict, match=f"already {status}"):
        settle(status, HandoffStatus.ACCEPTED)


def test_rejection_needs_a_reason():
    with pytest.raises(Invalid) as refused:
        check_reason(HandoffStatus.REJECTED, None)
    assert refused.value.fields == {"reason": "choose a reason"}


def test_acceptance_has_no_reason():
    with pytest.raises(Invalid):
        check_reason(HandoffStatus.ACCEPTED, RejectReason.OTHER)
