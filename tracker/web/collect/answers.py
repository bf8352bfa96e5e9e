"""What the door answers: a picture, a word of success, or an error that SDKs understand."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from tracker.collector.domain import DropReason
from tracker.web.collect.asked import Refused

Headers = list[tuple[str, str]]
Answer = tuple[int, Headers, bytes]

# The smallest transparent GIF that every browser draws.
GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
_OPEN: Headers = [
    ("Access-Control-Allow-Origin", "*"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("X-Content-Type-Options", "nosniff"),
]
_FRESH = ("Cache-Control", "no-store")
_ASKED = ("authorization", "content-type", "content-encoding", "x-retry-count")
STATUS = {
    DropReason.MALFORMED: 400,
    DropReason.UNKNOWN_KEY: 401,
    DropReason.TOO_LARGE: 413,
    DropReason.UNKNOWN_TYPE: 400,
    DropReason.NO_IDENTITY: 400,
    DropReason.NO_CONSENT: 403,
    DropReason.BAD_TIME: 400,
    DropReason.PREFETCH: 403,
    DropReason.RATE_LIMITED: 429,
    DropReason.OVERLOADED: 503,
    DropReason.STORAGE: 503,
    DropReason.REJECTED_BY_STORE: 400,
}


def picture(status: int = 200, *, retry_after: int | None = None) -> Answer:
    """Return the pixel; also with an error, for it must not break the page that shows it."""
    headers = [("Content-Type", "image/gif"), _FRESH, *_OPEN]
    if retry_after is not None:
        headers += again(retry_after)
    return status, headers, GIF


def words(
    body: Mapping[str, Any], status: int = 200, more: Iterable[tuple[str, str]] = ()
) -> Answer:
    """Return JSON."""
    headers = [("Content-Type", "application/json"), _FRESH, *_OPEN, *more]
    return status, headers, json.dumps(body).encode()


def plain(text: str) -> Answer:
    """Return text for a machine that reads lines."""
    headers = [("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), _FRESH, *_OPEN]
    return 200, headers, text.encode()


def error(
    status: int,
    message: str,
    *,
    errors: Mapping[str, str] | None = None,
    more: Iterable[tuple[str, str]] = (),
) -> Answer:
    """Return an error in the shape of the whole house; some SDKs retry what has no `code`."""
    body: dict[str, Any] = {"code": status, "status": HTTPStatus(status).phrase, "message": message}
    if errors:
        body["errors"] = dict(errors)
    return words(body, status, more)


def refusal(refused: Refused) -> Answer:
    """Return why the door does not take something, and when to come again."""
    wait = refused.retry_after
    more = again(wait) if wait is not None else []
    return error(refused.status, refused.message, errors=refused.errors, more=more)


def again(seconds: int) -> Headers:
    """Say when to come again, also to a script of another origin."""
    return [("Retry-After", str(seconds)), ("Access-Control-Expose-Headers", "Retry-After")]


def preflight(asked: str) -> Answer:
    """Allow what a browser asks before it sends."""
    names = [name.strip() for name in asked.casefold().split(",")][:20]
    plain = [name for name in names if name and len(name) < 64 and name.replace("-", "").isalnum()]
    allowed = dict.fromkeys([*_ASKED, *(name for name in plain if name.isascii())])
    headers = [
        *_OPEN,
        ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
        ("Access-Control-Allow-Headers", ", ".join(allowed)),
        ("Access-Control-Max-Age", "7200"),
        ("Vary", "Access-Control-Request-Headers"),
    ]
    return 204, headers, b""


def script(text: bytes, etag: str, *, is_known: bool) -> Answer:
    """Return the snippet, for browsers to keep an hour."""
    headers = [
        ("Content-Type", "text/javascript; charset=utf-8"),
        ("Cache-Control", "public, max-age=3600"),
        ("ETag", etag),
        *_OPEN,
    ]
    return (304, headers, b"") if is_known else (200, headers, text)


@lru_cache(maxsize=64)
def status_line(status: int) -> str:
    """Return a status as WSGI wants it."""
    return f"{status} {HTTPStatus(status).phrase}"
