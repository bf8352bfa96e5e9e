"""The only maker of identifiers and secrets."""

import secrets
import uuid


def new_code() -> str:
    """Return an opaque 128-bit name for a row, safe in a URL (22 characters)."""
    return secrets.token_urlsafe(16)


def new_message_id() -> bytes:
    """Return a random message id for a hit that came without one (16 bytes)."""
    return uuid.uuid4().bytes


def new_write_key() -> str:
    """Return a site's write key: public by design, hard to guess all the same."""
    return "wk_" + secrets.token_hex(12)


def new_secret(prefix: str = "") -> str:
    """Return a 256-bit secret, optionally behind a prefix that says what it opens."""
    return prefix + secrets.token_urlsafe(32)
