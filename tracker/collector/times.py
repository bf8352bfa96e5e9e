"""When something happened, by a client's clock that may be wrong."""

import math
import re
from datetime import UTC, datetime, timedelta

AHEAD = timedelta(hours=24)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
# As in the protocol's own sample, 2015-2-02T00:30:12.984Z.
_LOOSE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,6})\d*)?"
    r"(?:Z|([+-]\d{2}):?(\d{2}))?"
)
_MILLISECONDS_FROM = 1e11


def read(value: object) -> datetime | None:
    """Return the moment that a message names, None where it names none; ValueError if bad."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _from_text(value.strip())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(value)
    raise ValueError("this is no moment")


def corrected(original: datetime | None, sent: datetime | None, received: datetime) -> datetime:
    """Return when it happened by our clock: received - (sent - original).

    Without `sent` the client's word stands.  A message made after it was "sent" carries the
    time of an earlier attempt and happened just now.  Nothing happens a day ahead.
    """
    if original is None:
        return received
    moment = original
    if sent is not None:
        try:
            moment = received if sent < original else original + (received - sent)
        except OverflowError:
            raise ValueError("this is no moment") from None
    if moment > received + AHEAD:
        return received
    if moment < EARLIEST:
        raise ValueError("this is before 1970")
    return moment


def _from_text(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _from_loose(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("this is no moment") from None


def _from_loose(text: str) -> datetime:
    found = _LOOSE.fullmatch(text)
    if found is None:
        raise ValueError("this is no moment")
    year, month, day, hour, minute, second, part, east, rest = found.groups()
    micros = int((part or "0").ljust(6, "0"))
    moment = datetime(
        int(year), int(month), int(day), int(hour), int(minute), int(second), micros, UTC
    )
    if east is None:
        return moment
    minutes = int(east) * 60 + int(rest) * (-1 if east.startswith("-") else 1)
    return moment - timedelta(minutes=minutes)


def _from_number(number: float) -> datetime:
    if not math.isfinite(number):
        raise ValueError("this is no moment")
    seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
    try:
        return EARLIEST + timedelta(seconds=seconds)
    except OverflowError:
        raise ValueError("this is no moment") from None
