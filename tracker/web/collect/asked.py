"""What was asked at the door: who asks, with which key, saying what."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

from tracker.collector import network
from tracker.collector.domain import DropReason
from tracker.collector.text import clean

_FIELDS = 100
# Browsers and addresses say the same thing again and again, in fewer bytes than this.
_USUAL = 512


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


class Asked:
    """The head of a request, as an ASGI server hands it over: names in lower case, bytes."""

    __slots__ = ("headers", "method", "path", "scope")

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])

    def query(self) -> dict[str, str]:
        """Return what the address says behind its question mark; Refused where it is too much."""
        pairs = self.scope["query_string"].decode(errors="replace").split("&")
        if len(pairs) > _FIELDS:
            raise Refused(400, DropReason.MALFORMED, "too many fields", field="query")
        found = {}
        for pair in pairs:
            name, _, value = pair.partition("=")
            if value:
                found[_plain(name)] = _plain(value)
        return found

    def word(self, name: bytes) -> str:
        """Return a header as it came, or ''."""
        return self.headers.get(name, b"").decode("latin-1")

    def text(self, name: bytes, longest: int) -> str:
        """Return a header as clean text, or ''."""
        value = self.headers.get(name, b"")
        return _usual(value, longest) if len(value) <= _USUAL else _text(value, longest)

    def network(self, trusted_proxies: int) -> bytes:
        """Return the asker's network; a forwarded address counts only behind a trusted proxy."""
        client = self.scope.get("client")
        address = client[0] if client else ""
        if trusted_proxies:
            lines = (v for name, v in self.scope["headers"] if name == b"x-forwarded-for")
            forwarded = b",".join(lines).decode("latin-1").split(",")
            if len(forwarded) >= trusted_proxies:
                address = forwarded[-trusted_proxies]
        return network.cut(address)

    @property
    def is_prefetch(self) -> bool:
        """Return whether a browser only looks ahead and nobody has seen anything."""
        for name in (b"sec-purpose", b"purpose", b"x-moz"):
            value = self.headers.get(name)
            if value and value.lower().startswith((b"prefetch", b"prerender", b"preview")):
                return True
        return False

    @property
    def is_private(self) -> bool:
        """Return whether the browser sends Global Privacy Control."""
        return self.headers.get(b"sec-gpc") == b"1"

    @property
    def basic(self) -> tuple[str, str]:
        """Return name and password of a Basic Authorization header, else two empty ones."""
        scheme, _, rest = self.word(b"authorization").partition(" ")
        if scheme.casefold() != "basic":
            return "", ""
        try:
            name, _, password = base64.b64decode(rest.strip()).decode().partition(":")
        except (binascii.Error, ValueError):
            return "", ""
        return name, password

    @property
    def bearer(self) -> str:
        """Return the token of a Bearer Authorization header, or ''."""
        scheme, _, rest = self.word(b"authorization").partition(" ")
        return rest.strip() if scheme.casefold() == "bearer" else ""


def _plain(quoted: str) -> str:
    if "%" not in quoted and "+" not in quoted:
        return quoted
    return _unquoted(quoted) if len(quoted) <= _USUAL else unquote_plus(quoted)


def _text(value: bytes, longest: int) -> str:
    return clean(value.decode("utf-8", "replace"), longest)


_usual = lru_cache(maxsize=4096)(_text)
_unquoted = lru_cache(maxsize=4096)(unquote_plus)
