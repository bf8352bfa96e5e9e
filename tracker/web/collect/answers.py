"""What the door answers: a picture, a word of success, or an error that SDKs understand."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from tracker.collector.domain import DropReason
from tracker.web.collect.asked import Refused

Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]

# The smallest transparent GIF that every browser draws.
GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
_OPEN: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-content-type-options", b"nosniff"),
]
_FRESH = (b"cache-control", b"no-store")
PICTURE: Answer = (200, [(b"content-type", b"image/gif"), _FRESH, *_OPEN], GIF)
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
    if status == 200:
        return PICTURE
    more = again(retry_after) if retry_after is not None else []
    return status, [*PICTURE[1], *more], GIF


def words(
    body: Mapping[str, Any], status: int = 200, more: Iterable[tuple[bytes, bytes]] = ()
) -> Answer:
    """Return JSON."""
    headers = [(b"content-type", b"application/json"), _FRESH, *_OPEN, *more]
    return status, headers, json.dumps(body).encode()


def plain(text: str) -> Answer:
    """Return text for a machine that reads lines."""
    kind = b"text/plain; version=0.0.4; charset=utf-8"
    headers = [(b"content-type", kind), _FRESH, *_OPEN]
    return 200, headers, text.encode()


def error(
    status: int,
    message: str,
    *,
    errors: Mapping[str, str] | None = None,
    more: Iterable[tuple[bytes, bytes]] = (),
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


def unavailable(message: str) -> Answer:
    """Return that it cannot be done at the moment."""
    return error(503, message, more=again(1))


def wrong_method(allowed: str) -> Answer:
    """Return which methods an address knows."""
    more = [(b"allow", allowed.encode())]
    return error(405, "this method is not for this address", more=more)


def again(seconds: int) -> Headers:
    """Say when to come again, also to a script of another origin."""
    return [
        (b"retry-after", b"%d" % seconds),
        (b"access-control-expose-headers", b"Retry-After"),
    ]


def preflight(asked: str) -> Answer:
    """Allow what a browser asks before it sends."""
    names = [name.strip() for name in asked.casefold().split(",")][:20]
    plain = [name for name in names if name and len(name) < 64 and name.replace("-", "").isalnum()]
    allowed = dict.fromkeys([*_ASKED, *(name for name in plain if name.isascii())])
    headers = [
        *_OPEN,
        (b"access-control-allow-methods", b"GET, HEAD, POST, OPTIONS"),
        (b"access-control-allow-headers", ", ".join(allowed).encode()),
        (b"access-control-max-age", b"7200"),
        (b"vary", b"Access-Control-Request-Headers"),
    ]
    return 204, headers, b""


def script(text: bytes, etag: str, *, is_known: bool) -> Answer:
    """Return the snippet, for browsers to keep an hour."""
    headers = [
        (b"content-type", b"text/javascript; charset=utf-8"),
        (b"cache-control", b"public, max-age=3600"),
        (b"etag", etag.encode()),
        *_OPEN,
    ]
    return (304, headers, b"") if is_known else (200, headers, text)
