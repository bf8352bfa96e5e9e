from decimal import Decimal

import pytest

from tests.builders import NOON, days, lead_of, make_deal, make_house, record
from tracker import journey
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.service import By
from tracker.reports import companies as lists
from tracker.reports import log
from tracker.reports.companies import CompanySearch, CompanySort
from tracker.reports.company_line import company_line
from tracker.reports.log import TouchSearch
from tracker.reports.people import LeadSearch, count
from tracker.reports.timeline import TOUCHES
from tracker.stages import service as stages
from tracker.stages.domain import Stage


@pytest.fixture
def house(session):
    """Give a house in which two work for Acme, one of them won, and one for Lindley."""
    house = make_house(session)
    deal = make_deal(session, house, "ana@acme.example")
    journey.win_deal(session, deal, by=By(user_id=None, now=NOON), value=Decimal(900))
    record(
        session,
        house.page("/", email="bo@acme.example", occurred_at=NOON + days(1)),
        house.page("/", email="cy@lindley.example", occurred_at=NOON + days(2)),
        house.page("/blog/why", anonymous_id="nobody"),
    )
    session.expire_all()
    return house


def company(session, house, email="ana@acme.example"):
    return lead_of(session, house, f"e:{email}").company


def listed(session, house, **facts):
    search = CompanySearch(**facts)
    rows = lists.companies(session, house.workspace.id, search, limit=9)
    assert lists.count(session, house.workspace.id, search) == len(rows)
    return [row.name for row in rows]


def test_a_company_has_its_people_its_furthest_stage_and_its_deals(session, house):
    row = lists.one(session, company(session, house))
    assert (row.people, row.stage, row.last_at) == (2, Stage.BOFU, NOON + days(1))
    assert (row.deals_open, row.deals_won) == (0, 1)
    (money,) = lists.sums_of(session, company(session, house))
    assert (money.status, money.number, money.value) == (DealStatus.WON, 1, 900)


def test_the_list_says_the_same_as_the_company(session, house):
    rows = lists.companies(session, house.workspace.id, CompanySearch(), limit=9)
    assert lists.one(session, company(session, house)) in rows


def test_companies_are_sorted_and_searched(session, house):
    acme, lindley = "acme.example", "lindley.example"
    assert listed(session, house) == [lindley, acme]
    assert listed(session, house, sorting=CompanySort.NAME) == [acme, lindley]
    assert listed(session, house, sorting=CompanySort.PEOPLE) == [acme, lindley]
    assert listed(session, house, text="LIND") == [lindley]
    assert listed(session, house, text="%") == []


def test_the_number_of_people_opens_exactly_them(session, house):
    acme = company(session, house)
    assert count(session, house.workspace.id, LeadSearch(company_id=acme.id)) == 2


def test_a_line_has_the_visits_of_all_people_and_the_deals(session, house):
    model_id, _ = stages.active(session, house.workspace.id)
    line = company_line(session, company(session, house), model_id)
    told = [(entry.form, entry.lead.email) for entry in line.entries]
    assert told[:2] == [("change", "bo@acme.example"), ("visit", "bo@acme.example")]
    assert {form for form, email in told if email == "ana@acme.example"} == {
        "visit", "change", "deal",
    }  # fmt: skip
    assert all(email != "cy@lindley.example" for _, email in told)


def test_a_long_line_goes_on_where_it_stopped(session, house):
    more = [
        house.page(f"/{n}", email="bo@acme.example", occurred_at=NOON + days(3 + n))
        for n in range(TOUCHES + 10)
    ]
    record(session, *more)
    acme = company(session, house)
    model_id, _ = stages.active(session, house.workspace.id)
    first = company_line(session, acme, model_id)
    rest = company_line(session, acme, model_id, before=first.older)
    touches = [t for line in (first, rest) for e in line.entries if e.form == "visit"
               for t in e.touches]  # fmt: skip
    search = TouchSearch(company_id=acme.id)
    titled = [t for t in log.touches(session, house.workspace.id, search, limit=500) if t.kind]
    assert len(touches) == len(titled) == TOUCHES + 12
    assert rest.older is None
