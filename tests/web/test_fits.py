"""Fit as people and programs see it."""

import pytest
from sqlalchemy import update

from tests.builders import make_bofu_lead, make_house
from tests.people import log_in
from tests.reports.test_fits import FIT
from tracker.stages.documents import DEFAULT, dump
from tracker.stages.models import StageModelRow
from tracker.workspaces.domain import Role

SAID = "B, 30 points: job title “Head of Service” +30, employees unknown, country unknown"


@pytest.fixture
def lead(session, client):
    """Give a lead that fits, in a house whose rules say so."""
    house = make_house(session)
    with_fit = update(StageModelRow).values(document=dump(DEFAULT | {"fit": FIT}))
    session.execute(with_fit.where(StageModelRow.workspace_id == house.workspace.id))
    lead = make_bofu_lead(session, house)
    lead.title = "Head of Service"
    session.commit()
    log_in(client, Role.VIEWER, house.workspace)
    return lead


def test_a_lead_shows_its_fit_with_what_gave_it_and_what_is_unknown(client, lead):
    page = client.get(f"/leads/{lead.code}").text
    card = page.partition(">Fit</h2>")[2].partition("</section>")[0]
    for words in ("Head of Service", "+30", "Employees", "unknown", "30 points", "#fit"):
        assert words in card


def test_the_list_shows_fit_and_is_narrowed_by_it(client, lead):
    assert SAID in client.get("/leads").text
    assert lead.code in client.get("/leads?fit=B&sort=fit").text
    assert "Nobody matches" in client.get("/leads?fit=A").text
    assert client.get("/leads?fit=D").status_code == 422


def test_an_offer_says_how_well_the_lead_fits(client, lead):
    assert SAID in client.get("/handoffs").text


def test_programs_get_the_lines_too(client, lead):
    fit = client.get(f"/api/v1/leads/{lead.code}").json["fit"]
    assert (fit["grade"], fit["points"]) == ("B", 30)
    assert fit["lines"][0] == {"field": "title", "value": "Head of Service", "points": 30}
    assert fit["lines"][1] == {"field": "employees", "value": None, "points": 0}
    found = client.get("/api/v1/leads?fit=B&sort=fit").json
    assert [(one["code"], one["fit"]["grade"]) for one in found["items"]] == [(lead.code, "B")]
    assert client.get("/api/v1/leads?fit=none").json["total"] == 0
    assert client.get("/api/v1/leads?fit=D").status_code == 422


def test_without_rules_nothing_is_said_of_fit(client, session):
    house = make_house(session)
    lead = make_bofu_lead(session, house)
    session.commit()
    log_in(client, Role.VIEWER, house.workspace)
    for path in ("/leads", f"/leads/{lead.code}", "/handoffs"):
        assert ">Fit<" not in client.get(path).text
    assert client.get(f"/api/v1/leads/{lead.code}").json["fit"]["lines"] == []


def test_where_nothing_is_known_that_fit_asks_for_the_list_shows_none(client, session, lead):
    words = "Nothing is known that fit asks for"
    assert words not in client.get("/leads").text
    lead.title = ""
    session.commit()
    assert words in client.get("/leads").text
