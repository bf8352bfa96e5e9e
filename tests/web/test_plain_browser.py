"""Sites, content, stages, words and the API's description in a real browser."""

import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Live
from tests.looks import axe, enter, fits

PATHS = (
    "/companies",
    "/duplicates",
    "/sites",
    "/content",
    "/content/events",
    "/stages",
    "/help",
    "/api/docs",
)


@pytest.fixture
def heard(live: Live, page: Page) -> Page:
    """Give a logged-in owner whose site has sent a page view with a long title."""
    title = "Maximiliane-Hohenlohe-" * 12
    hear(live, "u=https://www.acme.example/blog/" + 200 * "a" + "&n=" + title)
    hear(live, "u=https://www.acme.example/report&a=browser-1")
    return enter(live, page)


def hear(live: Live, query: str) -> None:
    """Let the site's pixel be fetched."""
    url = f"{live.url}/p.gif?k={live.write_key}&{query}"
    request = urllib.request.Request(url, headers={"User-Agent": "Mozilla/5.0 Firefox/140.0"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def test_the_sites_page_tells_when_the_first_hit_is_there(live, page):
    enter(live, page)
    page.goto(f"{live.url}/sites")
    expect(page.get_by_text("Waiting for the first hit.")).to_be_visible()
    hear(live, "u=https://www.acme.example/&a=browser-1")
    expect(page.get_by_text("Receiving")).to_be_visible()


def test_a_key_is_changed_only_when_asked_twice(live, page):
    enter(live, page)
    page.goto(f"{live.url}/sites")
    page.get_by_text("Settings of this site").click()
    page.get_by_role("button", name="Change the write key").click()
    page.get_by_role("button", name="Cancel").click()
    assert live.write_key in page.content()
    page.get_by_role("button", name="Change the write key").click()
    page.get_by_role("dialog").get_by_role("button", name="Change the write key").click()
    expect(page.get_by_text("The old key has stopped.")).to_be_visible()
    assert live.write_key not in page.content()


def test_a_kind_is_saved_by_its_button_and_not_by_an_arrow_key(heard, live):
    heard.goto(f"{live.url}/content?q=report")
    heard.get_by_label("Kind of").select_option("download")
    expect(heard.get_by_role("button", name="Save")).to_be_visible()
    heard.get_by_role("button", name="Save").click()
    expect(heard.get_by_text("1 lead had touched it: 1 moved up, 0 moved down.")).to_be_visible()


def test_an_operation_that_is_linked_to_is_open(heard, live):
    heard.goto(f"{live.url}/api/docs#post-handoffs-code-answer")
    expect(heard.get_by_text("verdict", exact=True)).to_be_visible()


def test_the_pages_are_clean_in_both_themes(heard, live):
    for theme in ("light", "dark"):
        heard.emulate_media(color_scheme=theme)
        for path in PATHS:
            heard.goto(live.url + path)
            assert axe(heard) == [], (theme, path)


def test_nothing_scrolls_sideways_on_a_small_phone(heard, live):
    heard.set_viewport_size({"width": 360, "height": 740})
    for path in PATHS:
        heard.goto(live.url + path)
        assert fits(heard), path
