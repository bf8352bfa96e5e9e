"""The door: what each address takes, what it answers, and what is counted."""

import gzip
import json
import threading
import time
import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.doors import CHROME, KEY, client_of
from tests.loops import begun
from tracker.app import create_door
from tracker.identity.models import Lead
from tracker.web.collect import hands
from tracker.web.collect.answers import GIF

DEMO = {"type": "track", "event": "Demo Requested", "userId": "u-1"}


def test_a_pixel_is_a_touch(knock):
    answer = knock.pixel(u="https://a.example/pricing", a="anon-1", m="m-1")
    assert (answer.status_code, answer.data) == (200, GIF)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert [touch.message_id for touch in knock.touches()] == [b"m-1"]
    assert knock.counts() == {"accepted": 1}


def test_a_pixel_counts_once(knock):
    for _ in range(3):
        assert knock.pixel(m="m-1").status_code == 200
    assert len(knock.touches()) == 1
    assert knock.counts() == {"accepted": 1, "duplicate": 2}


def test_a_beacon_takes_one_message_or_a_batch(knock):
    one = {"writeKey": KEY, "type": "page", "anonymousId": "anon-1"}
    assert knock.client.post("/b", data=json.dumps(one)).json == {"success": True}
    assert knock.beacon({"type": "page"}, {"type": "screen"}).json == {"success": True}
    assert knock.counts() == {"accepted": 3}


def test_a_server_sends_a_batch(knock):
    assert knock.batch(DEMO, DEMO | {"event": "Webinar Attended"}).json == {"success": True}
    assert knock.visitors() == {"u:u-1"}


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(
    "route", ["identify", "track", "page", "screen", "group", "i", "t", "p", "s", "g"]
)
def test_every_route_of_the_protocol_says_what_it_takes(knock, route, slash):
    body = {"userId": "u-1", "event": "Demo Requested", "groupId": "g-1"}
    answer = knock.server(route + slash, body)
    assert (answer.status_code, answer.json) == (200, {"success": True})
    assert len(knock.touches()) == 1


@pytest.mark.parametrize("route", ["alias", "a/"])
def test_an_alias_joins_two_ids(knock, route):
    assert knock.server(route, {"userId": "u-1", "previousId": "anon-1"}).status_code == 200
    assert knock.visitors() == {"u:u-1", "a:anon-1"}


def test_a_touch_is_classified_when_it_is_answered(knock):
    identify = {"type": "identify", "userId": "u-1", "traits": {"email": "ana@acme.example"}}
    knock.batch(identify, DEMO)
    with knock.database.reading() as session:
        assert session.scalar(select(Lead.email)) == "ana@acme.example"
    assert len(knock.contents()) == 1


@pytest.mark.parametrize("key", ["", "wk_nobody", "' OR 1=1 --", "\x00"])
def test_an_unknown_key_opens_nothing(knock, key):
    answer = knock.pixel(k=key)
    assert (answer.status_code, answer.data) == (401, GIF)
    answer = knock.beacon({"type": "page"}, {"type": "page"}, writeKey=key)
    assert (answer.status_code, answer.json["code"]) == (401, 401)
    assert knock.touches() == []
    assert knock.counts() == {"refused": 3}


def test_the_header_decides_over_the_body(knock):
    assert knock.batch(DEMO, writeKey="wk_nobody").status_code == 200


def test_a_key_may_be_in_the_body(knock):
    for body in ({"writeKey": KEY, "batch": [DEMO]}, {"batch": [DEMO | {"writeKey": KEY}]}):
        assert knock.server("batch", body, {"Authorization": "Bearer x"}).status_code == 200


def test_a_new_key_opens_at_once(knock):
    assert knock.pixel(k="wk_new").status_code == 401
    knock.change_site(write_key="wk_new")
    knock.door.desk._sites._monotonic = lambda clock=time.monotonic: clock() + 1
    assert knock.pixel(k="wk_new").status_code == 200


def test_bad_messages_are_told_by_their_place_and_the_rest_is_stored(knock):
    answer = knock.batch(DEMO, {"type": ""}, DEMO | {"timestamp": "NaN"}, {"type": "page"}, "x")
    assert answer.status_code == 200
    assert [(bad["index"], bad["code"]) for bad in answer.json["rejected"]] == [
        (1, "unknown_type"),
        (2, "bad_time"),
        (3, "no_identity"),
        (4, "malformed"),
    ]
    assert len(knock.quarantine()) == 4
    assert knock.counts() == {"accepted": 1, "quarantined": 4}


