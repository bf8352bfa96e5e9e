"""What a deal can do: move, win, lose, and be reopened."""

from enum import StrEnum

from tracker.errors import Conflict


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


def reopen(current: DealStatus) -> DealStatus:
    """Return the status of a deal that was closed too early."""
    if current is DealStatus.OPEN:
        raise Conflict("this deal is open")
    return DealStatus.OPEN
