import pytest

from tests.builders import make_bofu_lead, make_house
from tracker.handoff import service


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def offered(session, house):
    """Offer one lead at NOON."""
    make_bofu_lead(session, house)
    return service.queue(session, house.workspace.id)[0]
