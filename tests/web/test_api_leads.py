"""Leads and touches for programs."""

import pytest

from tests.builders import GOOGLEBOT, lead_of, make_bofu_lead, make_house, record
from tests.people import log_in
from tracker.workspaces.domain import Role

MALFORMED = ["limit=0", "limit=201", "limit=x", "offset=-1", "sort=password", "stage=top",
             "bogus=1", "who=me", "q=%00", "q=" + 201 * "x"]  # fmt: skip


@pytest.fixture
def house(session, client):
    house = make_house(session)
    make_bofu_lead(session, house)
    record(session, house.page("/blog/one", anonymous_id="browser"))
    session.commit()
    log_in(client, Role.VIEWER, house.workspace)
    return house


def test_leads_come_with_how_many_there_are(client, house):
    answer = client.get("/api/v1/leads?limit=1&sort=name")
    assert answer.json["total"] == 2
    assert [lead["email"] for lead in answer.json["items"]] == ["ana@firm.example"]


def test_leads_are_found_by_what_they_are(client, house):
    answer = client.get("/api/v1/leads?q=ANA&stage=bofu&who=known&source=(missing)")
    assert [lead["stage"] for lead in answer.json["items"]] == ["bofu"]
    assert client.get("/api/v1/leads?stage=mofu").json["total"] == 0


@pytest.mark.parametrize("query", MALFORMED)
def test_a_filter_that_makes_no_sense_is_refused_by_name(client, house, query):
    answer = client.get(f"/api/v1/leads?{query}")
    assert answer.status_code == 422
    assert query.split("=")[0] in str(answer.json["errors"])


def test_a_lead_comes_with_its_way(client, house, session):
    lead = lead_of(session, house, "e:ana@firm.example")
    answer = client.get(f"/api/v1/leads/{lead.code}").json
    assert [(t["from_stage"], t["to_stage"], t["rule"]) for t in answer["transitions"]] == [
        (None, "bofu", "bofu-demo")
    ]
    assert answer["transitions"][0]["score"] == 40
    assert [handoff["status"] for handoff in answer["handoffs"]] == ["offered"]


def test_an_unknown_lead_is_not_there(client, house):
    for path in ("/api/v1/leads/nobody", "/api/v1/leads/nobody/touches", "/api/v1/leads/%00"):
        assert client.get(path).status_code == 404


def test_a_leads_touches_are_its_own_and_robots_are_marked(client, house, session):
    record(session, house.page("/pricing", email="ana@firm.example", user_agent=GOOGLEBOT))
    session.commit()
    lead = lead_of(session, house, "e:ana@firm.example")
    answer = client.get(f"/api/v1/leads/{lead.code}/touches").json
    assert {touch["type"]: touch["is_human"] for touch in answer["items"]} == {
        "identify": True,
        "track": True,
        "page": False,
    }
    assert answer["total"] == 3


def test_touches_are_narrowed_by_kind_site_lead_and_time(client, house, session):
    lead = lead_of(session, house, "a:browser")
    for query, total in (
        ("kind=demo", 1),
        (f"site={house.site.code}", 3),
        (f"lead={lead.code}", 1),
        ("since=2026-03-04T12:00:00Z", 3),
        ("until=2026-03-04T12:00:00Z", 0),
    ):
        answer = client.get(f"/api/v1/touches?{query}").json
        assert (query, answer["total"], len(answer["items"])) == (query, total, total)


@pytest.mark.parametrize("query", ["kind=nothing", "since=yesterday", "since=2026-03-04T12:00:00"])
def test_a_touch_filter_that_makes_no_sense_is_refused(client, house, query):
    assert client.get(f"/api/v1/touches?{query}").status_code == 422


@pytest.mark.parametrize("query", ["lead=nobody", "site=nowhere"])
def test_touches_of_what_is_not_there_are_not_there(client, house, query):
    assert client.get(f"/api/v1/touches?{query}").status_code == 404


def test_no_number_of_a_row_goes_out(client, house, session):
    lead = lead_of(session, house, "e:ana@firm.example")
    for path in ("leads", f"leads/{lead.code}", "touches", "handoffs", "sites", "pipelines"):
        assert '"id"' not in client.get(f"/api/v1/{path}").text
