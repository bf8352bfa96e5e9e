"""A version before it is published: exactly who moves, what becomes of offers, its back-test."""

import copy
import re
from datetime import timedelta

import pytest

from tests.builders import House, lead_of, make_house, record
from tests.histories import Life, live
from tests.people import log_in
from tracker import versions as way
from tracker.clock import utcnow
from tracker.handoff import service as handoff
from tracker.handoff.domain import HandoffStatus
from tracker.reports.backtest import Figure
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.stages.documents import DEFAULT, dump
from tracker.stages.domain import Work
from tracker.workspaces.domain import Role

ACCEPTED, REJECTED = HandoffStatus.ACCEPTED, HandoffStatus.REJECTED
# In force, a demo is what is asked for; the draft asks for a survey.
LIVES = [
    Life(name="Ana", touches=("page", "survey", "demo"), answer=ACCEPTED, outcome="won"),
    Life(name="Ben", touches=("page", "demo"), answer=ACCEPTED, outcome="won"),
    Life(name="Cid", touches=("survey", "demo"), answer=ACCEPTED, outcome="lost"),
    Life(name="Dan", touches=("survey", "demo"), answer=REJECTED),
    Life(name="Eve", touches=("page", "demo")),
    Life(name="Fay", touches=("survey",)),
    Life(name="Gus", touches=("page",)),
]


def draft() -> str:
    raw = copy.deepcopy(DEFAULT)
    raw["rules"] = [
        {"id": "tofu", "stage": "tofu", "kinds": ["page"]},
        {"id": "bofu", "stage": "bofu", "kinds": ["survey"]},
    ]
    return dump(raw)


@pytest.fixture
def house(session, client) -> House:
    found = make_house(session)
    for life in LIVES:
        live(session, found, life)
    session.commit()
    log_in(client, Role.MARKETER, found.workspace)
    return found


@pytest.fixture
def compared(session, house) -> House:
    row = versions.save_draft(session, house.workspace.id, draft())
    way.begin(session, row, Work.COMPARE, now=utcnow())
    finish(session)
    return house


def finish(session):
    session.commit()
    session.expire_all()
    while way.step(session, now=utcnow()):
        pass
    session.commit()


def names(page: str) -> list[str]:
    return sorted(re.findall(r'class="person-name"[^>]*><bdi>(\w+)</bdi>', page))


def numbers(page: str, path: str) -> list[tuple[str, int]]:
    """Return where every number on a page leads, and the number."""
    found = re.findall(rf'<a href="({path}[^"]*)">(?:<span[^>]*>)?([\d,]+)', page)
    return [(url.replace("&amp;", "&"), int(number.replace(",", ""))) for url, number in found]


def total(page: str) -> int:
    """Return the number that a list says it has."""
    return int(re.search(r'page-lead">([\d,]+) ', page).group(1))


def test_every_number_of_the_diff_opens_exactly_its_leads(client, compared):
    page = client.get("/stages/draft").text
    links = numbers(page, "/stages/draft/leads")
    assert len(links) >= 6
    for url, number in links:
        listed = client.get(url).text
        assert len(names(listed)) == total(listed) == number, url


@pytest.mark.parametrize(
    ("query", "leads"),
    [
        ("group=up", ["Fay"]),
        ("group=down", ["Ben", "Eve"]),
        ("group=groundless", ["Eve"]),
        ("group=ready", []),
        ("group=later", ["Fay"]),
        ("from=bofu&to=tofu", ["Ben", "Eve"]),
        ("from=&to=bofu", []),
    ],
)
def test_the_lists_of_the_diff(client, compared, query, leads):
    assert names(client.get(f"/stages/draft/leads?{query}").text) == leads


def test_the_page_says_what_becomes_of_offers_before_it_happens(client, session, compared):
    page = client.get("/stages/draft").text
    assert "1 open offer is withdrawn" in page
    assert "Nobody becomes ready for sales who was seen lately" in page
    assert "1 more becomes ready, but has not been seen lately" in page


