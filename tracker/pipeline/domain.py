"""What a deal can do: move, win, lose, be reopened; what it may be worth; when it rots."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from unicodedata import category
from zoneinfo import ZoneInfo

from tracker.errors import Conflict, Invalid

# How long a move can be taken back: the ten seconds on the screen, and the way to us.
UNDO_WITHIN = timedelta(seconds=30)
MOST = Decimal("999999999999.99")
# Control signs and lone surrogates: one of the databases takes none.
UNKEPT = ("Cc", "Cs")
# Spaces group thousands; a comma or a point before one or two last figures is the decimal sign.
_AMOUNT = re.compile(r"(\d+)(?:[.,](\d{1,2}))?")


class DealStatus(StrEnum):
    """How a deal stands."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


def close(current: DealStatus, outcome: DealStatus) -> DealStatus:
    """Return the new status; only an open deal can be won or lost."""
    if current is not DealStatus.OPEN:
        raise Conflict(f"this deal is already {current}")
    return outcome


def check_open(current: DealStatus) -> None:
    """Raise Conflict unless the deal is open and can be moved."""
    if current is not DealStatus.OPEN:
        raise Conflict(f"this deal is already {current}; reopen it first")


def check_version(current: int, expected: int | None) -> None:
    """Raise Conflict if somebody changed the deal since it was looked at."""
    if expected is not None and current != expected:
        raise Conflict("somebody else changed this deal a moment ago; look again")


def check_undo(moved_at: datetime, moved_by: int | None, *, by: int | None, now: datetime) -> None:
    """Raise Conflict unless the person who moved a deal takes it back at once."""
    if moved_by != by:
        raise Conflict("somebody else moved this deal")
    if now - moved_at > UNDO_WITHIN:
        raise Conflict("it is too late to take this back; move the deal instead")


def reopen(current: DealStatus) -> DealStatus:
    """Return the status of a deal that was closed too early."""
    if current is DealStatus.OPEN:
        raise Conflict("this deal is open")
    return DealStatus.OPEN


def check_title(text: str) -> str:
    """Return a deal's title without needless spaces; an empty or endless one raises Invalid."""
    kept = "".join(sign for sign in " ".join(text.split()) if category(sign) not in UNKEPT)
    title = " ".join(kept.split())
    if not 1 <= len(title) <= 255:
        raise Invalid("a title has 1 to 255 characters", fields={"title": "1 to 255 characters"})
    return title


def title_of(company: str, name: str, email: str) -> str:
    """Return what a lead's deal is called until somebody renames it."""
    return company or name or email or "New deal"


def parse_value(text: str) -> Decimal | None:
    """Return an amount as typed, None for nothing; what could be misread raises Invalid."""
    compact = "".join(text.split())
    if not compact:
        return None
    match = _AMOUNT.fullmatch(compact) if compact.isascii() else None
    if match is None:
        raise Invalid("this is no amount", fields={"value": "as in 1200 or 1200.50"})
    return check_value(Decimal(f"{match[1]}.{match[2] or 0}"))


def check_value(value: Decimal) -> Decimal:
    """Return an amount to the cent; a negative, endless or huge one raises Invalid."""
    if not value.is_finite() or not 0 <= value <= MOST or value != round(value, 2):
        raise Invalid(
            "this amount cannot be kept",
            fields={"value": f"0 to {MOST:,}, with at most two decimals"},
        )
    return value


def ripeness(entered_at: datetime, rot_days: int, *, now: datetime) -> float:
    """Return how much of the days in which a stage should be left is used; 1 and more is rot."""
    return (now - entered_at) / timedelta(days=max(rot_days, 1))


def month_start(now: datetime, zone: str) -> datetime:
    """Return when this month began where the workspace is."""
    local = now.astimezone(ZoneInfo(zone))
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
