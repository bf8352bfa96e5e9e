"""What lies behind the door: it has a thread while it works, and no longer."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.loops import begun, waited
from tracker.web.collect.bodies import Bodies
from tracker.web.collect.pages import Pages

LIMIT = 10


def pages_of(inside: Callable, **options) -> Pages:
    return Pages(inside, Bodies(**options), threads=1, limit=LIMIT, patience=0.1)


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Say what was asked."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("X-Length", environ.get("CONTENT_LENGTH", "none"))])
    return [body, b"|", environ.get("HTTP_X_FORWARDED_FOR", "").encode()]


def scope(*headers: tuple[bytes, bytes], query: bytes = b"") -> dict[str, Any]:
    return {"type": "http", "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": "/x", "query_string": query, "headers": list(headers),
            "client": ("127.0.0.1", 4711), "server": ("127.0.0.1", 80)}  # fmt: skip


class Client:
    """Somebody who sends a body in parts and fetches an answer."""

    def __init__(self, *parts: bytes, fetches: bool = True, stays: bool = True) -> None:
        self.parts = list(parts) or [b""]
        self.is_silent = asyncio.Event()
        self.fetches = fetches
        self.stays = stays
        self.got: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if not self.parts:
            await self.is_silent.wait()
        part = self.parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": part.endswith(b"...")}

    async def send(self, message: dict[str, Any]) -> None:
        if not self.stays:
            raise OSError("the client has left")
        if not self.fetches:
            await asyncio.sleep(60)
        self.got.append(message)

    @property
    def status(self) -> int:
        return self.got[0]["status"]

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.got[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.got[1:])


def ask(pages: Pages, client: Client, *headers: tuple[bytes, bytes]) -> Client:
    waited(pages(scope(*headers), client.receive, client.send))
    return client


def test_a_body_arrives_as_one_with_its_length():
    client = ask(pages_of(echo), Client(b"01...", b"234"), (b"transfer-encoding", b"chunked"))
    assert (client.status, client.body) == (200, b"01...234|")
    assert client.headers[b"x-length"] == b"8"


def test_nothing_has_no_length():
    assert ask(pages_of(echo), Client()).headers[b"x-length"] == b"none"


def test_a_body_that_is_too_large_is_left_to_the_application_to_refuse():
    client = ask(pages_of(echo), Client(b"0" * 11))
    assert (client.body, client.headers[b"x-length"]) == (b"|", b"11")


def test_what_a_proxy_says_cannot_be_said_with_underscores():
    forged, true = (b"x_forwarded_for", b"10.0.0.1"), (b"x-forwarded-for", b"203.0.113.7")
    assert ask(pages_of(echo), Client(), forged, true, forged).body == b"|203.0.113.7"


def test_a_slow_sender_holds_no_thread():
    pages, slow = pages_of(echo), Client(b"0...")
    waiting = begun(pages(scope(), slow.receive, slow.send))
    assert ask(pages, Client(b"1")).body == b"1|"
    waiting.cancel()


@pytest.mark.parametrize(
    ("options", "client", "status"),
    [({"patience": 0.05}, Client(b"0..."), 408), ({"room": 1}, Client(b"01"), 503)],
)
def test_a_body_that_cannot_be_waited_for_is_told(options, client, status):
    assert ask(pages_of(echo, **options), client).status == status


def test_a_body_that_waits_for_a_thread_takes_room():
    goes_on = threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        goes_on.wait(10)
        return echo(environ, start_response)

    pages, first = pages_of(slow, room=15), Client(b"0123456789")
    waiting = begun(pages(scope(), first.receive, first.send))
    try:
        assert ask(pages, Client(b"012345")).status == 503
    finally:
        goes_on.set()
    waiting.result(10)
    assert first.body == b"0123456789|"
    assert ask(pages, Client(b"012345")).status == 200


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        (b"campaign=Fr\xc3\xbchling&x=%C3%BC+%", "campaign=Fr%C3%BChling&x=%C3%BC+%"),
        (b"a=\xff", "a=%FF"),
        (b"a[]=1&b='~!$*(),;:@/?|^`{}\\\"<>", "a[]=1&b='~!$*(),;:@/?|^`{}\\\"<>"),
    ],
)
def test_a_query_that_is_not_quoted_is_quoted_and_any_other_stays(said, understood):
    def query(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [environ["QUERY_STRING"].encode()]

    client = Client()
    waited(pages_of(query)(scope(query=said), client.receive, client.send))
    assert client.body.decode() == understood


@pytest.mark.parametrize("client", [Client(fetches=False), Client(stays=False)])
def test_whoever_does_not_fetch_an_answer_gives_the_thread_back(client):
    closed = threading.Event()

    class Answer:
        def __iter__(self):
            return iter([b"x" * 1000] * 100)

        def close(self) -> None:
            closed.set()

    def much(_environ: dict[str, Any], start_response: Any) -> Answer:
        start_response("200 OK", [])
        return Answer()

    pages = pages_of(much)
    ask(pages, client)
    assert closed.is_set()
    assert ask(pages, Client()).body == b"x" * 100_000


def test_a_server_may_say_that_it_begins_and_ends():
    said = ["lifespan.startup", "lifespan.shutdown"]
    heard = []

    async def receive() -> dict[str, Any]:
        return {"type": said.pop(0)}

    async def send(message: dict[str, Any]) -> None:
        heard.append(message["type"])

    waited(pages_of(echo)({"type": "lifespan"}, receive, send))
    assert heard == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