def test_one_bad_message_is_an_error_that_names_the_field(knock):
    answer = knock.server("track", {"userId": "u-1"})
    assert answer.status_code == 400
    assert answer.json == {
        "code": 400,
        "status": "Bad Request",
        "message": "a track message names its event",
        "errors": {"event": "a track message names its event"},
    }
    assert knock.counts() == {"quarantined": 1}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/b", "/v1/batch", "/v1/track/"])
def test_another_method_is_refused(knock, method, path):
    answer = knock.client.open(path, method=method)
    assert (answer.status_code, answer.json["code"]) == (405, 405)
    assert "POST" in answer.headers["Allow"]


def test_another_address_of_the_protocol_is_not_there(knock):
    assert knock.client.post("/v1/nothing", data=b"{}").json["code"] == 404


def test_looking_at_the_pixels_head_is_no_touch(knock):
    assert knock.client.head("/p.gif", query_string={"k": KEY}).status_code == 200
    assert knock.counts() == {}


@pytest.mark.parametrize("name", ["Sec-Purpose", "Purpose", "X-Moz"])
def test_looking_ahead_is_no_touch(knock, name):
    answer = knock.pixel(headers={name: "Prefetch;prerender"})
    assert (answer.status_code, answer.data) == (403, GIF)
    assert knock.counts() == {"refused": 1}


def test_a_page_that_is_only_prepared_sends_no_touches(knock):
    headers = {"Sec-Purpose": "prefetch;prerender"}
    seen = {"type": "page", "anonymousId": "a1", "messageId": "m1"}
    assert knock.beacon(seen, headers=headers).status_code == 403
    assert knock.counts() == {"refused": 1}


@pytest.mark.parametrize(
    "path", ["/p.gif", "/b", "/b/", "/v1/batch", "/v1/t", "/v1/projects/x/settings", "/t.js"]
)
def test_a_browser_may_ask_from_anywhere(knock, path):
    asked = {
        "Origin": "https://a.example",
        "Access-Control-Request-Headers": "x-extra,Authorization",
    }
    answer = knock.client.options(path, headers=asked)
    assert 200 <= answer.status_code < 300
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert int(answer.headers["Access-Control-Max-Age"]) > 0
    allowed = answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"authorization", "content-type", "x-retry-count", "x-extra"} <= set(allowed)


def test_the_browser_library_learns_where_to_send(knock):
    answer = knock.client.get(f"/v1/projects/{KEY}/settings", base_url="https://t.example")
    segment = answer.json["integrations"]["Segment.io"]
    assert segment == {"apiKey": KEY, "apiHost": "t.example/v1", "protocol": "https"}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert knock.client.get("/v1/projects/nobody/settings").status_code == 404


def test_behind_a_proxy_the_browser_library_learns_the_public_address(settings, knock):
    door = create_door(replace(settings, public_url="https://t.example/in"))
    answer = client_of(door).get(f"/v1/projects/{KEY}/settings", base_url="http://10.0.0.1:8000")
    segment = answer.json["integrations"]["Segment.io"]
    assert (segment["protocol"], segment["apiHost"]) == ("https", "t.example/in/v1")
    door.database.engine.dispose()


