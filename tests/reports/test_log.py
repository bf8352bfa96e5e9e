"""The log of touches as programs read it."""

from datetime import timedelta

from tests.builders import GOOGLEBOT, NOON, lead_of, make_house, record
from tracker.reports import log
from tracker.reports.log import TouchSearch
from tracker.touches.domain import ContentKind


def test_a_touch_comes_with_the_names_of_what_it_points_to(session):
    house = make_house(session)
    source = "utm_source=news&utm_medium=email&utm_campaign=May"
    record(session, house.page(f"/pricing?{source}", anonymous_id="a"))
    (touch,) = log.touches(session, house.workspace.id, TouchSearch(), limit=10)
    assert (touch.source, touch.medium, touch.campaign) == ("news", "email", "May")
    assert (touch.kind, touch.channel, touch.site) == ("pricing", "email", house.site.code)
    assert touch.lead == lead_of(session, house, "a:a").code


def test_message_ids_are_readable_whatever_they_were(session):
    house = make_house(session)
    record(session, house.page(anonymous_id="a", message_id=b"order-4711"))
    record(session, house.page(anonymous_id="a", message_id=bytes(16)))
    found = log.touches(session, house.workspace.id, TouchSearch(), limit=10)
    assert [touch.message_id for touch in found] == [
        "00000000-0000-0000-0000-000000000000",
        "order-4711",
    ]


def test_robots_and_visitors_without_a_key_are_in_the_log(session):
    house = make_house(session)
    record(session, house.page(), house.page(anonymous_id="a", user_agent=GOOGLEBOT))
    found = log.touches(session, house.workspace.id, TouchSearch(), limit=10)
    assert [(touch.lead is None, touch.is_human) for touch in found] == [
        (False, False),
        (True, True),
    ]


def test_counts_agree_with_lists_under_every_filter(session):
    house, other = make_house(session), make_house(session, "Other")
    record(session, house.page("/pricing", anonymous_id="a"), other.page(anonymous_id="a"))
    record(session, house.event("Demo Requested", anonymous_id="b"))
    lead = lead_of(session, house, "a:a")
    hour = timedelta(hours=1)
    for search, number in (
        (TouchSearch(), 2),
        (TouchSearch(lead_id=lead.id), 1),
        (TouchSearch(kind=ContentKind.DEMO), 1),
        (TouchSearch(lead_id=lead.id, kind=ContentKind.DEMO), 0),
        (TouchSearch(site_id=house.site.id, since=NOON, until=NOON + hour), 2),
        (TouchSearch(site_id=other.site.id), 0),
    ):
        listed = log.touches(session, house.workspace.id, search, limit=10)
        assert log.count(session, house.workspace.id, search) == len(listed) == number
