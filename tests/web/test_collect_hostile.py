"""Malformed, hostile and extreme input: a clear answer, and the next good request is fine."""

import gzip
import json
from urllib.parse import quote

import pytest

from tests.doors import KEY
from tracker.web.collect.asked import Asked

PAGE = {"type": "page", "userId": "u-1", "properties": {"url": "https://a.example/x"}}


def after(knock):
    """Send 20 good messages and return how many of them were taken."""
    return [knock.pixel(m=f"good-{n}").status_code for n in range(20)].count(200)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"\x00",
        b"nonsense",
        b"null",
        b"3",
        b'"text"',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"batch": {}}',
        b"\xff\xfe\xfd",
        b"1" * 5000,
        b"\x1f\x8b\x08nonsense",
        gzip.compress(b"{}", mtime=0)[:-3],
    ],
)
def test_a_broken_body_is_a_400(knock, body):
    assert knock.server("batch", body).status_code == 400
    assert knock.client.post("/b", data=body).status_code in (400, 413)
    assert after(knock) == 20
    assert knock.counts() == {"accepted": 20, "refused": 2}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "9223372036854775808"])
def test_a_number_beyond_reason_breaks_nothing(knock, number):
    body = (
        b'{"writeKey":"WK_TEST","batch":[{"type":"page","properties":{"n":%s}}]}' % number.encode()
    )
    assert knock.client.post("/b", data=body).status_code == 200
    [touch] = knock.touches()
    kept = json.loads(touch.properties, parse_constant=lambda name: pytest.fail(name))
    assert kept["n"] in (None, 9223372036854775808)


@pytest.mark.parametrize(
    "text",
    ["a\x00b", "\ud800", "\udfff\ud800", "e\u0301" * 700, "\u202e", "\u200b", "😀" * 1400,
     "</script><script>alert(1)</script>", "{{ 7*7 }}", "%00", "'; DROP TABLE touch; --"],
)  # fmt: skip
def test_any_text_is_kept_alike_in_every_field(knock, text):
    message = {
        "type": "track",
        "event": f"x{text}",
        "messageId": f"m{text}",
        "userId": f"u{text}",
        "anonymousId": f"a{text}",
        "properties": {"title": text, "asset": text, text: [text, {text: text}]},
        "context": {
            "campaign": {"name": text, "source": text, "medium": text},
            "page": {"url": f"https://a.example/{text}?utm_source={text}", "referrer": text},
            "userAgent": text,
            "traits": {"email": text, "name": text},
        },
    }
    identify = {"type": "identify", "userId": "u-2", "traits": {"name": text, "company": text}}
    assert knock.batch(message, identify).json["success"] is True
    raw = quote(text, errors="surrogatepass")
    pixel = f"/p.gif?k={KEY}&n=n{raw}&a=a{raw}&t={raw}&r={raw}&u=https://a.example/{raw}"
    assert knock.client.get(pixel).status_code == 200
    assert knock.counts() == {"accepted": 3}


@pytest.mark.parametrize("path", ["/p.gif", "/b", "/v1/batch"])
def test_an_encoded_nul_in_a_campaign_breaks_nothing(knock, path):
    url = "https://a.example/%00?utm_source=%00x&utm_campaign=%2500"
    page = PAGE | {"properties": {"url": url}}
    answer = {"/p.gif": lambda: knock.pixel(u=url), "/b": lambda: knock.beacon(page)}.get(
        path, lambda: knock.batch(page)
    )()
    assert answer.status_code == 200
    assert knock.counts() == {"accepted": 1}


def test_a_small_body_has_at_most_64_kib(knock):
    body = json.dumps({"writeKey": KEY, "type": "page", "x": "y" * 64 * 1024})
    answer = knock.client.post("/b", data=body)
    assert (answer.status_code, answer.json["code"]) == (413, 413)
    assert knock.counts() == {"refused": 1}


@pytest.mark.parametrize(
    ("path", "size"), [("/b", 1 << 20), ("/b", 1 << 31), ("/v1/batch", 1 << 31)]
)
def test_a_declared_size_is_refused_before_anything_is_read(knock, path, size):
    class Unread:
        def read(self, _size):
            pytest.fail("the body was read")

    environ = {"CONTENT_LENGTH": str(size), "wsgi.input": Unread()}
    assert knock.client.post(path, environ_overrides=environ).status_code == 413


def test_a_bomb_does_not_go_off(knock):
    bomb = gzip.compress(b"0" * 50_000_000, mtime=0)
    assert len(bomb) < 64 * 1024
    assert knock.client.post("/b", data=bomb).status_code == 413
    assert knock.server("batch", bomb).status_code == 413
    assert after(knock) == 20


def test_only_gzip_is_understood(knock):
    answer = knock.server("batch", b"x", {"Content-Encoding": "br"})
    assert (answer.status_code, answer.json["code"]) == (415, 415)


def test_the_key_that_authorises_is_the_key_that_stores(knock):
    body = b'{"writeKey":"wk_other","writeKey":"WK_TEST","batch":[{"type":"page"}]}'
    assert knock.client.post("/b", data=body).status_code == 200
    body = b'{"writeKey":"WK_TEST","writeKey":"wk_other","batch":[{"type":"page"}]}'
    assert knock.client.post("/b", data=body).status_code == 401


def test_a_form_with_many_fields_is_no_message(knock):
    form = "&".join(f"f{n}=1" for n in range(100_000))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert knock.server("batch", form.encode(), headers).status_code == 400


def test_a_query_with_many_fields_is_refused(knock):
    query = "&".join(f"f{n}=1" for n in range(1000))
    assert knock.client.get(f"/p.gif?k={KEY}&{query}").status_code == 400


def test_a_batch_has_at_most_10_000_messages(knock):
    answer = knock.batch(*[{"type": "page"}] * 10_001)
    assert answer.status_code == 413
    assert knock.counts() == {"refused": 10_001}


def test_a_query_that_is_not_quoted_is_understood():
    query = "t=Frühling&u=%C3%BC+ü&".encode() + b"x=\xff"
    asked = Asked({"method": "GET", "path": "/p.gif", "headers": [], "query_string": query})
    assert asked.query() == {"t": "Frühling", "u": "ü ü", "x": "\ufffd"}


def test_a_long_referer_is_cut(knock):
    referer = {"Referer": "https://a.example/" + "x" * 60_000, "User-Agent": "M" * 20_000}
    assert knock.pixel(referer).status_code == 200
    assert all(len(item.url) <= 2048 for item in knock.contents().values())


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example"]
)
def test_a_url_that_could_run_is_not_kept(knock, url):
    assert knock.pixel(u=url, a="anon-1").status_code == 200
    assert [item.url for item in knock.contents().values()] == [""]


def test_deep_json_is_cut(knock):
    deep: dict = {}
    for _ in range(500):
        deep = {"d": deep}
    assert knock.batch(PAGE | {"properties": deep}).json == {"success": True}
    assert len(knock.touches()[0].properties) < 100


@pytest.mark.parametrize("length", ["-1", "x", "1" * 40, "0x10"])
def test_a_length_that_is_none_breaks_nothing(knock, length):
    answer = knock.client.post("/b", data=b"{}", environ_overrides={"CONTENT_LENGTH": length})
    assert answer.status_code in (400, 401, 413)


@pytest.mark.parametrize(
    "value", ["Basic", "Basic !!!", "Basic /w==", "Bearer", "\x00", "Basic OjpY"]
)
def test_a_broken_header_is_no_key(knock, value):
    assert knock.server("t", PAGE, {"Authorization": value}).status_code == 401
