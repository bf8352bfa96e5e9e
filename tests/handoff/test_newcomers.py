import pytest
from sqlalchemy import delete, select, update

from tests.builders import NOON, make_bofu_lead, make_house
from tracker.handoff.models import Handoff
from tracker.handoff.newcomers import identified, may_be_offered
from tracker.identity.models import Lead
from tracker.workspaces.models import Workspace


@pytest.fixture
def lead(session):
    house = make_house(session)
    lead = make_bofu_lead(session, house)
    session.execute(delete(Handoff))
    return lead


def ready(session):
    return set(session.scalars(select(Lead.id).where(may_be_offered(NOON))))


def test_a_known_lead_is_enough_where_nobody_asks_for_proof(session, lead):
    assert ready(session) == identified(session, [lead.id]) == {lead.id}


def test_a_claim_is_not_enough_where_proof_is_asked_for(session, lead):
    session.execute(update(Lead).values(is_verified=False))
    session.execute(update(Workspace).values(requires_proof=True))
    assert ready(session) == identified(session, [lead.id]) == set()


def test_proof_is_enough_everywhere(session, lead):
    session.execute(update(Workspace).values(requires_proof=True))
    session.execute(update(Lead).where(Lead.id == lead.id).values(is_verified=True))
    assert ready(session) == identified(session, [lead.id]) == {lead.id}
