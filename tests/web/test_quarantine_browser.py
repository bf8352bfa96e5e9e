"""Quarantine and health in a real browser: what is asked before it is done, and what fits."""

import json
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.looks import axe, enter, fits

BAD = [{"type": "?"}, {"type": "page", "timestamp": "soon"}, {"type": "track", "event": ""}]


@pytest.fixture
def entered(live, page):
    """Log the owner in, with three messages in quarantine."""
    body = json.dumps({"writeKey": live.write_key, "batch": BAD}).encode()
    urllib.request.urlopen(f"{live.url}/b", data=body, timeout=10).close()
    return enter(live, page)


def test_deleting_what_is_ticked_asks_first(entered, live):
    entered.goto(f"{live.url}/quarantine")
    entered.get_by_label("Tick this message").first.check()
    button = entered.locator("#ticked").get_by_role("button", name="Delete")
    button.click()
    entered.get_by_role("button", name="Cancel").click()
    expect(entered.locator(".quarantine-row")).to_have_count(3)
    button.click()
    entered.locator("#confirm [data-yes]").click()
    expect(entered.get_by_text("1 message was deleted.")).to_be_visible()
    expect(entered.locator(".quarantine-row")).to_have_count(2)


def test_judging_again_needs_no_question(entered, live):
    entered.goto(f"{live.url}/quarantine")
    entered.locator("#all").get_by_role("button", name="Judge again").click()
    expect(entered.get_by_text("3 cannot be believed today either")).to_be_visible()


@pytest.mark.parametrize("path", ["/quarantine", "/health"])
def test_everybody_can_use_it_and_it_fits_a_phone(entered, live, path):
    entered.goto(live.url + path)
    assert axe(entered) == []
    entered.set_viewport_size({"width": 360, "height": 740})
    assert fits(entered)
    assert axe(entered) == []
