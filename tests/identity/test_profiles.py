import json

import pytest

from tests.builders import lead_of, make_house, record
from tracker.collector.domain import MessageType
from tracker.collector.traits import traits_of
from tracker.identity import profiles

ACME = {"name": "Acme", "industry": "Optics", "employee_count": "51-200", "country": "Poland"}


@pytest.fixture
def house(session):
    return make_house(session)


def told(house, traits, **facts):
    """Return an identify message with its traits, as the collector keeps them."""
    usual = {"type": MessageType.IDENTIFY, "user_id": "u-1"}
    said = {"traits": traits_of(traits), "properties": json.dumps(traits)}
    return house.hit(**usual | said | facts)


def of_company(lead):
    company = lead.company
    return company.name, company.industry, company.employees, company.country


def test_a_person_tells_of_themselves_and_of_their_company(session, house):
    record(session, told(house, {"address": {"country": "Malta"}, "company": ACME}))
    lead = lead_of(session, house, "u:u-1")
    assert lead.country == "Malta"
    assert of_company(lead) == ("Acme", "Optics", 51, "Poland")


def test_a_group_call_tells_of_the_company_alone(session, house):
    record(session, told(house, ACME, type=MessageType.GROUP))
    lead = lead_of(session, house, "u:u-1")
    assert lead.country == ""
    assert of_company(lead) == ("Acme", "Optics", 51, "Poland")


def test_of_each_fact_what_was_heard_first_counts(session, house):
    record(session, told(house, {"company": {"name": "Acme", "industry": "Optics"}}))
    later = {"name": "Acme", "industry": "Glass", "employees": 90}
    record(session, told(house, {"country": "Malta", "company": later}, user_id="u-2"))
    assert of_company(lead_of(session, house, "u:u-2")) == ("Acme", "Optics", 90, "")


def test_a_past_that_is_read_again_says_the_same(session, house):
    record(session, told(house, {"country": "Malta", "company": ACME}))
    lead = lead_of(session, house, "u:u-1")
    before = (lead.country, of_company(lead))
    profiles.learn(session, house.workspace.id, (), {}, refold=[lead.id])
    assert (lead.country, of_company(lead)) == before
