"""The lists of the queue."""

import pytest

from tests.builders import NOON, days, make_bofu_lead, make_house
from tests.people import make_user
from tracker.handoff import queries, service
from tracker.handoff.domain import HandoffStatus, RejectReason
from tracker.workspaces.domain import Role

OPEN = [HandoffStatus.OFFERED]


@pytest.fixture
def scene(session):
    """Offer three leads; one is claimed, and a fourth was rejected, a fifth expired."""
    house = make_house(session)
    rep = make_user(session, house.workspace, Role.REP).user
    for number in range(4):
        make_bofu_lead(session, house, f"lead{number}@firm.example")
    waiting = service.queue(session, house.workspace.id)
    service.claim(session, house.workspace.id, waiting[1].code, by=rep.id, now=NOON)
    no = service.Answer(verdict=HandoffStatus.REJECTED, by=rep.id, reason=RejectReason.OTHER)
    service.answer(session, house.workspace.id, waiting[0].code, answer=no, now=NOON)
    return house, rep


def emails(session, house, **some):
    found = queries.page(session, house.workspace.id, queries.Some(**some), limit=10)
    return [handoff.lead.email.partition("@")[0] for handoff in found]


def test_mine_nobodys_and_all_that_wait(session, scene):
    house, rep = scene
    assert emails(session, house, statuses=OPEN) == ["lead1", "lead2", "lead3"]
    assert emails(session, house, statuses=OPEN, claimed_by=rep.id) == ["lead1"]
    assert emails(session, house, statuses=OPEN, is_unclaimed=True) == ["lead2", "lead3"]


def test_settled_ones_are_found_by_whoever_settled_them(session, scene):
    house, rep = scene
    service.expire_overdue(session, now=NOON + days(2))
    assert emails(session, house, statuses=queries.SETTLED, settled_by=rep.id) == ["lead0"]
    assert len(emails(session, house, statuses=queries.SETTLED)) == 4


def test_count_is_the_length_of_the_list(session, scene):
    house, _rep = scene
    some = queries.Some(statuses=OPEN)
    assert queries.count(session, house.workspace.id, some) == 3


def test_only_who_has_answered_is_in_the_filter(session, scene):
    house, rep = scene
    make_user(session, house.workspace, Role.REP)
    assert queries.answerers(session, house.workspace.id) == [rep]
