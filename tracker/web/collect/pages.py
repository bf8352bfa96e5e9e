"""The pages and the API behind the door: a WSGI application in a few threads of its own.

A thread has a request only while it works on it: bodies are read before, and whoever does not
fetch what was asked for is given up.
"""

import asyncio
import logging
import string
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import quote

from a2wsgi import WSGIMiddleware

from tracker.web.collect import answers
from tracker.web.collect.asked import Asked, Refused
from tracker.web.collect.bodies import Bodies, Receive

Wsgi = Callable[[Any, Any], Iterable[bytes]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

# So long a client may take to fetch a piece of an answer.
PATIENCE = 30.0

log = logging.getLogger(__name__)


class Pages:
    """Gives requests to the application, and its answers to whoever asked."""

    def __init__(
        self,
        inside: Wsgi,
        bodies: Bodies,
        *,
        threads: int,
        limit: int,
        patience: float = PATIENCE,
    ) -> None:
        self._inside: Any = WSGIMiddleware(inside, workers=threads)
        self._bodies = bodies
        self._limit = limit
        self._patience = patience

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._inside(scope, receive, send)
            return
        async with AsyncExitStack() as held:
            try:
                body, length = await self._read(scope, receive, held)
            except Refused as refused:
                await _say(answers.refusal(refused), send)
            else:
                kept = _Kept(body)
                line = _Line(send, self._patience)
                await self._inside(_plain(scope, length), kept.receive, line.send)

    async def _read(self, scope: Any, receive: Receive, held: AsyncExitStack) -> tuple[bytes, int]:
        try:
            reading = self._bodies.read(Asked(scope), receive, self._limit)
            body = await held.enter_async_context(reading)
        except Refused as refused:
            if refused.status != 413:
                raise
            # The application itself says so, in its own words.
            return b"", self._limit + 1
        return body, len(body)


class _Kept:
    """A body that is there already."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def receive(self) -> dict[str, Any]:
        return {"type": "http.request", "body": self._body, "more_body": False}


class _Line:
    """The way back to a client: once it is broken, whatever is still said goes nowhere."""

    def __init__(self, send: Send, patience: float) -> None:
        self._send = send
        self._patience = patience
        self._is_broken = False

    async def send(self, message: dict[str, Any]) -> None:
        if self._is_broken:
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._send(message)
        except Exception as error:  # noqa: BLE001 - a thread would wait for ever to say more
            self._is_broken = True
            log.info("a client has not fetched its answer: %s", type(error).__name__)


def _plain(scope: Any, length: int) -> Any:
    # A proxy says what it knows with dashes; with underscores anybody could say the same.
    headers = [
        (name, value)
        for name, value in scope["headers"]
        if name not in (b"content-length", b"transfer-encoding") and b"_" not in name
    ]
    if length:
        headers.append((b"content-length", b"%d" % length))
    # Not every client quotes what is not ASCII, and nothing else is understood inside.
    query = quote(scope["query_string"], safe=string.punctuation).encode()
    return {**scope, "headers": headers, "query_string": query}


async def _say(answer: answers.Answer, send: Send) -> None:
    status, headers, body = answer
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
