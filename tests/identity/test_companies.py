import json
import random

import pytest
from sqlalchemy import func, select

from tests.builders import NOON, days, lead_of, make_house, record
from tracker.collector.domain import MessageType
from tracker.collector.traits import traits_of
from tracker.identity import companies
from tracker.identity.models import Company, CompanyKey
from tracker.rebuild import plan, rebuild


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def tell(session, house):
    """Say something of a company in a message, and return who is meant then."""
    numbers = iter(range(1_000))

    def tell(user, *, email="", group=None, **traits):
        facts = {"type": MessageType.IDENTIFY}
        if group is not None:
            facts = {"type": MessageType.GROUP}
            traits |= {"groupId": group}
        elif email:
            traits |= {"email": email}
        moment = NOON + days(next(numbers))
        hit = house.hit(
            user_id=user, email=email, traits=traits_of(traits), properties=json.dumps(traits),
            occurred_at=moment, **facts,
        )  # fmt: skip
        record(session, hit, now=moment)
        session.expire_all()
        return lead_of(session, house, f"u:{user}")

    return tell


def count(session, model=Company):
    return session.scalar(select(func.count()).select_from(model))


def redo(session, house):
    work = plan(session, house.workspace.id)
    for number in range(work.total):
        rebuild(session, work, number, now=NOON)
    session.expire_all()


def test_people_at_one_domain_are_with_one_company(tell):
    ana, bo = tell("u-1", email="ana@acme.example"), tell("u-2", email="bo@acme.example")
    assert ana.company is bo.company
    assert (ana.company.name, ana.company.domain) == ("acme.example", "acme.example")


def test_people_with_free_mail_are_with_nobody(session, tell):
    assert tell("u-1", email="ana@gmail.com").company is None
    assert count(session) == 0


def test_a_group_with_another_name_is_the_same_company(session, tell):
    first = tell("u-1", group="g-1", name="Acme")
    second = tell("u-2", group="g-1", name="Acme Optics")
    assert first.company is second.company
    assert second.company.name == "Acme"
    assert tell("u-3", company="acme OPTICS").company is first.company
    assert count(session) == 1


def test_a_group_with_the_website_of_a_known_domain_is_that_company(session, tell):
    ana = tell("u-1", email="ana@acme.example")
    bo = tell("u-2", group="g-1", name="Acme Inc", website="https://www.acme.example/")
    assert ana.company is bo.company
    assert (ana.company.name, count(session)) == ("Acme Inc", 1)


def test_a_name_that_looks_like_the_domain_belongs_to_it(session, tell):
    tell("u-1", email="ana@acme.example", company="Acme GmbH")
    assert tell("u-2", company="acme gmbh").company is not None
    assert tell("u-3", email="cy@acme.example").company.name == "Acme GmbH"
    assert count(session) == 1


def test_who_writes_from_elsewhere_works_for_whom_they_say(session, tell):
    tell("u-1", email="ana@lindley.example", company="Acme")
    assert tell("u-2", email="bo@lindley.example").company.name == "lindley.example"
    assert count(session) == 2


def test_two_companies_that_we_both_know_are_not_joined_by_a_message(session, tell):
    tell("u-1", company="Acme")
    tell("u-2", email="bo@acme.example")
    told = tell("u-3", group="g-1", name="Acme", website="acme.example")
    assert (told.company.domain, count(session)) == ("acme.example", 2)


def test_a_company_known_by_its_id_alone_is_called_by_the_name_that_follows(tell):
    assert tell("u-1", group="g-1").company.name == "g-1"
    assert tell("u-2", group="g-1", name="Acme").company.name == "Acme"


def test_the_company_first_stated_stays_and_the_other_is_filled_in(session, tell):
    tell("u-1", company="Acme")
    lead = tell("u-1", company={"name": "Lindley", "industry": "Fishing"})
    assert (lead.company.name, lead.company.industry) == ("Acme", "")
    other = session.scalars(select(Company).filter_by(name="Lindley")).one()
    assert other.industry == "Fishing"


def test_facts_beside_no_name_are_about_the_leads_company(tell):
    tell("u-1", industry="Optics")
    assert tell("u-1", company="Acme").company.industry == "Optics"
    assert tell("u-1", employees="51-200").company.employees == 51


def test_what_staff_wrote_is_not_filled_in(session, tell):
    company = tell("u-1", company="Acme").company
    company.stated = "industry"
    session.flush()
    assert tell("u-1", industry="Optics").company.industry == ""


def test_an_address_that_is_learned_later_leads_to_its_company(tell):
    ana = tell("u-1", email="ana@acme.example")
    tell("u-2", company="Acme Tools")
    assert tell("u-2", email="bo@acme.example").company is ana.company


def test_a_domain_becomes_free_mail_and_a_companys_again(session, house, tell):
    tell("u-1", email="ana@club.example")
    stated = tell("u-2", email="bo@club.example", company="Acme")
    assert companies.share(session, house.workspace, free="club.example", companies="") == 1
    session.expire_all()
    assert lead_of(session, house, "u:u-1").company is None
    assert stated.company.name == "Acme"
    assert tell("u-3", email="cy@club.example").company is None
    assert companies.share(session, house.workspace, free="", companies="") == 2
    session.expire_all()
    assert lead_of(session, house, "u:u-3").company.name == "club.example"


def test_workspaces_have_companies_of_their_own(session, house, tell):
    lead = tell("u-1", email="ana@acme.example")
    other = make_house(session, "Other")
    record(session, other.identify("bo@acme.example"))
    assert lead_of(session, other, "e:bo@acme.example").company is not lead.company


def told_of_anybody(dice):
    words = {"company": dice.choice(["Acme", "Acme Inc", "Lindley", {"id": "g-1"}])}
    words |= {"industry": dice.choice(["Optics", "Fishing"])}
    chosen = {name: words[name] for name in words if dice.random() < 0.5}
    return chosen | {"website": dice.choice(["", "acme.example"])}


@pytest.mark.parametrize("seed", range(6))
def test_a_rebuild_leaves_everybody_where_they_are(session, house, tell, seed):
    dice = random.Random(seed)
    for _ in range(30):
        group = dice.choice([None, None, "g-1", "g-2"])
        email = dice.choice(["", "ana@acme.example", "bo@lindley.example", "cy@gmail.com"])
        tell(dice.choice(["u-1", "u-2", "u-3", "u-4"]), email="" if group else email, group=group,
             **told_of_anybody(dice))  # fmt: skip

    def all_of_it():
        rows = session.execute(select(Company.__table__).order_by(Company.id)).all()
        keys = session.execute(select(CompanyKey.__table__).order_by(CompanyKey.id)).all()
        homes = [
            (lead.company_id, lead.stated_company)
            for user in ("u-1", "u-2", "u-3", "u-4")
            if (lead := lead_of(session, house, f"u:{user}"))
        ]
        return rows, keys, homes

    before = all_of_it()
    redo(session, house)
    assert all_of_it() == before
