"""How well leads fit: by what is known now, in the order that was asked for."""

import pytest
from sqlalchemy import update

from tests.builders import NOON, lead_of, make_house, record
from tracker.identity.models import Company
from tracker.reports import people
from tracker.reports.fits import Graded, fit_today
from tracker.reports.people import LeadSearch, Sorting, Window
from tracker.stages import service as stages
from tracker.stages.documents import DEFAULT, dump
from tracker.stages.domain import Grade
from tracker.stages.models import StageModelRow

FIT = {
    "rules": [
        {"field": "title", "any_of": ["head of"], "points": 30},
        {"field": "employees", "at_least": 50, "points": 30},
        {"field": "country", "any_of": ["DE"], "points": 10},
    ],
    "grades": {"A": 60, "B": 30, "C": 10},
}


@pytest.fixture
def house(session):
    """Give a house where Ana fits best, then Ben (of her company) and Cem, and Dee not at all."""
    found = make_house(session)
    with_fit = update(StageModelRow).values(document=dump(DEFAULT | {"fit": FIT}))
    session.execute(with_fit.where(StageModelRow.workspace_id == found.workspace.id))
    company = Company(workspace_id=found.workspace.id, key="n:firm", name="Firm", employees=80)
    session.add(company)
    session.flush()
    know(session, found, "ana", title="Head of Service", company_id=company.id)
    know(session, found, "ben", title="Dispatcher", company_id=company.id)
    know(session, found, "cem", country="Germany")
    know(session, found, "dee")
    return found


def know(session, house, name, **facts):
    email = f"{name}@gmail.com"
    record(session, house.identify(email, person=name), house.page("/", email=email))
    lead = lead_of(session, house, f"e:{email}")
    for fact, value in facts.items():
        setattr(lead, fact, value)
    session.flush()


def names(session, house, limit=50, offset=0, **search):
    window = Window(now=NOON, limit=limit, offset=offset)
    rows = people.leads(session, house.workspace.id, LeadSearch(**search), window)
    return [row.name for row in rows]


@pytest.mark.parametrize(
    ("grade", "fitting"),
    [(Graded.A, ["ana"]), (Graded.B, ["ben"]), (Graded.C, ["cem"]), (Graded.NONE, ["dee"])],
)
def test_leads_are_found_by_their_grade(session, house, grade, fitting):
    assert names(session, house, grade=grade) == fitting
    assert people.count(session, house.workspace.id, LeadSearch(grade=grade)) == len(fitting)


def test_the_best_fit_stands_first(session, house):
    assert names(session, house, sorting=Sorting.FIT) == ["ana", "ben", "cem", "dee"]
    assert names(session, house, sorting=Sorting.FIT, limit=2, offset=1) == ["ben", "cem"]


def test_a_grade_goes_with_every_other_filter(session, house):
    assert names(session, house, grade=Graded.A, stage="mofu") == []
    assert names(session, house, grade=Graded.A, text="firm") == ["ana"]


def test_the_list_and_the_page_say_the_same(session, house):
    rows = people.leads(session, house.workspace.id, LeadSearch(), Window(now=NOON))
    for row in rows:
        assert row.name in names(session, house, grade=Graded(row.fit.grade or Graded.NONE))


def test_fit_follows_what_is_said_of_a_company_at_once(session, house):
    session.execute(update(Company).values(employees=5))
    assert names(session, house, grade=Graded.A) == []
    assert names(session, house, grade=Graded.B) == ["ana"]


def test_where_somebody_works_counts_before_where_the_company_is(session, house):
    lead = lead_of(session, house, "e:ben@gmail.com")
    rules = stages.active(session, house.workspace.id)[1].fit
    lead.company.country = "DE"
    assert fit_today(rules, lead, lead.company).grade is Grade.B
    assert fit_today(rules, lead, lead.company).points == 40
    lead.country = "France"
    assert fit_today(rules, lead, lead.company).points == 30


def test_a_row_carries_its_fit(session, house):
    rows = people.leads(session, house.workspace.id, LeadSearch(), Window(now=NOON))
    assert {row.name: row.fit.points for row in rows} == {"ana": 60, "ben": 30, "cem": 10, "dee": 0}
