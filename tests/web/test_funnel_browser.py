"""The funnel in a real browser: the picture, its people, and who can use it."""

import json
import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser import ROOT, Live
from tests.builders import House
from tests.histories import WINNER, Life
from tests.histories import live as live_through
from tracker.db import Database, make_engine
from tracker.handoff.domain import HandoffStatus
from tracker.workspaces.models import Site, Workspace

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LONG = "Maximiliane " + "Hohenlohe-" * 10 + "Waldenburg"
LIVES = (
    *[Life(source="news")] * 3,
    Life(name=LONG, touches=("page", "survey")),
    Life(name="Ben", touches=("page", "webinar"), source="<i>ads</i>"),
    Life(name="Lea", touches=("demo",), answer=HandoffStatus.REJECTED),
    WINNER,
)


@pytest.fixture
def funnel(live: Live, page: Page) -> Page:
    """Give the funnel of seven lives to a logged-in owner."""
    fill(live)
    page.goto(f"{live.url}/login")
    page.get_by_label("E-mail").fill(live.email)
    page.get_by_label("Password", exact=True).fill(live.password)
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{live.url}/")
    return page


def fill(live: Live) -> None:
    """Put the lives onto the journey, beside the server."""
    database = Database(make_engine(live.environ["TRACKER_DATABASE_URL"]))
    with database.writing() as session:
        workspace = session.scalars(select(Workspace)).one()
        site = session.scalars(select(Site).order_by(Site.id.desc())).first()
        for life in LIVES:
            live_through(session, House(workspace=workspace, site=site), life)
        session.commit()
    database.engine.dispose()


def axe(page: Page) -> list[str]:
    """Return what makes the page hard to use for some people."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then((result) => result.violations)")
    return [f"{each['id']}: {json.dumps(each['nodes'][0]['html'])}" for each in found]


def fits(page: Page) -> bool:
    """Return whether the page stays within the screen."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def bar(page: Page, index: int, *, of: int) -> None:
    """Click the foot of a bar of the picture."""
    canvas = page.locator(".funnel-chart canvas")
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] * (index + 0.5) / of, "y": box["height"] - 3})


def test_a_click_on_a_bar_lists_exactly_its_people(funnel):
    expect(funnel.locator("[data-funnel]")).not_to_have_class(re.compile("is-plain"))
    funnel.wait_for_timeout(500)
    steps = funnel.locator(".funnel-step")
    bar(funnel, 1, of=steps.count())
    panel = funnel.locator("[data-panel]")
    expect(panel.get_by_role("heading", name="MOFU")).to_be_focused()
    expect(panel.locator(".people-list")).to_have_attribute("data-total", "4")
    expect(panel.locator(".people-list li")).to_have_count(4)
    assert "step=mofu" in funnel.url


def test_a_number_of_the_table_opens_its_people_and_escape_closes_them(funnel):
    row = funnel.get_by_role("row", name=re.compile("^TOFU"))
    row.get_by_role("link").first.click()
    panel = funnel.locator("[data-panel]")
    expect(panel.locator(".people-list li")).to_have_count(7)
    funnel.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert "step=" not in funnel.url


def test_a_filter_is_in_the_address_and_nothing_else_is(funnel):
    with funnel.expect_navigation():
        funnel.get_by_label("People", exact=False).first.select_option("known")
    assert funnel.url.endswith("/?who=known")


def test_the_pages_are_clean_in_both_themes(funnel):
    home = "/".join(funnel.url.split("/")[:3])
    for theme in ("light", "dark"):
        funnel.emulate_media(color_scheme=theme)
        for path in ("/?step=tofu", "/?source=nowhere", "/leads"):
            funnel.goto(home + path)
            assert axe(funnel) == [], (theme, path)
        funnel.locator(".person-name").first.click()
        assert axe(funnel) == [], (theme, "a journey")


def test_nothing_scrolls_sideways_on_a_small_phone(funnel):
    home = "/".join(funnel.url.split("/")[:3])
    funnel.set_viewport_size({"width": 360, "height": 740})
    for path in ("/", "/?step=mofu", "/leads"):
        funnel.goto(home + path)
        assert fits(funnel), path
    funnel.locator(".person-name", has_text="Hohenlohe").first.click()
    assert fits(funnel)


def test_without_the_chart_the_words_and_bars_remain(funnel):
    funnel.route("**/chart*", lambda route: route.abort())
    funnel.reload()
    expect(funnel.locator("[data-funnel]")).to_have_class(re.compile("is-plain"))
    expect(funnel.locator(".funnel-step .bar").first).to_be_visible()
    funnel.locator(".funnel-name").nth(1).click()
    expect(funnel.locator(".people-list li")).to_have_count(4)
