"""From a message in Segment's shape to a hit, or to the reason why it is none."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tracker.collector.domain import Delivery, DropReason, Hit, MessageType, Reject, Utm
from tracker.collector.messages import judge

SERVER = Delivery(
    workspace_id=1,
    site_id=2,
    received_at=NOON,
    context={},
    needs_identity=True,
    network=b"\x0a\0\0",
)
BROWSER = SERVER._replace(needs_identity=False, user_agent="Firefox")
DEMO = {"type": "track", "event": "Demo Requested", "userId": "u-1"}


def hit(message, delivery=SERVER) -> Hit:
    judged = judge(message, delivery)
    assert isinstance(judged, Hit), judged
    return judged


def reject(message, delivery=SERVER) -> Reject:
    judged = judge(message, delivery)
    assert isinstance(judged, Reject), judged
    return judged


def test_a_track_message_is_a_hit():
    found = hit(DEMO | {"messageId": "m-1", "properties": {"value": 12}})
    assert (found.type, found.name, found.user_id) == (MessageType.TRACK, "Demo Requested", "u-1")
    assert (found.message_id, found.properties) == (b"m-1", '{"value":12}')


def test_a_page_takes_its_own_url_before_the_one_around_it():
    page = {"page": {"url": "https://a.example/around", "title": "Around"}}
    message = {"type": "page", "userId": "u-1", "context": page}
    own = {"url": "https://a.example/own", "title": "Own", "theme": "dark"}
    found = hit(message | {"properties": own})
    assert (found.url, found.title) == ("https://a.example/own", "Own")
    assert found.properties == '{"theme":"dark"}'
    assert hit(message).url == "https://a.example/around"


def test_an_event_is_not_named_after_the_page_on_which_it_happened():
    page = {"page": {"url": "https://a.example/w", "title": "Webinars"}}
    found = hit(DEMO | {"context": page})
    assert (found.url, found.title) == ("https://a.example/w", "")


@pytest.mark.parametrize(
    ("properties", "asset"),
    [
        ({"asset_id": "a-1", "title": "T"}, "a-1"),
        ({"webinar_id": "wb-42", "url": "https://a.example/x"}, "wb-42"),
        ({"file": "guide.pdf", "name": "Guide"}, "guide.pdf"),
        ({"survey_id": 7}, "7"),
        ({"minutes": 3}, ""),
    ],
)
def test_an_asset_is_found_by_the_first_name_for_it(properties, asset):
    assert hit(DEMO | {"properties": properties}).asset == asset


def test_the_envelopes_context_is_merged_into_each_message():
    campaign = {"name": "q4", "source": "linkedin", "medium": "paid-social"}
    found = hit(DEMO, SERVER._replace(context={"campaign": campaign}))
    assert found.utm == Utm(campaign="q4", source="linkedin", medium="paid-social")


def test_what_a_server_says_about_its_user_overrides_the_connection():
    found = hit(DEMO | {"context": {"ip": "203.0.113.9", "userAgent": "Safari"}})
    assert (found.network, found.user_agent) == (bytes([203, 0, 113]), "Safari")


def test_a_server_that_names_no_agent_speaks_for_a_human():
    assert hit(DEMO).user_agent is None


def test_a_browser_is_what_its_connection_says():
    found = hit(DEMO | {"context": {"ip": "203.0.113.9", "userAgent": "Safari"}}, BROWSER)
    assert (found.network, found.user_agent) == (b"\x0a\0\0", "Firefox")


def test_identify_tells_an_email_and_traits():
    traits = {"email": "ana@acme.example", "firstName": "Ana", "company": {"name": "Acme"}}
    found = hit({"type": "identify", "userId": "u-1", "traits": traits})
    assert found.email == "ana@acme.example"
    assert found.traits is not None
    assert (found.traits.name, found.traits.company) == ("Ana", "Acme")
    assert json.loads(found.properties) == traits


def test_an_email_tools_event_is_keyed_by_the_address_in_its_context():
    message = {"type": "track", "event": "Email Opened"}
    found = hit(message | {"context": {"traits": {"email": "ana@acme.example"}}})
    assert (found.email, found.user_id) == ("ana@acme.example", "")


def test_a_companys_address_is_nobodys_email():
    group = {"type": "group", "userId": "u-1", "groupId": "g-1"}
    found = hit(group | {"traits": {"name": "Acme", "email": "office@acme.example"}})
    assert found.email == ""
    assert json.loads(found.properties)["groupId"] == "g-1"


def test_an_alias_is_about_the_id_that_it_names():
    alias = {"type": "alias", "userId": "u-1", "previousId": "anon-77", "anonymousId": "anon-99"}
    found = hit(alias)
    assert (found.user_id, found.previous_id, found.anonymous_id) == ("u-1", "anon-77", "")


@pytest.mark.parametrize("name", ["null", "undefined", "x", "[object Object]"])
def test_a_useless_id_joins_nobody_and_the_touch_is_kept(name):
    assert hit(DEMO | {"userId": name}).user_id == ""


@pytest.mark.parametrize(
    ("message", "reason", "field"),
    [
        ({"type": "page"}, DropReason.NO_IDENTITY, "userId"),
        ({"type": "page", "userId": None, "anonymousId": ""}, DropReason.NO_IDENTITY, "userId"),
        ({"type": "alias", "userId": "u-1"}, DropReason.NO_IDENTITY, "previousId"),
        ({"type": "track", "userId": "u-1"}, DropReason.MALFORMED, "event"),
        ({"type": "track", "userId": "u-1", "event": []}, DropReason.MALFORMED, "event"),
        ({"type": "", "userId": "u-1"}, DropReason.UNKNOWN_TYPE, "type"),
        ({"userId": "u-1"}, DropReason.UNKNOWN_TYPE, "type"),
        (DEMO | {"timestamp": "NaN-aN-aN"}, DropReason.BAD_TIME, "timestamp"),
        (DEMO | {"timestamp": float("nan")}, DropReason.BAD_TIME, "timestamp"),
        (DEMO | {"properties": []}, DropReason.MALFORMED, "properties"),
        (DEMO | {"context": "x"}, DropReason.MALFORMED, "context"),
        (DEMO | {"properties": {"x": "y" * 40_000}}, DropReason.TOO_LARGE, "message"),
        ("no object", DropReason.MALFORMED, "message"),
        (None, DropReason.MALFORMED, "message"),
    ],
)
def test_what_makes_no_sense_is_named(message, reason, field):
    found = reject(message)
    assert (found.reason, found.field) == (reason, field)


def test_what_is_nested_beyond_reason_is_turned_away():
    deep: dict = {}
    for _ in range(50_000):
        deep = {"d": deep}
    found = reject(DEMO | {"properties": deep})
    assert (found.reason, found.body) == (DropReason.MALFORMED, "null")


def test_a_browser_may_be_nobody():
    assert hit({"type": "page"}, BROWSER).anonymous_id == ""


def test_a_message_about_nobody_is_no_identify():
    message = {"type": "identify", "traits": {"name": "Ana"}}
    assert reject(message, BROWSER).reason is DropReason.NO_IDENTITY


def test_an_unreadable_time_of_sending_is_left_out():
    early = (NOON - timedelta(hours=1)).isoformat()
    found = hit(DEMO | {"timestamp": early, "sentAt": "whenever"})
    assert found.occurred_at == NOON - timedelta(hours=1)


def test_the_time_that_the_caller_gave_comes_before_the_librarys():
    given_, made = NOON - timedelta(days=3), NOON
    message = DEMO | {"timestamp": given_.isoformat(), "originalTimestamp": made.isoformat()}
    assert hit(message).occurred_at == given_


def test_the_envelope_says_when_a_batch_was_sent():
    behind = NOON - timedelta(hours=2)
    found = hit(DEMO | {"timestamp": behind.isoformat()}, SERVER._replace(sent_at=str(behind)))
    assert found.occurred_at == NOON


def test_quarantine_keeps_no_address():
    found = reject({"type": "page", "context": {"ip": "203.0.113.9", "locale": "pl"}})
    assert json.loads(found.body) == {"type": "page", "context": {"locale": "pl"}}


def test_quarantine_keeps_at_most_4_kib():
    assert len(reject({"type": "x", "y": "z" * 9000}).body) == 4096


def test_a_private_browser_is_nobody():
    message = {
        "type": "page",
        "userId": "u-1",
        "anonymousId": "anon-1",
        "properties": {
            "url": "https://a.example/x?mail=ana@acme.example&utm_source=x",
            "who": "Ana",
        },
        "context": {"traits": {"email": "ana@acme.example"}},
    }
    found = hit(message, BROWSER._replace(is_private=True))
    assert "ana" not in repr(found).casefold()
    assert (found.user_id, found.anonymous_id, found.network) == ("", "", b"")
    assert found.url == "https://a.example/x?utm_source=x"


def test_a_private_browser_identifies_nobody():
    message = {"type": "identify", "userId": "u-1", "traits": {}}
    assert judge(message, BROWSER._replace(is_private=True)) is None


@pytest.mark.parametrize(
    ("said", "is_taken"),
    [
        ({}, False),
        ({"context": {"consent": True}}, True),
        ({"context": {"consent": False}}, False),
        ({"consent": "granted"}, True),
        ({"context": {"consent": {"categoryPreferences": {"analytics": True}}}}, True),
        ({"context": {"consent": {"categoryPreferences": {"analytics": False}}}}, False),
    ],
)
def test_where_consent_is_needed_it_is_said(said, is_taken):
    judged = judge(DEMO | said, BROWSER._replace(needs_consent=True))
    assert (judged is not None) is is_taken


def test_no_is_no_also_where_nobody_asks():
    assert judge(DEMO | {"context": {"consent": False}}, SERVER) is None


def test_where_consent_is_needed_a_broken_message_is_not_kept():
    found = reject(DEMO | {"context": []}, BROWSER._replace(needs_consent=True))
    assert found.body == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("messageId", "userId", "anonymousId", "previousId", "groupId", "timestamp", "sentAt",
          "event", "name", "properties", "traits", "context", "consent")  # fmt: skip
INSIDE = ("page", "campaign", "traits", "ip", "userAgent", "referrer", "consent", "email", "url",
          "title", "company", "name", "asset")  # fmt: skip
MESSAGE = st.fixed_dictionaries(
    {"type": st.sampled_from(["page", "track", "screen", "identify", "alias", "group", "x"])},
    optional={
        name: JSON | st.dictionaries(st.sampled_from(INSIDE), JSON, max_size=4) for name in FIELDS
    },
)


@given(MESSAGE, st.booleans())
def test_whatever_is_sent_is_a_hit_or_has_a_reason(message, is_private):
    judged = judge(message, SERVER._replace(is_private=is_private))
    assert judged is None or isinstance(judged, Hit | Reject)
