"""The one normaliser: whatever text comes in leaves alike for both databases."""

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from itertools import islice
from typing import Any

DEPTH = 6
KEYS = 100
PROPERTIES = 8 * 1024
LONGEST_VALUE = 4096

# PostgreSQL refuses NUL and lone surrogates, SQLite keeps them: neither gets any.
_CONTROL = {code: None for code in (*range(32), *range(127, 160)) if code not in (9, 10)}
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean(value: object, longest: int) -> str:
    """Return text in NFC without control characters, at most so many code points long.

    A whole number is read as its digits; anything else that is no text is absent.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**18 else ""
    if not isinstance(value, str):
        return ""
    if value.isascii() and value.isprintable():
        return value[:longest].strip()
    # Composing never makes text more than three times shorter: no need to look at all of it.
    short = _SURROGATE.sub("\ufffd", value[: longest * 4].translate(_CONTROL))
    return unicodedata.normalize("NFC", short)[:longest].strip()


def link(value: object, *, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """Return an address that is safe to show, or '' where its scheme could run or read."""
    url = clean(value, 2048)
    scheme, colon, rest = url.partition(":")
    if colon and scheme.casefold() in schemes and rest.startswith("//"):
        return url
    return url if url.startswith("/") and not url.startswith(("//", "/\\")) else ""


def compact(properties: Mapping[str, Any]) -> str:
    """Return properties as compact JSON of at most 8 KiB; what does not fit is left out."""
    if not properties:
        return ""
    pruned = prune(properties)
    text = _dump(pruned)
    if len(text.encode()) <= PROPERTIES:
        return text
    kept: dict[str, Any] = {}
    size = 2
    for name, value in pruned.items():
        more = len(_dump({name: value}).encode())
        if size + more <= PROPERTIES:
            kept[name] = value
            size += more
    return _dump(kept)


def prune(value: Any, depth: int = DEPTH) -> Any:
    """Return a JSON value with clean text, finite numbers and bounded depth and breadth."""
    if isinstance(value, str):
        return clean(value, LONGEST_VALUE)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        pairs = islice(value.items(), KEYS) if depth else ()
        return {clean(name, 200): prune(item, depth - 1) for name, item in pairs}
    if isinstance(value, list):
        return [prune(item, depth - 1) for item in value[:KEYS]] if depth else []
    return value


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