def test_the_snippet_may_be_kept_for_an_hour(knock):
    answer = knock.client.get("/t.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    known = {"If-None-Match": answer.headers["ETag"]}
    assert knock.client.get("/t.js", headers=known).status_code == 304
    assert len(gzip.compress(answer.data)) <= 5 * 1024


def test_consent_that_is_refused_leaves_nothing(knock):
    answer = knock.pixel(c="0", a="anon-1")
    assert (answer.status_code, answer.data) == (403, GIF)
    assert "Set-Cookie" not in answer.headers
    assert (knock.touches(), knock.visitors(), knock.quarantine()) == ([], set(), [])
    assert knock.counts() == {"refused": 1}


def test_where_consent_is_needed_silence_is_no(knock):
    knock.change_site(consent_required=True)
    assert knock.pixel(a="anon-1").status_code == 403
    assert knock.beacon({"type": "page", "anonymousId": "anon-1"}).status_code == 403
    assert knock.pixel(a="anon-1", c="1").status_code == 200
    assert knock.beacon({"type": "page", "context": {"consent": True}}).status_code == 200
    assert knock.counts() == {"accepted": 2, "refused": 2}


def test_a_server_answers_for_its_users_consent_and_a_browser_does_not(knock):
    knock.change_site(consent_required=True)
    assert knock.batch(DEMO).status_code == 200
    assert knock.batch(DEMO, headers={"Origin": "https://a.example"}).status_code == 403


def test_global_privacy_control_counts_the_touch_and_nobody(knock):
    gpc = {"Sec-GPC": "1"}
    assert knock.pixel(gpc, u="https://a.example/x", a="anon-1").status_code == 200
    page = {"type": "page", "userId": "u-1", "context": {"page": {"url": "https://a.example/x"}}}
    assert knock.beacon(page, headers=gpc).status_code == 200
    assert knock.visitors() == set()
    assert [(touch.visitor_id, touch.network) for touch in knock.touches()] == [(None, None)] * 2
    assert knock.contents().keys() == {"url:a.example/x"}


def test_addresses_are_cut_before_they_are_stored(knock):
    knock.batch(DEMO | {"context": {"ip": "203.0.113.9"}})
    assert [touch.network for touch in knock.touches()] == [bytes([203, 0, 113])]


def test_a_forwarded_address_is_not_believed(knock):
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    environ = {"REMOTE_ADDR": "127.0.0.1"}
    knock.client.get(f"/p.gif?k={KEY}", headers=forwarded, environ_overrides=environ)
    assert [touch.network for touch in knock.touches()] == [bytes([127, 0, 0])]


def test_a_robot_is_a_touch_of_its_own_class(knock):
    robot = {"User-Agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}
    assert knock.pixel(robot, u="https://a.example/pricing", a="anon-1").status_code == 200
    assert knock.counts() == {"accepted": 1}


def test_a_uuid_is_stored_as_16_bytes(knock):
    name = uuid.UUID(int=7)
    knock.batch(DEMO | {"messageId": str(name)})
    assert [touch.message_id for touch in knock.touches()] == [name.bytes]


def test_the_house_behind_the_door_answers_the_rest(knock):
    assert knock.client.get("/no-such-page").status_code == 404
    assert knock.client.get("/healthz").json == {"status": "ok"}
    assert knock.client.get("/readyz").json == {"status": "ready"}


def test_nobody_else_waits_for_a_database_that_does_not_answer(knock):
    knock.door.desk._sites._monotonic = lambda: 0.0
    assert knock.pixel().status_code == 200
    answers = threading.Event()
    asking = [begun(knock.door._hands.do(answers.wait)) for _ in range(2 * hands.NUMBER)]
    try:
        assert knock.client.get("/healthz").status_code == 200
        assert knock.pixel().status_code == 200
        assert knock.client.get("/login").status_code in (200, 302)
    finally:
        answers.set()
    assert all(asked.result(10) for asked in asking)


def test_a_long_body_is_judged_like_a_short_one(knock):
    long = [DEMO | {"properties": {"note": "x" * 200}} for _ in range(200)]
    body = json.dumps({"batch": [*long, {"type": "?"}]}).encode()
    for sent in (body, gzip.compress(body)):
        assert knock.server("batch", sent).json["rejected"][0]["index"] == 200
    assert knock.counts() == {"accepted": 400, "quarantined": 2}


def test_a_house_whose_writer_has_ended_is_not_ready(knock):
    knock.door.intake.stop()
    assert knock.client.get("/readyz").status_code == 503
    answer = knock.batch(DEMO)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert knock.client.get("/p.gif", query_string={"k": KEY, "a": CHROME}).status_code == 503


def test_totals_are_for_the_operators_own_network(knock):
    def ask(address: str) -> int:
        return knock.client.get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code

    assert [ask(a) for a in ("127.0.0.1", "10.1.2.3", "203.0.113.9")] == [200, 200, 404]


def test_what_arrived_is_there_for_prometheus(knock):
    knock.pixel(m="m-1")
    knock.pixel(m="m-1")
    knock.batch({"type": "?"})
    text = knock.client.get("/metrics").text
    assert 'tracker_hits_total{outcome="accepted",reason=""} 1\n' in text
    assert 'tracker_hits_total{outcome="duplicate",reason=""} 1\n' in text
    assert 'tracker_hits_total{outcome="quarantined",reason="unknown_type"} 1\n' in text
    assert "tracker_intake_waiting 0\n" in text
