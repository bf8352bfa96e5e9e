"""What a message is recognised by: ids that may be keys, and ids that must not."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from tracker.collector.text import clean

LONGEST = 255
LONGEST_MESSAGE_ID = 100

# What broken templates and careless code send for everybody: a key that joins strangers.
_NOBODY = frozenset(
    {"null", "nil", "none", "undefined", "nan", "anonymous", "anon", "guest", "unknown", "visitor",
     "user", "user_id", "userid", "id", "email", "e-mail", "test", "true", "false", "n/a", "na",
     "not set", "(not set)", "[object object]", "[object]", "object", "empty", "default",
     "00000000-0000-0000-0000-000000000000", "-1", "void", "admin", "{}", "[]", "inf", "-inf",
     "infinity", "-infinity", "distinct_id", "distinctid", "not_authenticated", "nobody",
     "(null)", "<null>", "[null]", "nulls", "no", "yes", "me", "customer", "session"}
)  # fmt: skip


def is_given(value: Any) -> bool:
    """Return whether a message names an id at all, be it a useless one."""
    return value is not None and value != ""


def key(value: Any) -> str:
    """Return an id as a key, or '' where it cannot tell anybody apart.

    A longer one is not cut: two of them could become one.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = clean(value, LONGEST + 1)
    if not 2 <= len(text) <= LONGEST or text.casefold() in _NOBODY:
        return ""
    return "" if set(text) <= {"0", "-"} else text


def illegal(raw: Mapping[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    """Return which fields give an id that cannot tell anybody apart."""
    return tuple(name for name in names if is_given(raw.get(name)) and not key(raw[name]))


def message_id(value: Any) -> bytes | None:
    """Return a message's id as bytes (16 for a UUID), or None where we must make one."""
    text = clean(value, 4096)
    if not text:
        return None
    if len(text) == 36 and text[8] == text[13] == text[18] == text[23] == "-":
        try:
            return bytes.fromhex(text.replace("-", "")) if text.count("-") == 4 else text.encode()
        except ValueError:
            return text.encode()
    if len(text) > LONGEST_MESSAGE_ID:
        return hashlib.blake2b(text.encode(), digest_size=32).digest()
    return text.encode()
