"""The editor of the stage model in a real browser: rows, words, and who can use it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Live
from tests.looks import axe, enter, fits


@pytest.fixture
def editor(live: Live, page: Page) -> Page:
    """Give the editor to a logged-in owner."""
    enter(live, page)
    page.goto(f"{live.url}/stages/edit")
    return page


def test_a_rule_comes_is_said_moves_goes_and_comes_back(editor):
    mofu = editor.locator(".stage-edit.is-mofu")
    mofu.get_by_role("button", name="Add a rule").click()
    rule = mofu.locator(".rule").last
    expect(rule.get_by_text("Choose what somebody has to do.")).to_be_visible()
    rule.get_by_text("A sequence", exact=True).click()
    rule.locator(".rule-step").first.get_by_text("Webinar attended").click()
    rule.locator(".rule-step").last.get_by_text("Pricing").click()
    rule.get_by_label("Within days").fill("14")
    words = "First webinar attended, then prices viewed within 14 days."
    expect(rule.locator(".rule-words")).to_have_text(words)
    expect(editor.get_by_text("Unsaved changes.")).to_be_visible()
    rule.get_by_role("button", name="Move up").click()
    expect(mofu.locator(".rule-words").nth(-2)).to_have_text(words)
    mofu.locator(".rule").nth(-2).get_by_role("button", name="Remove this rule").click()
    expect(editor.get_by_text(words)).to_have_count(0)
    editor.get_by_role("button", name="Undo").click()
    expect(mofu.locator(".rule-words").nth(-2)).to_have_text(words)
    editor.get_by_role("button", name="Save the draft and see who would move").last.click()
    expect(editor.get_by_text("The draft is saved.")).to_be_visible()


def test_a_fault_is_reached_from_the_list_of_faults(editor):
    editor.get_by_label("Dormant after days").fill("soon")
    editor.get_by_role("button", name="Save the draft and see who would move").last.click()
    editor.get_by_role("alert").get_by_role("link", name="Dormant after").click()
    expect(editor.get_by_label("Dormant after days")).to_have_value("soon")
    expect(editor.get_by_label("Dormant after days")).to_be_in_viewport()


def test_the_pages_are_clean_in_both_themes_and_fit_a_phone(editor, live):
    for path in ("/stages/edit", "/stages/edit/yaml", "/stages/version?version=1"):
        for theme in ("light", "dark"):
            editor.emulate_media(color_scheme=theme)
            editor.goto(live.url + path)
            for sentence in editor.locator(".rule summary").all()[:2]:
                sentence.click()
            assert axe(editor) == [], (theme, path)
        editor.set_viewport_size({"width": 360, "height": 740})
        assert fits(editor), path
        editor.set_viewport_size({"width": 1440, "height": 900})
