"""Sales at work in a real browser: a lead is accepted, and its deal moves across the board."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.builders import House
from tracker import journey
from tracker.clock import utcnow
from tracker.db import Database, make_engine
from tracker.handoff import service as handoff
from tracker.handoff.domain import HandoffStatus
from tracker.pipeline.models import Deal, DealMove
from tracker.workspaces import service as workspaces

AXE = Path("node_modules/axe-core/axe.min.js")
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def database(live):
    """Give a way into the database beside the server."""
    engine = make_engine(live.environ["TRACKER_DATABASE_URL"])
    yield Database(engine)
    engine.dispose()


@pytest.fixture
def desk(live, page):
    """Log the owner in."""
    page.goto(f"{live.url}/login")
    page.fill("[name=email]", live.email)
    page.fill("[name=password]", live.password)
    page.click("main button[type=submit], form button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def offer(database, *names):
    """Offer leads to sales, now."""
    with database.writing() as session:
        workspace = workspaces.the_workspace(session)
        site = workspaces.sites(session, workspace.id)[0]
        house = House(workspace=workspace, site=site)
        for name in names:
            make_bofu_lead_now(session, house, name)
        session.commit()


def make_bofu_lead_now(session, house, name):
    email, now = f"{name}@{name}.example", utcnow()
    said = house.identify(email, occurred_at=now, person=name.title())
    asked = house.event("Demo Requested", email=email, occurred_at=now)
    journey.record(session, [said, asked], now=now)


def open_deals(database, *names):
    """Offer leads and accept them."""
    offer(database, *names)
    with database.writing() as session:
        workspace = workspaces.the_workspace(session)
        yes = handoff.Answer(verdict=HandoffStatus.ACCEPTED, by=None)
        for waiting in handoff.queue(session, workspace.id):
            journey.answer_handoff(session, workspace, waiting.code, answer=yes, now=utcnow())
        session.commit()


def moves(database, *, counted=True):
    """Return how often deals were moved, without those taken back."""
    with database.reading() as session:
        query = select(DealMove).where(DealMove.from_stage_id.is_not(None))
        if counted:
            query = query.where(DealMove.retracted_at.is_(None))
        return len(list(session.scalars(query)))


def card(page, stage, title):
    """Return the card of a deal in a stage."""
    return page.locator(".board-column", has_text=stage).locator(".deal-card", has_text=title)


def assert_accessible(page):
    """Hold the page to what axe can tell."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []


def assert_not_sideways(page):
    """Hold the page to the width of a phone."""
    page.set_viewport_size(PHONE)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0


def test_accepting_in_the_queue_opens_a_deal(live, database, desk):
    offer(database, "ana")
    desk.goto(f"{live.url}/handoffs")
    assert_accessible(desk)
    desk.get_by_role("button", name="Accept and open deal").click()
    desk.wait_for_url("**/deals/*")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("ana.example")
    assert_accessible(desk)
    assert_not_sideways(desk)


def test_rejecting_asks_in_a_dialog_and_gives_the_focus_back(live, database, desk):
    offer(database, "ana")
    desk.goto(f"{live.url}/handoffs")
    desk.get_by_role("link", name="Reject").click()
    dialog = desk.get_by_role("dialog", name="Reject Ana?")
    expect(dialog.get_by_label("Why?")).to_be_focused()
    assert_accessible(desk)
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("link", name="Reject")).to_be_focused()
    desk.get_by_role("link", name="Reject").click()
    dialog.get_by_label("Why?").select_option("too_early")
    dialog.get_by_role("button", name="Reject the lead").click()
    expect(desk.get_by_text("All answered")).to_be_visible()


def test_dragged_card_moves_the_deal_and_can_be_brought_back(live, database, desk):
    open_deals(database, "ana", "ben")
    desk.goto(f"{live.url}/pipeline")
    assert_accessible(desk)
    goal = desk.locator(".board-column", has_text="Trial").locator(".board-cards")
    card(desk, "Demo scheduled", "ana.example").drag_to(goal)
    expect(desk.get_by_text("Moved to Trial.")).to_be_visible()
    expect(card(desk, "Trial", "ana.example")).to_be_visible()
    assert moves(database) == 1
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_text("Back in Demo scheduled.")).to_be_visible()
    expect(card(desk, "Demo scheduled", "ana.example")).to_be_visible()
    assert (moves(database), moves(database, counted=False)) == (0, 1)


def test_arrow_keys_and_menu_move_the_deal(live, database, desk):
    open_deals(database, "ana")
    desk.goto(f"{live.url}/pipeline")
    desk.get_by_role("link", name="ana.example", exact=True).focus()
    desk.keyboard.press("ArrowRight")
    expect(card(desk, "Demo held", "ana.example")).to_be_visible()
    expect(desk.get_by_text("Moved to Demo held.")).to_be_visible()
    expect(desk.get_by_role("link", name="ana.example", exact=True)).to_be_focused()
    desk.get_by_role("link", name="Move ana.example").click()
    desk.get_by_role("menuitem", name="Contract").click()
    expect(desk.get_by_text("Moved to Contract.")).to_be_visible()
    assert moves(database) == 2
    assert_not_sideways(desk)


def test_stale_card_goes_back_and_says_why(live, database, desk):
    open_deals(database, "ana")
    desk.goto(f"{live.url}/pipeline")
    with database.writing() as session:
        session.scalars(select(Deal)).one().title = "Renamed meanwhile"
        session.commit()
    desk.get_by_role("link", name="ana.example", exact=True).focus()
    desk.keyboard.press("ArrowRight")
    expect(desk.get_by_text("Somebody else changed this deal")).to_be_visible()
    expect(card(desk, "Demo scheduled", "ana.example")).to_be_visible()
    assert moves(database) == 0


def test_set_up_and_table_are_accessible_and_fit_a_phone(live, database, desk):
    open_deals(database, "ana")
    for path in ("/pipeline/list", "/pipeline/settings", "/handoffs/settled"):
        desk.set_viewport_size({"width": 1440, "height": 900})
        desk.goto(live.url + path)
        assert_accessible(desk)
        assert_not_sideways(desk)
