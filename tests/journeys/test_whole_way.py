"""One person's way through every room: touched, known, offered, accepted, won, in the funnel."""

import json
import urllib.request

import segment.analytics as segment
from playwright.sync_api import Page, expect

from tests.browser import Live

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def ask(live: Live, token: str, method: str, path: str, body: object = None):
    """Ask the JSON API as a program does."""
    request = urllib.request.Request(
        f"{live.url}/api/v1{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as response:
        return json.load(response)


def read_as_a_stranger(live: Live) -> None:
    """Read an article in a browser that nobody knows yet."""
    url = f"{live.url}/p.gif?k={live.write_key}&u=https://acme.example/blog/why&a=browser-4711"
    request = urllib.request.Request(url, headers={"User-Agent": FIREFOX})
    with urllib.request.urlopen(request, timeout=20) as response:
        assert response.status == 200


def go_on_as_ana(live: Live) -> None:
    """Say who it was and do the rest, through a client library that people really use."""
    client = segment.Client(live.write_key, host=live.url, sync_mode=True, max_retries=0)
    traits = {"email": "ana@firm.example", "name": "Ana Lee", "company": {"name": "Firm"}}
    client.identify("u-1", traits, anonymous_id="browser-4711")
    client.track("u-1", "Webinar Attended", {"webinar_id": "w-1", "title": "Funnels that hold"})
    client.track("u-1", "demo_requested", {"form_id": "demo"})


def test_a_touch_becomes_a_won_deal(live: Live, page: Page) -> None:
    token = json.loads(live.run("token", "add", "robot", "--scope", "write", "--json"))["token"]
    read_as_a_stranger(live)
    go_on_as_ana(live)

    (lead,) = ask(live, token, "GET", "/leads")["items"]
    assert (lead["name"], lead["stage"], lead["is_known"]) == ("Ana Lee", "bofu", True)

    (offer,) = ask(live, token, "GET", "/handoffs")["items"]
    answered = ask(
        live, token, "POST", f"/handoffs/{offer['code']}/answer", {"verdict": "accepted"}
    )
    assert answered["status"] == "accepted"

    (deal,) = ask(live, token, "GET", "/deals")["items"]
    won = ask(live, token, "POST", f"/deals/{deal['code']}/win", {"value": "1200.00"})
    assert won["status"] == "won"

    funnel = ask(live, token, "GET", "/funnel")
    reached = {step["code"]: step["reached"] for step in funnel["steps"]}
    assert [reached[step] for step in ("tofu", "mofu", "bofu", "offered", "accepted", "won")] == [
        1
    ] * 6

    page.goto(f"{live.url}/login?next=/leads/{lead['code']}")
    page.fill("[name=email]", live.email)
    page.fill("[name=password]", live.password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ana Lee")
    expect(page.locator("main")).to_contain_text("Funnels that hold")
    expect(page.locator("main")).to_contain_text("asked for a demo")

    facts = json.loads(live.run("stats", "--json"))
    assert facts["hits"]["received"] == facts["hits"]["accepted"] == facts["touches"] == 4
    assert facts["deals"]["won"] == 1
    assert json.loads(live.run("verify", "--json")) == {"differences": []}
