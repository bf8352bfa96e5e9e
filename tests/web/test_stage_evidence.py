"""The evidence for the model: a table, the people behind it, and suggestions for a draft."""

import json
import re

import pytest

from tests.builders import House, make_house
from tests.histories import Life, live
from tests.people import log_in
from tracker.handoff.domain import HandoffStatus
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.workspaces.domain import Role

ACCEPTED = HandoffStatus.ACCEPTED
# Of 32 who filled in a survey half were won, of 48 who did not nobody was.
MANY = [
    *(
        Life(name="A", touches=("survey", "demo"), answer=ACCEPTED, outcome=outcome)
        for outcome in ("won", "lost") * 16
    ),
    *(Life(name="B", touches=("demo",), answer=ACCEPTED, outcome="lost") for _ in range(48)),
]


def fill(session, client, lives, role=Role.MARKETER) -> House:
    found = make_house(session)
    for life in lives:
        live(session, found, life)
    session.commit()
    log_in(client, role, found.workspace)
    return found


@pytest.fixture
def house(session, client) -> House:
    return fill(session, client, MANY)


def test_nothing_decided_says_what_to_do(client, session):
    fill(session, client, [])
    assert "Nothing is decided yet" in client.get("/stages/evidence").text


def test_the_page_shows_lift_with_its_counts_and_interval(client, house):
    page = client.get("/stages/evidence").text
    assert "80 leads were decided by sales, 16 of them won" in page
    assert "× 2.5" in page
    assert "Plausibly between" in page
    assert re.search(r'name="take" value="survey"', page)
    assert not re.search(r'name="take" value="demo"', page)


@pytest.mark.parametrize("by", ["kind", "item"])
def test_every_number_opens_exactly_its_people(client, house, by):
    page = client.get(f"/stages/evidence?by={by}").text
    links = re.findall(r'href="(/stages/evidence/leads[^"]+)">([\d,]+)<', page)
    assert len(links) >= 3
    for url, number in links:
        listed = client.get(url.replace("&amp;", "&")).text
        assert re.search(r'page-lead">([\d,]+) ', listed).group(1) == number


def test_of_few_people_no_lift_is_shown(client, session):
    fill(session, client, MANY[:10])
    page = client.get("/stages/evidence").text
    assert "5 of" in re.sub(r"<[^>]+>", "", page)
    assert "×" not in page
    assert "take" not in page


def test_a_suggestion_is_put_into_the_draft_and_nothing_is_published(client, session, house):
    answer = client.post("/stages/evidence/suggest", data={"by": "kind", "take": ["survey"]})
    assert answer.location == "/stages/draft"
    row = versions.draft_of(session, house.workspace.id)
    assert json.loads(row.document)["points"]["survey"] == 13
    assert stages.active(session, house.workspace.id)[1].version == 1


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"by": "kind"}, 422),
        ({"by": "kind", "take": ["demo"]}, 422),
        ({"by": "kind", "take": ["nothing"]}, 422),
        ({"by": "colour", "take": ["survey"]}, 404),
    ],
)
def test_only_what_is_suggested_can_be_taken(client, session, house, data, status):
    assert client.post("/stages/evidence/suggest", data=data).status_code == status
    assert versions.draft_of(session, house.workspace.id) is None


@pytest.mark.parametrize("query", ["?by=colour", "/leads?kind=colour", "/leads?item=nothing"])
def test_evidence_about_nothing_is_not_found(client, house, query):
    assert client.get(f"/stages/evidence{query}").status_code == 404


@pytest.mark.parametrize("sort", ["", "lift", "touched", "name", "luck"])
def test_it_is_sorted(client, house, sort):
    assert client.get(f"/stages/evidence?sort={sort}").status_code == 200


def test_a_viewer_may_look_and_not_suggest(client, session):
    fill(session, client, MANY, Role.VIEWER)
    page = client.get("/stages/evidence").text
    assert "Put what is ticked" not in page
    assert (
        client.post("/stages/evidence/suggest", data={"by": "kind", "take": ["survey"]}).status_code
        == 403
    )


def test_a_rep_may_look(client, session):
    fill(session, client, MANY[:4], Role.REP)
    assert client.get("/stages/evidence").status_code == 200
