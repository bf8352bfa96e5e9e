import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.builders import NOON, lead_of, make_deal, make_house, record
from tracker import journey
from tracker.collector.domain import MessageType
from tracker.collector.traits import traits_of
from tracker.errors import Conflict, Invalid
from tracker.identity import companies, corrections
from tracker.identity.corrections import CompanyFacts
from tracker.identity.models import Company
from tracker.pipeline.models import Deal
from tracker.rebuild import plan, rebuild
from tracker.workspaces import audit
from tracker.workspaces.audit import By


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def by(house):
    return By(workspace_id=house.workspace.id, user_id=None, now=NOON)


def with_company(session, house, email, **traits):
    """Return the company of somebody who has just said who they are."""
    said = {"email": email} | traits
    record(
        session,
        house.hit(
            type=MessageType.IDENTIFY,
            email=email,
            traits=traits_of(said),
            properties=json.dumps(said),
        ),
    )
    session.expire_all()
    return lead_of(session, house, f"e:{email}").company


def company_of(session, house, email):
    session.expire_all()
    return lead_of(session, house, f"e:{email}").company


def redo(session, house):
    work = plan(session, house.workspace.id)
    for number in range(work.total):
        rebuild(session, work, number, now=NOON)
    session.expire_all()


def test_what_staff_says_beats_what_is_heard_and_survives_a_rebuild(session, house, by):
    company = with_company(session, house, "ana@acme.example", industry="Optics", employees=7)
    known = CompanyFacts.of(company)
    corrections.correct(session, company, replace(known, industry="", employees=90), by=by)
    with_company(session, house, "bo@acme.example", industry="Glass", employees=8, company="Acme")
    redo(session, house)
    assert (company.industry, company.employees, company.name) == ("", 90, "Acme")


def test_a_correction_is_written_down(session, house, by):
    company = with_company(session, house, "ana@acme.example", industry="Optics")
    facts = replace(CompanyFacts.of(company), industry="Glass", country="Malta")
    corrections.correct(session, company, facts, by=by)
    (line,) = audit.lines(session, house.workspace.id, limit=9)
    assert line.detail == "industry: Optics → Glass; country: - → Malta"


def test_saying_what_is_known_already_changes_nothing(session, house, by):
    company = with_company(session, house, "ana@acme.example")
    corrections.correct(session, company, CompanyFacts.of(company), by=by)
    assert (company.stated, audit.count(session, house.workspace.id)) == ("", 0)


def test_a_domain_and_a_name_that_staff_writes_find_the_company(session, house, by):
    company = with_company(session, house, "ana@acme.example")
    facts = replace(CompanyFacts.of(company), name="Acme Optics", domain="Optics.example")
    corrections.correct(session, company, facts, by=by)
    assert with_company(session, house, "bo@optics.example") is company
    assert with_company(session, house, "cy@gmail.com", company="acme optics") is company


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 256},
        {"domain": "nothing"},
        {"domain": "gmail.com"},
        {"employees": 0},
        {"employees": 10**9},
        {"country": "x" * 65},
    ],
)
def test_what_cannot_be_true_of_a_company_is_refused(session, house, by, wrong):
    company = with_company(session, house, "ana@acme.example")
    with pytest.raises(Invalid) as refused:
        corrections.correct(session, company, replace(CompanyFacts.of(company), **wrong), by=by)
    assert refused.value.fields.keys() == wrong.keys()


def test_a_domain_has_one_company(session, house, by):
    company = with_company(session, house, "ana@acme.example")
    with_company(session, house, "bo@lindley.example")
    with pytest.raises(Conflict):
        facts = replace(CompanyFacts.of(company), domain="lindley.example")
        corrections.correct(session, company, facts, by=by)


def test_two_companies_become_one_and_two_again(session, house, by):
    small, large = (
        with_company(session, house, email) for email in ("ana@acme.example", "bo@acme.test")
    )
    deal = make_deal(session, house, "ana@acme.example")
    journey.merge_companies(session, small, large, by=by)
    assert company_of(session, house, "ana@acme.example") is large
    assert with_company(session, house, "cy@acme.example") is large
    assert session.get(Deal, deal.id).company_id == large.id
    assert companies.get(session, house.workspace.id, small.code) is large
    assert corrections.merged_into(session, large) == [small]
    redo(session, house)
    assert company_of(session, house, "ana@acme.example") is large
    journey.part_companies(session, small, by=by)
    assert company_of(session, house, "ana@acme.example") is small
    assert company_of(session, house, "cy@acme.example") is small
    assert company_of(session, house, "bo@acme.test") is large
    assert session.get(Deal, deal.id).company_id == small.id


def test_a_merged_company_is_merged_on(session, house, by):
    first, second, third = (
        with_company(session, house, f"ana@{name}.example") for name in ("acme", "lindley", "oak")
    )
    journey.merge_companies(session, first, second, by=by)
    journey.merge_companies(session, second, third, by=by)
    assert company_of(session, house, "ana@acme.example") is third
    journey.part_companies(session, first, by=by)
    assert company_of(session, house, "ana@acme.example") is first
    assert company_of(session, house, "ana@lindley.example") is third


def test_a_merge_that_makes_no_sense_is_refused(session, house, by):
    company, other = (
        with_company(session, house, f"ana@{name}.example") for name in ("acme", "lindley")
    )
    with pytest.raises(Conflict):
        journey.merge_companies(session, company, company, by=by)
    with pytest.raises(Conflict):
        journey.part_companies(session, company, by=by)
    journey.merge_companies(session, company, other, by=by)
    with pytest.raises(Conflict):
        journey.merge_companies(session, company, other, by=by)


def test_a_company_is_found_by_its_words(session, house):
    company = with_company(session, house, "ana@acme.example", company="Acme Inc")
    home = house.workspace.id
    assert corrections.find(session, home, " ACME inc") is company
    assert corrections.find(session, home, "Acme.example") is company
    assert corrections.find(session, home, "Lindley") is None
    assert session.scalars(select(Company)).all() == [company]
