"""Many people at once: real threads, real connections, both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import TimeoutError

from tests.builders import NOON, make_bofu_lead, make_house
from tests.people import make_user
from tracker import journey
from tracker.errors import Conflict
from tracker.handoff import service
from tracker.handoff.domain import HandoffStatus, RejectReason
from tracker.handoff.models import Handoff
from tracker.milestones.models import Milestone
from tracker.pipeline.models import Deal, DealMove
from tracker.workspaces.domain import Role
from tracker.workspaces.models import Workspace

YES = service.Answer(verdict=HandoffStatus.ACCEPTED, by=None)
NO = service.Answer(verdict=HandoffStatus.REJECTED, by=None, reason=RejectReason.OTHER)


def at_once(count, act):
    """Let so many threads begin together; return what each of them got."""
    start = Barrier(count)

    def one(number):
        start.wait()
        return act(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def answer(database, workspace_id, code, said):
    """Answer in a transaction of one's own, as often as it takes to get a connection."""
    while True:
        try:
            return answer_once(database, workspace_id, code, said)
        except TimeoutError:  # fifty are more than the pool gives out at a time
            continue


def answer_once(database, workspace_id, code, said):
    """Say whether the answer was taken."""
    with database.writing() as session:
        workspace = session.get_one(Workspace, workspace_id)
        try:
            journey.answer_handoff(session, workspace, code, answer=said, now=NOON)
        except Conflict:
            return False
        session.commit()
        return True


@pytest.fixture
def offered(session):
    house = make_house(session)
    make_bofu_lead(session, house)
    [handoff] = service.queue(session, house.workspace.id)
    session.commit()
    return house.workspace.id, handoff.code


def count(database, model, *conditions):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_fifty_parallel_accepts_open_exactly_one_deal(database, offered):
    taken = at_once(50, lambda _: answer(database, *offered, YES))
    assert (taken.count(True), taken.count(False)) == (1, 49)
    assert (count(database, Deal), count(database, DealMove)) == (1, 1)


def test_milestones_agree_after_the_rush(database, offered):
    at_once(20, lambda _: answer(database, *offered, YES))
    with database.reading() as session:
        query = select(Milestone.step).where(Milestone.retracted_at.is_(None))
        steps = sorted(session.scalars(query))
    assert [step.partition(":")[0] for step in steps] == ["accepted", "bofu", "deal", "offered"]


def test_of_yes_and_no_at_once_one_stands(database, offered):
    said = [YES, NO] * 8
    taken = at_once(16, lambda n: answer(database, *offered, said[n]))
    assert taken.count(True) == 1
    assert count(database, Deal) == (1 if said[taken.index(True)] is YES else 0)


def test_four_reps_claiming_many_leads_never_share_one(session, database):
    house = make_house(session)
    for number in range(40):
        make_bofu_lead(session, house, f"lead{number}@firm.example")
    reps = [make_user(session, house.workspace, Role.REP).user_id for _ in range(4)]
    codes = [handoff.code for handoff in service.queue(session, house.workspace.id)]
    session.commit()
    won = at_once(4, lambda n: claim_all(database, house.workspace.id, codes, reps[n]))
    assert sorted(code for own in won for code in own) == sorted(codes)
    with database.reading() as fresh:
        owners = dict(fresh.execute(select(Handoff.code, Handoff.claimed_by_id)).all())
    assert owners == {code: reps[n] for n, own in enumerate(won) for code in own}


def claim_all(database, workspace_id, codes, rep):
    """Claim one after the other; return those that were to be had."""
    won = []
    for code in codes:
        with database.writing() as session:
            try:
                service.claim(session, workspace_id, code, by=rep, now=NOON)
            except Conflict:
                continue
            session.commit()
            won.append(code)
    return won
