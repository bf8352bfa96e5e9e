"""From the query of a pixel to a hit."""

from tests.builders import NOON
from tracker.collector.domain import Delivery, MessageType
from tracker.collector.pixel import read

DELIVERY = Delivery(workspace_id=1, site_id=2, received_at=NOON, context={}, user_agent="Firefox")


def test_a_pixel_without_a_name_is_a_page_view():
    hit = read({"u": "https://a.example/x", "a": "anon-1", "m": "m-1"}, DELIVERY)
    assert (hit.type, hit.url, hit.anonymous_id) == (
        MessageType.PAGE,
        "https://a.example/x",
        "anon-1",
    )
    assert (hit.message_id, hit.occurred_at) == (b"m-1", NOON)


def test_a_pixel_with_a_name_is_an_event():
    hit = read({"n": "Demo Requested"}, DELIVERY)
    assert (hit.type, hit.name) == (MessageType.TRACK, "Demo Requested")


def test_a_pixel_stands_on_the_page_that_refers_to_it():
    assert read({}, DELIVERY, referer="https://a.example/mail").url == "https://a.example/mail"


def test_a_pixel_that_names_a_bad_url_stands_nowhere():
    assert read({"u": "javascript:alert(1)"}, DELIVERY, referer="https://a.example").url == ""


def test_two_pixels_without_an_id_are_two_messages():
    assert read({}, DELIVERY).message_id != read({}, DELIVERY).message_id
