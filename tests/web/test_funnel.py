import csv
import io
import json
import re

import pytest

from tests.builders import make_house
from tests.histories import WINNER, Life, live
from tests.people import log_in
from tracker.handoff.domain import HandoffStatus
from tracker.imports.cells import plain
from tracker.workspaces.domain import Role

HOSTILE = "=HYPERLINK(1)<script>alert(1)</script>"
ANA = Life(name="Ana")
BEN = Life(name="Ben", source="news", touches=("page", "survey"))
LOST = Life(name="Lea", touches=("demo",), answer=HandoffStatus.ACCEPTED, outcome="lost")


@pytest.fixture
def lived(app, client):
    """Return a function that fills the house with lives and logs a viewer in."""

    def fill(*lives: Life):
        with app.extensions["database"].writing() as session:
            house = make_house(session)
            leads = [live(session, house, life) for life in lives]
            codes = [lead.code for lead in leads]
            session.commit()
        log_in(client, Role.VIEWER)
        return codes

    return fill


def test_an_empty_house_shows_the_way_to_the_snippet(client, lived):
    lived()
    page = client.get("/")
    assert page.status_code == 200
    assert 'href="/sites"' in page.text
    assert "Nobody has been here yet" in page.text


def test_the_page_says_in_words_what_it_shows(client, lived):
    lived(ANA, BEN, WINNER)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", client.get("/").text))
    assert "3 leads first seen so far; 1 won" in words


def test_the_table_and_the_island_say_the_same(client, lived):
    lived(ANA, BEN, WINNER, LOST)
    page = client.get("/").text
    island = json.loads(re.search(r'id="funnel-data">(.*?)</script>', page).group(1))
    cells = re.findall(r"data-people><b>(\d+)</b>", page)
    assert [step["reached"] for step in island["steps"]] == [int(cell) for cell in cells]
    assert cells[:3] == ["4", "3", "2"]


def test_a_filter_that_fits_nobody_offers_the_way_back(client, lived):
    lived(ANA)
    page = client.get("/?source=nowhere").text
    assert "Nobody matches these filters" in page
    assert "Show everyone" in page


def test_without_script_a_step_lists_its_people_on_the_page(client, lived):
    (ana, ben) = lived(ANA, BEN)
    page = client.get("/?step=mofu").text
    assert f"/leads/{ben}" in page
    assert f"/leads/{ana}" not in page


def test_the_fragment_lists_exactly_the_people(client, lived):
    (ana, _ben) = lived(ANA, BEN)
    # The server's clock is long past these lives: whoever stayed has fallen silent.
    answer = client.get("/funnel/people?step=tofu&part=left")
    assert re.findall(r'href="/leads/([^"]+)"', answer.text) == [ana]
    assert 'data-total="1"' in answer.text


@pytest.mark.parametrize("query", ["step=nothing", "step=tofu&part=nothing", ""])
def test_an_unknown_step_is_not_found(client, lived, query):
    lived(ANA)
    assert client.get(f"/funnel/people?{query}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=0001-01-01",
        "to=9999-12-31",
        "from=2026-02-01&to=2026-01-01",
        "period=-3",
        "period=1e9",
        "who=nobody",
        "channel=carrier-pigeon",
    ],
)
def test_a_filter_that_makes_no_sense_is_named(client, lived, query):
    lived(ANA)
    assert client.get(f"/?{query}").status_code == 422


@pytest.mark.parametrize(
    ("query", "people"), [("who=known", 2), ("source=NEWS", 1), ("source=(missing)", 2)]
)
def test_filters_live_in_the_address(client, lived, query, people):
    lived(Life(), WINNER, BEN)
    island = re.search(r'"reached": (\d+)', client.get(f"/?{query}").text)
    assert int(island.group(1)) == people


def test_a_pipeline_of_somebody_else_is_not_found(client, lived):
    lived(ANA)
    assert client.get("/?pipeline=nosuchpipeline").status_code == 404


def test_the_file_has_the_numbers_of_the_page(client, lived):
    lived(ANA, BEN, WINNER, LOST)
    answer = client.get("/funnel.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row["reached_or_passed"] for row in rows[:3]] == ["4", "3", "2"]
    assert rows[-1]["cumulative"] == "0.250000"
    assert (rows[1]["rate_numerator"], rows[1]["rate_denominator"]) == ("3", "4")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "%1", "|x", "\tx", "\rx", " =1", "\u200b=1", "\uff1d1"]
)
def test_no_cell_of_a_file_is_a_formula(text):
    assert plain(text).startswith("'")


def test_what_strangers_wrote_stays_text(client, lived):
    lived(Life(name=HOSTILE), Life(source="<b>x</b>"))
    for path in ("/", "/?step=tofu", "/leads"):
        assert "<script>alert(1)" not in client.get(path).text
        assert "<b>x</b>" not in client.get(path).text


def test_under_thirty_no_percentage_is_shown(client, lived):
    lived(ANA, BEN)
    table = re.search(r"<tbody>.*?</tbody>", client.get("/").text, re.DOTALL).group()
    assert "1 of 2" in table
    assert "%" not in re.sub(r"<[^>]+>", "", table)


def test_skipped_is_said(client, lived):
    lived(LOST)
    assert "1 skipped" in client.get("/").text


def test_stages_can_be_read_as_recorded_and_every_link_keeps_the_reading(client, lived):
    lived(ANA, BEN)
    page = client.get("/?stages=recorded").text
    assert "Stages are read as they were recorded" in page
    links = re.findall(r'href="(/\?[^"]*step=[^"]*)"', page)
    assert links
    assert all("stages=recorded" in link for link in links)
    assert client.get("/funnel.csv?stages=recorded").status_code == 200


@pytest.mark.parametrize(("stages", "status"), [("v9", 404), ("then", 422), ("v", 422)])
def test_a_reading_that_does_not_exist_is_refused(client, lived, stages, status):
    lived(ANA)
    assert client.get(f"/?stages={stages}").status_code == status
    assert client.get(f"/api/v1/funnel?stages={stages}").status_code == status
