"""What requests carry: read while no thread waits, and no more of it than there is room for."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from tracker.collector.domain import DropReason
from tracker.web.collect.asked import Asked, Refused

Receive = Callable[[], Awaitable[dict[str, Any]]]

# So long a body may take to arrive, and so much of all that are not yet answered may lie here.
PATIENCE = 120.0
ROOM = 256 * 1024 * 1024


class Bodies:
    """Reads bodies and holds them until they are answered; one per process, as its memory is."""

    def __init__(self, *, patience: float = PATIENCE, room: int = ROOM) -> None:
        self._patience = patience
        self._room = room
        self.held = 0

    @asynccontextmanager
    async def read(self, asked: Asked, receive: Receive, limit: int) -> AsyncIterator[bytes]:
        """Hold a body; Refused where it is too large, ends too early or takes too long."""
        declared = asked.word(b"content-length")
        if declared.isdecimal() and int(declared[:20]) > limit:
            raise too_large(limit)
        parts: list[bytes] = []
        try:
            await self._gather(parts, receive, limit)
            parts[:] = [b"".join(parts)]
            yield parts[0]
        finally:
            self.held -= sum(map(len, parts))

    async def _gather(self, parts: list[bytes], receive: Receive, limit: int) -> None:
        size = 0
        try:
            async with asyncio.timeout(self._patience):
                async for part in _parts(receive):
                    parts.append(part)
                    size += len(part)
                    self.held += len(part)
                    self._check(size, limit)
        except TimeoutError:
            message = "the body takes too long"
            raise Refused(408, DropReason.MALFORMED, message, field="body") from None

    def _check(self, size: int, limit: int) -> None:
        if size > limit:
            raise too_large(limit)
        if self.held > self._room:
            refused = Refused(503, DropReason.OVERLOADED, "more arrives than can be held")
            refused.retry_after = 1
            raise refused


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(400, DropReason.MALFORMED, "the body ends too early", field="body")
        yield message.get("body", b"")
        if not message.get("more_body"):
            return


def is_zipped(raw: bytes) -> bool:
    """Return whether a body is gzip: some clients do not say so, some proxies say so of none."""
    return raw[:2] == b"\x1f\x8b"


def read_json(raw: bytes, encoding: str, limit: int) -> Any:
    """Return the JSON of a body, whatever its Content-Type says; Refused where it is none."""
    if encoding.strip().casefold() not in ("", "identity", "gzip", "x-gzip"):
        message = "only gzip is understood"
        raise Refused(415, DropReason.MALFORMED, message, field="Content-Encoding")
    text = _inflated(raw, limit) if is_zipped(raw) else raw
    if not text.strip():
        raise Refused(400, DropReason.MALFORMED, "the body is empty", field="body")
    try:
        return json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused(400, DropReason.MALFORMED, "this is not JSON", field="body") from None


def too_large(limit: int) -> Refused:
    """Return the refusal of a body beyond a limit."""
    message = f"a body has at most {limit:,} bytes"
    return Refused(413, DropReason.TOO_LARGE, message, field="body")


def _inflated(raw: bytes, limit: int) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    try:
        text = inflater.decompress(raw, limit + 1)
    except zlib.error:
        raise Refused(400, DropReason.MALFORMED, "this is not gzip", field="body") from None
    if len(text) > limit:
        raise too_large(limit)
    if not inflater.eof:
        raise Refused(400, DropReason.MALFORMED, "the gzip ends too early", field="body")
    return text
