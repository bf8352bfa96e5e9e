"""Our own snippet in a real browser, on a page of another origin."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Page

from tests import elsewhere
from tests.browser import Live
from tracker.collector.domain import MessageType

STUB = """<script>tracker = window.tracker || [];
tracker.push(['track', 'Demo Requested', {plan: 'pro'}]);</script>"""


@contextmanager
def shop(live: Live, *, more: str = "", before: str = "") -> Iterator[str]:
    script = f'<script async src="{live.url}/t.js" data-key="{live.write_key}" {more}></script>'
    page = elsewhere.html(before + script)
    with elsewhere.pages({"/": page, "/pricing": page}) as origin:
        yield origin


def sending(page: Page, live: Live):
    return page.expect_response(f"{live.url}/b")


def kept(page: Page) -> dict:
    return json.loads(page.evaluate("JSON.stringify({...localStorage})"))


def types(live: Live) -> list[MessageType]:
    return [MessageType(touch.type) for touch in elsewhere.touches(live)]


def ready(page: Page) -> None:
    page.wait_for_function("window.tracker && tracker.version")


def test_a_visit_is_logged_from_another_origin(live: Live, page: Page) -> None:
    with shop(live) as origin, sending(page, live) as sent:
        page.goto(f"{origin}/pricing?utm_source=linkedin")
    assert sent.value.status == 200
    [touch] = elsewhere.touches(live)
    [visitor] = elsewhere.visitors(live)
    [stored] = kept(page).values()
    assert (touch.type, visitor) == (MessageType.PAGE, "a:" + json.loads(stored)["id"])
    assert page.context.cookies() == []


def test_what_was_called_before_it_loaded_is_sent(live: Live, page: Page) -> None:
    with shop(live, before=STUB) as origin, page.expect_response(f"{live.url}/b"):
        page.goto(origin)
        elsewhere.touches_of(live, 2)
    assert sorted(types(live)) == [MessageType.PAGE, MessageType.TRACK]


def test_identify_makes_the_visitor_known(live: Live, page: Page) -> None:
    with shop(live) as origin:
        with sending(page, live):
            page.goto(origin)
        with sending(page, live):
            page.evaluate("tracker.identify('u-1', {email: 'ana@acme.example', name: 'Ana'})")
        with sending(page, live):
            page.evaluate("tracker.track('Webinar Attended', {webinar_id: 'wb-1'})")
    keys = {key[0] for key in elsewhere.visitors(live)}
    assert types(live) == [MessageType.PAGE, MessageType.IDENTIFY, MessageType.TRACK]
    assert keys == {"a", "u", "e"}


def test_a_signature_goes_along_with_what_it_signs(live: Live, page: Page) -> None:
    with shop(live) as origin:
        with sending(page, live):
            page.goto(origin)
        with page.expect_request("**/b") as sent:
            page.evaluate("tracker.identify({email: 'ana@acme.example'}, 'abc')")
    assert sent.value.post_data_json["batch"][0]["signature"] == "abc"


def test_the_next_visit_is_the_same_visitor(live: Live, context: BrowserContext) -> None:
    with shop(live) as origin:
        for _ in range(2):
            page = context.new_page()
            with sending(page, live):
                page.goto(origin)
            page.close()
    assert len(elsewhere.touches(live)) == 2
    assert len(elsewhere.visitors(live)) == 1


def test_a_page_that_changes_without_loading_is_a_view(live: Live, page: Page) -> None:
    with shop(live) as origin:
        with sending(page, live):
            page.goto(origin)
        with sending(page, live):
            page.evaluate("history.pushState({}, '', '/pricing')")
    assert types(live) == [MessageType.PAGE] * 2


def test_without_consent_nothing_is_stored_and_nothing_is_sent(live: Live, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with shop(live, more='data-consent="required"') as origin:
        page.goto(origin)
        ready(page)
        page.evaluate("tracker.track('Demo Requested')")
        page.wait_for_load_state("networkidle")
        assert f"{live.url}/b" not in asked
        assert (kept(page), page.context.cookies()) == ({}, [])
        with sending(page, live):
            page.evaluate("tracker.consent(true)")
        elsewhere.touches_of(live, 2)
    assert sorted(types(live)) == [MessageType.PAGE, MessageType.TRACK]
    assert len(kept(page)) == 1


def test_consent_taken_back_forgets_the_visitor(live: Live, page: Page) -> None:
    with shop(live) as origin:
        with sending(page, live):
            page.goto(origin)
        page.evaluate("tracker.consent(false); tracker.track('Demo Requested')")
        page.wait_for_load_state("networkidle")
    assert kept(page) == {}
    assert types(live) == [MessageType.PAGE]


def test_global_privacy_control_keeps_the_visitor_nameless(
    live: Live, context: BrowserContext
) -> None:
    context.add_init_script(
        "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})"
    )
    page = context.new_page()
    with shop(live) as origin:
        with sending(page, live) as sent:
            page.goto(origin)
        page.evaluate("tracker.identify('u-1', {email: 'ana@acme.example'})")
        page.wait_for_load_state("networkidle")
    assert "anonymousId" not in (sent.value.request.post_data or "")
    assert (kept(page), elsewhere.visitors(live)) == ({}, set())
    assert types(live) == [MessageType.PAGE]


def test_what_could_not_be_sent_is_sent_again_with_its_id(live: Live, page: Page) -> None:
    bodies: list[dict] = []

    def once(route):
        bodies.append(json.loads(route.request.post_data))
        route.abort() if len(bodies) == 1 else route.continue_()

    page.route(f"{live.url}/b", once)
    with shop(live) as origin, sending(page, live):
        page.goto(origin)
    first, again = ([m["messageId"] for m in body["batch"]] for body in bodies)
    assert first == again
    assert len(elsewhere.touches(live)) == 1