@pytest.mark.parametrize(
    "path",
    [
        "/stages/draft/leads?group=everybody",
        "/stages/draft/leads?from=top",
        "/stages/draft?version=9",
        "/stages/backtest?version=9",
        "/stages/backtest/cases?figure=before",
        "/stages/backtest/cases?side=version&figure=luck",
    ],
)
def test_a_list_that_does_not_exist_is_not_found(client, compared, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/stages/draft", "/stages/draft/leads", "/stages/backtest"])
def test_a_viewer_does_not_see_drafts(client, compared, path):
    log_in(client, Role.VIEWER, compared.workspace)
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", ["/stages/draft", "/stages/backtest"])
def test_without_a_draft_there_is_nothing_to_show(client, house, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/stages/draft", "/stages/backtest"])
def test_work_that_is_under_way_shows_its_progress(client, session, house, path):
    row = versions.save_draft(session, house.workspace.id, draft())
    way.begin(session, row, Work.COMPARE, now=utcnow())
    session.commit()
    page = client.get(path).text
    assert "0 of 7 leads" in page
    assert "You may leave this page" in page


def test_the_back_test_shows_both_versions(client, compared):
    page = re.sub(r"<[^>]+>", " ", client.get("/stages/backtest").text)
    assert "2 won, 1 lost deal" in re.sub(r"\s+", " ", page)
    assert "1 of 2" in page
    assert "2 of 2" in page


@pytest.mark.parametrize("side", ["version", "live"])
@pytest.mark.parametrize("figure", list(Figure))
def test_every_figure_of_the_back_test_opens_exactly_its_list(client, compared, side, figure):
    page = client.get("/stages/backtest").text
    listed = client.get(f"/stages/backtest/cases?version=2&side={side}&figure={figure}").text
    assert len(names(listed)) == total(listed)
    shown = dict(numbers(page, "/stages/backtest/cases"))
    url = f"/stages/backtest/cases?version=2&side={side}&figure={figure}"
    if url in shown and figure is not Figure.SHIFTED:
        assert shown[url] == total(listed) > 0


def test_a_back_test_without_deals_says_what_to_do(client, session):
    found = make_house(session)
    row = versions.save_draft(session, found.workspace.id, draft())
    way.begin(session, row, Work.COMPARE, now=utcnow())
    finish(session)
    log_in(client, Role.MARKETER, found.workspace)
    assert "No deal has ended yet" in client.get("/stages/backtest").text


def test_a_version_from_before_can_be_compared_and_tested(client, session, house):
    row = versions.save_draft(session, house.workspace.id, draft())
    way.begin(session, row, Work.REPLAY, now=utcnow())
    finish(session)
    page = client.get("/stages/draft?version=1").text
    assert "has not been computed" in page
    assert client.post("/stages/draft/compare", data={"version": "1"}).status_code == 302
    finish(session)
    assert "Go back to version 1" in client.get("/stages/draft?version=1").text
    assert "Back-test of version 1" in client.get("/stages/backtest?version=1").text


def test_the_publisher_chooses_whether_newcomers_are_offered_at_once(client, session):
    found = make_house(session)
    yesterday = (utcnow() - timedelta(days=1)).replace(microsecond=0)
    survey = found.event(
        "Survey Completed", email="fay@firm.example", occurred_at=yesterday, received_at=yesterday
    )
    record(session, found.identify("fay@firm.example", occurred_at=yesterday), survey)
    lead = lead_of(session, found, "e:fay@firm.example")
    row = versions.save_draft(session, found.workspace.id, draft())
    way.begin(session, row, Work.COMPARE, now=utcnow())
    finish(session)
    log_in(client, Role.MARKETER, found.workspace)
    assert "Offer this lead to sales at once" in client.get("/stages/draft").text
    client.post("/stages/publish", data={"version": "2", "offers_ready": "1"})
    finish(session)
    assert stages.active(session, found.workspace.id)[1].version == 2
    assert [offer.lead_id for offer in handoff.queue(session, found.workspace.id)] == [lead.id]
