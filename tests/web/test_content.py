"""The catalogue: what a new kind does to those who touched it."""

import pytest
from sqlalchemy import select

from tests.builders import lead_of, look_again, make_house, record
from tests.people import log_in
from tracker.handoff import service as handoff
from tracker.stages.domain import Stage
from tracker.stages.models import Standing, TransitionRow
from tracker.touches.domain import ContentKind
from tracker.touches.models import Content
from tracker.workspaces.domain import Role


@pytest.fixture
def house(session, client):
    house = make_house(session)
    session.commit()
    log_in(client, Role.MARKETER, house.workspace)
    return house


def content_of(session, key):
    look_again(session)
    return session.scalars(select(Content).where(Content.key == key)).one()


def stage_of(session, house, key):
    look_again(session)
    lead = lead_of(session, house, key)
    return session.scalars(select(Standing.stage).where(Standing.lead_id == lead.id)).one()


def test_the_catalogue_says_what_was_touched_by_how_many(client, session, house):
    for browser in ("a", "b"):
        record(session, house.page("/blog/one", anonymous_id=browser, title="One & only"))
    session.commit()
    page = client.get("/content").text
    assert "One &amp; only" in page
    assert '<td class="num">2</td>' in page


def test_a_strangers_address_becomes_no_link_that_runs(client, session, house):
    record(session, house.hit(url="javascript:alert(1)", title="Odd", anonymous_id="a"))
    session.commit()
    assert 'href="javascript' not in client.get("/content").text


@pytest.mark.parametrize("query", ["q=nothing", "kind=demo", "kind=nonsense&sort=x&page=-3&q=%25"])
def test_any_filter_gives_a_page(client, house, query):
    assert client.get(f"/content?{query}").status_code == 200


def test_a_new_kind_tells_the_history_of_its_leads_again(client, session, house):
    record(session, house.page("/report", anonymous_id="a"))
    session.commit()
    item = content_of(session, "url:acme.example/report")
    answer = client.post(f"/content/{item.code}", data={"kind": "download", "next": "/content"})
    assert answer.location == "/content"
    assert stage_of(session, house, "a:a") is Stage.MOFU
    assert "1 lead had touched it: 1 moved up, 0 moved down." in client.get("/content").text


def test_many_leads_are_told_again_in_batches(client, session, house):
    keys = [f"browser-{number}" for number in range(60)]
    record(session, *(house.page("/report", anonymous_id=key) for key in keys))
    session.commit()
    item = content_of(session, "url:acme.example/report")
    client.post(f"/content/{item.code}", data={"kind": "survey"})
    look_again(session)
    assert set(session.scalars(select(Standing.stage))) == {Stage.MOFU}
    assert "60 leads had touched it: 60 moved up" in client.get("/content").text


def test_a_new_kind_offers_nobody(client, session, house):
    record(session, house.identify("ana@firm.example"))
    record(session, house.page("/start", email="ana@firm.example"))
    session.commit()
    item = content_of(session, "url:acme.example/start")
    client.post(f"/content/{item.code}", data={"kind": "demo"})
    assert stage_of(session, house, "e:ana@firm.example") is Stage.BOFU
    assert handoff.queue(session, house.workspace.id) == []


def test_a_kind_that_is_none_is_refused(client, session, house):
    record(session, house.page("/report", anonymous_id="a"))
    session.commit()
    item = content_of(session, "url:acme.example/report")
    assert client.post(f"/content/{item.code}", data={"kind": "wish"}).status_code == 422
    assert content_of(session, item.key).kind is ContentKind.PAGE


def test_a_name_that_gets_a_meaning_counts_from_its_first_touch(client, session, house):
    record(session, house.event("Trial Started", "Plan B", anonymous_id="a"))
    session.commit()
    assert "trial started" in client.get("/content/events").text
    client.post("/content/events", data={"name": "trial_started", "kind": "demo"})
    assert stage_of(session, house, "a:a") is Stage.BOFU
    record(session, house.event("TRIAL STARTED", anonymous_id="b"))
    session.commit()
    assert stage_of(session, house, "a:b") is Stage.BOFU


def test_what_was_classed_one_by_one_stays_when_its_name_changes(client, session, house):
    record(session, house.event("Webinar Attended", "one", anonymous_id="a"))
    record(session, house.event("Webinar Attended", "two", anonymous_id="a"))
    session.commit()
    one = content_of(session, "event:webinar attended|one")
    client.post(f"/content/{one.code}", data={"kind": "page"})
    client.post("/content/events", data={"name": "Webinar Attended", "kind": "survey"})
    assert content_of(session, one.key).kind is ContentKind.PAGE
    assert content_of(session, "event:webinar attended|two").kind is ContentKind.SURVEY


@pytest.mark.parametrize(
    "said", [{"name": "", "kind": "demo"}, {"name": "--", "kind": "demo"}, {"name": "x"}]
)
def test_a_name_that_makes_no_sense_is_told_at_the_field(client, house, said):
    answer = client.post("/content/events", data=said)
    assert answer.status_code == 422
    assert "field-error" in answer.text


@pytest.mark.parametrize("role", [Role.REP, Role.VIEWER])
def test_others_read_and_change_nothing(client, session, house, role):
    record(session, house.page("/report", anonymous_id="a"))
    session.commit()
    log_in(client, role, house.workspace)
    item = content_of(session, "url:acme.example/report")
    assert 'data-kind="' not in client.get("/content").text
    assert client.post(f"/content/{item.code}", data={"kind": "demo"}).status_code == 403
    said = {"name": "x", "kind": "demo"}
    assert client.post("/content/events", data=said).status_code == 403


def test_a_transition_that_no_longer_holds_is_retracted_not_lost(client, session, house):
    record(session, house.event("Demo Requested", anonymous_id="a"))
    session.commit()
    item = content_of(session, "event:demo requested|")
    client.post(f"/content/{item.code}", data={"kind": "page"})
    look_again(session)
    kept = {
        row.to_stage: row.retracted_at is None for row in session.scalars(select(TransitionRow))
    }
    assert kept == {Stage.BOFU: False, Stage.TOFU: True}
