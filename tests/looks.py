"""What a real browser can tell of a page: whether everybody can use it, and whether it fits."""

import json

from playwright.sync_api import Page

from tests.browser import ROOT, Live

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


def enter(live: Live, page: Page) -> Page:
    """Log the owner in."""
    page.goto(f"{live.url}/login")
    page.get_by_label("E-mail").fill(live.email)
    page.get_by_label("Password", exact=True).fill(live.password)
    page.get_by_role("button", name="Log in").click()
    return page


def axe(page: Page) -> list[str]:
    """Return what makes the page hard to use for some people."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then((result) => result.violations)")
    return [f"{each['id']}: {json.dumps(each['nodes'][0]['html'])}" for each in found]


def fits(page: Page) -> bool:
    """Return whether the page stays within the screen."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")
