"""Plain functions that build what a test needs and leave out what it does not say."""

from datetime import UTC, datetime

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
