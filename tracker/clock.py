"""The only reader of the clock."""

from datetime import UTC, datetime


def utcnow() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)
