"""What was asked at the door: who asks, with which key, saying what."""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.collector import network
from tracker.collector.domain import DropReason
from tracker.collector.text import clean

Environ = Mapping[str, Any]


class Refused(Exception):
    """The door does not take it: with which status, and how many messages it was."""

    def __init__(
        self, status: int, reason: DropReason, message: str, *, field: str = "", number: int = 1
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.errors = {field: message} if field else None
        self.number = number
        # Whose it is: filled in where the key is known.
        self.site: tuple[int, int] = (0, 0)
        # After how many seconds it is worth while to come again.
        self.retry_after: int | None = None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an operator lets through, and by which address the world reaches it."""

    small: int = 64 * 1024
    large: int
    messages: int = 10_000
    trusted_proxies: int = 0
    rate_client: int = 0
    rate_key: int = 0
    public_url: str = ""


def network_of(environ: Environ, trusted_proxies: int) -> bytes:
    """Return the asker's network; a forwarded address counts only behind a trusted proxy."""
    address = environ.get("REMOTE_ADDR", "")
    if trusted_proxies:
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(forwarded) >= trusted_proxies:
            address = forwarded[-trusted_proxies]
    return network.cut(address)


def header(environ: Environ, name: str, longest: int) -> str:
    """Return a header as clean text; WSGI hands bytes over as Latin-1."""
    value: str = environ.get(name, "")
    if not value.isascii():
        value = value.encode("latin-1", "replace").decode("utf-8", "replace")
    return clean(value, longest)


def is_prefetch(environ: Environ) -> bool:
    """Return whether a browser only looks ahead and nobody has seen anything."""
    for name in ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ"):
        if environ.get(name, "").lower().startswith(("prefetch", "prerender", "preview")):
            return True
    return False


def is_private(environ: Environ) -> bool:
    """Return whether the browser sends Global Privacy Control."""
    return environ.get("HTTP_SEC_GPC") == "1"


def header_key(environ: Environ) -> str:
    """Return the write key of a Basic Authorization header, or ''."""
    scheme, _, rest = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.casefold() != "basic":
        return ""
    try:
        return base64.b64decode(rest.strip()).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return ""


def body_of(environ: Environ, limit: int) -> Any:
    """Return the JSON of a body, whatever its Content-Type says; Refused where it is none."""
    raw = _inflated(environ, _raw(environ, limit), limit)
    if not raw.strip():
        raise Refused(400, DropReason.MALFORMED, "the body is empty", field="body")
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused(400, DropReason.MALFORMED, "this is not JSON", field="body") from None


def _raw(environ: Environ, limit: int) -> bytes:
    declared = environ.get("CONTENT_LENGTH") or ""
    if declared.isdigit() and int(declared[:20]) > limit:
        raise _too_large(limit)
    raw: bytes = environ["wsgi.input"].read(int(declared) if declared.isdigit() else limit + 1)
    if len(raw) > limit:
        raise _too_large(limit)
    if declared.isdigit() and len(raw) < int(declared):
        raise Refused(400, DropReason.MALFORMED, "the body ends too early", field="body")
    return raw


def _inflated(environ: Environ, raw: bytes, limit: int) -> bytes:
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().casefold()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        message = "only gzip is understood"
        raise Refused(415, DropReason.MALFORMED, message, field="Content-Encoding")
    # Some clients compress without saying so, some proxies inflate and leave the header.
    if raw[:2] != b"\x1f\x8b":
        return raw
    inflater = zlib.decompressobj(wbits=31)
    try:
        text = inflater.decompress(raw, limit + 1)
    except zlib.error:
        raise Refused(400, DropReason.MALFORMED, "this is not gzip", field="body") from None
    if len(text) > limit:
        raise _too_large(limit)
    if not inflater.eof:
        raise Refused(400, DropReason.MALFORMED, "the gzip ends too early", field="body")
    return text


def _too_large(limit: int) -> Refused:
    message = f"a body has at most {limit:,} bytes"
    return Refused(413, DropReason.TOO_LARGE, message, field="body")
