"""What marketing does in the demo: its versions are sound, and its acts leave what they should."""

import pytest
from sqlalchemy import select

from tests.builders import NOON, days, make_bofu_lead, make_house, record
from tests.people import make_user
from tracker.demo import marketing
from tracker.handoff import service as handoff
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.stages.documents import check
from tracker.stages.models import StageOverride
from tracker.workspaces.audit import By
from tracker.workspaces.domain import Role


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def by(session, house):
    member = make_user(session, house.workspace, Role.MARKETER)
    return By(workspace_id=house.workspace.id, user_id=member.user_id, now=NOON + days(1))


@pytest.mark.parametrize("document", [marketing.fitting(), marketing.stricter()])
def test_every_version_of_the_demo_is_one_that_may_be_published(document):
    check(document)


def test_the_second_version_comes_into_force_and_the_third_waits_with_its_diff(session, house, by):
    make_bofu_lead(session, house)
    marketing.publish(session, by)
    marketing.draft(session, by)
    _id, model = stages.active(session, house.workspace.id)
    draft = versions.draft_of(session, house.workspace.id)
    assert (model.version, bool(model.fit.rules)) == (2, True)
    assert (draft.version, draft.compared_at) == (3, by.now)


def test_the_best_in_the_middle_is_put_at_the_bottom_with_a_reason(session, house, by):
    for email, events in (("ana@firm.example", 1), ("ben@firm.example", 3)):
        hits = [house.event("Webinar Attended", asset=f"{n}", email=email) for n in range(events)]
        record(session, house.identify(email), *hits)
    marketing.put_by_hand(session, by)
    row = session.scalars(select(StageOverride)).one()
    [offer] = handoff.queue(session, house.workspace.id)
    assert offer.lead_id == row.lead_id
    assert offer.lead.email == "ben@firm.example"
    assert row.reason


def test_where_nobody_is_in_the_middle_nobody_is_put_anywhere(session, house, by):
    marketing.put_by_hand(session, by)
    assert session.scalars(select(StageOverride)).all() == []
