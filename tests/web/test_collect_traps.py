"""Twelve traps of the protocol that others have stepped into."""

import gzip
import json
from datetime import timedelta

import pytest

from tests.doors import KEY
from tracker.clock import utcnow

WEBINAR = {"type": "track", "event": "Webinar Attended", "userId": "u-1"}


def zipped(*messages: dict) -> bytes:
    return gzip.compress(json.dumps({"batch": messages}).encode())


def test_1_gzip_under_the_content_type_of_a_form(knock):
    form = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}
    assert knock.server("batch", zipped(WEBINAR), form).status_code == 200
    assert len(knock.touches()) == 1


def test_2_gzip_without_a_header(knock):
    assert knock.server("batch", zipped(WEBINAR)).status_code == 200


def test_2_a_header_without_gzip(knock):
    body = json.dumps({"batch": [WEBINAR]}).encode()
    assert knock.server("batch", body, {"Content-Encoding": "gzip"}).status_code == 200


def test_3_json_as_plain_text(knock):
    assert knock.server("t", WEBINAR, {"Content-Type": "text/plain"}).status_code == 200


def test_4_success_is_200_and_nothing_else(knock):
    answers = [
        knock.batch(WEBINAR),
        knock.server("t", WEBINAR),
        knock.batch(WEBINAR, {"type": "?"}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert all(answer.json["success"] is True for answer in answers)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"batch": 1}', b"{}", b"\xff\xfe"])
def test_5_an_error_is_json_with_a_code(knock, body):
    answer = knock.server("batch", body)
    assert answer.status_code == 400
    assert {"code", "status", "message"} <= answer.json.keys()
    assert knock.counts() == {"refused": 1}


def test_6_a_trailing_slash_is_no_redirect(knock):
    assert knock.server("batch/", {"batch": [WEBINAR]}).status_code == 200
    assert knock.pixel().status_code == knock.client.get(f"/p.gif/?k={KEY}").status_code == 200


def test_7_a_large_batch_loses_only_its_oversized_event(knock):
    events = [WEBINAR | {"properties": {"text": "x" * 1000}} for _ in range(1200)]
    answer = knock.batch(*events, WEBINAR | {"properties": {"text": "x" * 40_000}})
    assert [bad["code"] for bad in answer.json["rejected"]] == ["too_large"]
    assert knock.counts() == {"accepted": 1200, "quarantined": 1}


def test_8_the_same_message_sent_again_counts_once(knock):
    first = {"messageId": "m-1", "_metadata": {"retryCount": 0}, "sentAt": "2026-01-01T00:00:00Z"}
    again = {"messageId": "m-1", "_metadata": {"retryCount": 1}, "sentAt": "2026-01-01T00:00:09Z"}
    for more in (first, again):
        assert knock.server("t", WEBINAR | more).status_code == 200
    assert knock.counts() == {"accepted": 1, "duplicate": 1}


def test_9_a_clock_two_hours_behind(knock):
    behind = (utcnow() - timedelta(hours=2)).isoformat()
    knock.batch(*[WEBINAR | {"timestamp": behind}] * 8, sentAt=behind)
    late = [abs(touch.occurred_at - touch.received_at) for touch in knock.touches()]
    assert len(late) == 8
    assert max(late) < timedelta(seconds=5)


def test_10_a_stale_time_of_sending(knock):
    now = utcnow()
    stale = (now - timedelta(hours=1)).isoformat()
    made = (now - timedelta(minutes=1)).isoformat()
    knock.batch(WEBINAR | {"timestamp": made}, sentAt=stale)
    [touch] = knock.touches()
    assert touch.occurred_at == touch.received_at


def test_10_a_back_dated_event_stays_on_its_day(knock):
    demo = WEBINAR | {"timestamp": "2026-10-05T14:30:00.123Z"}
    knock.batch(demo, sentAt=utcnow().isoformat())
    [touch] = knock.touches()
    assert touch.occurred_at.isoformat().startswith("2026-10-05T14:30:0")
    assert touch.original_at is not None
    assert touch.original_at.isoformat() == "2026-10-05T14:30:00.123000+00:00"


def test_11_a_track_before_its_identify(knock):
    knock.server("t", WEBINAR | {"anonymousId": "anon-1"})
    traits = {"email": "ana@acme.example"}
    knock.server("i", {"userId": "u-1", "anonymousId": "anon-1", "traits": traits})
    assert knock.visitors() == {"u:u-1", "a:anon-1", "e:ana@acme.example"}


def test_12_a_batch_that_has_grown_is_counted_by_the_event(knock):
    events = [WEBINAR | {"messageId": f"m-{n}"} for n in range(5)]
    knock.batch(*events[:3])
    knock.batch(*events)
    assert knock.counts() == {"accepted": 5, "duplicate": 3}
