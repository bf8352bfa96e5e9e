"""When a lead is offered to sales, by when sales must answer, and how an offer settles."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.errors import Conflict, Invalid
from tracker.stages.domain import Stage

# An offer must find somebody who still remembers asking: older touches make none.
FRESH = timedelta(days=7)


class HandoffStatus(StrEnum):
    """The life of an offer."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class RejectReason(StrEnum):
    """Why sales says no; the list that the reports count by."""

    NOT_A_FIT = "not_a_fit"
    NO_BUDGET = "no_budget"
    NO_AUTHORITY = "no_authority"
    TOO_EARLY = "too_early"
    BAD_CONTACT = "bad_contact"
    DUPLICATE = "duplicate"
    COMPETITOR = "competitor"
    OTHER = "other"


class WithdrawReason(StrEnum):
    """Why an open offer was withdrawn."""

    # Its lead came together with another whose offer was there first, or was accepted.
    YIELDED = "yielded"
    # Two leads became one, or two again, and what is left does not stand at the bottom.
    MERGED = "merged"
    PARTED = "parted"
    PUBLISHED = "published"
    # Its lead left the bottom by a rule, by decay, or as somebody set it by hand.
    RULE = "rule"
    DECAY = "decay"
    BY_HAND = "by_hand"
    HAND_ENDED = "hand_ended"
    # Its history reads otherwise: something was classed anew, or heard late.
    RETOLD = "retold"


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What we know about a lead at the moment we decide."""

    stage: Stage | None
    is_identified: bool
    is_fresh: bool
    has_open_handoff: bool = False
    was_accepted: bool = False
    is_cooling_off: bool = False


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """What marketing and sales have promised each other (the SLA)."""

    time_to_answer: timedelta = timedelta(hours=24)
    recycle: timedelta = timedelta(days=30)


def is_ready(lead: Readiness) -> bool:
    """Return whether marketing should offer the lead to sales now."""
    return (
        lead.stage is Stage.BOFU
        and lead.is_identified
        and lead.is_fresh
        and not lead.has_open_handoff
        and not lead.was_accepted
        and not lead.is_cooling_off
    )


def is_fresh(occurred_at: datetime, *, now: datetime) -> bool:
    """Return whether a touch is recent enough to offer a lead because of it."""
    return now - occurred_at <= FRESH


def due_at(offered_at: datetime, agreement: Agreement) -> datetime:
    """Return when sales must have answered."""
    return offered_at + agreement.time_to_answer


def settle(current: HandoffStatus, outcome: HandoffStatus) -> HandoffStatus:
    """Return the new status; a handoff is settled only once."""
    if current is not HandoffStatus.OFFERED:
        raise Conflict(f"this handoff is already {current}")
    return outcome


def check_reason(outcome: HandoffStatus, reason: RejectReason | None) -> None:
    """Raise Invalid unless a rejection says why, and nothing else does."""
    if outcome is HandoffStatus.REJECTED and reason is None:
        raise Invalid("say why you reject this lead", fields={"reason": "choose a reason"})
    if outcome is not HandoffStatus.REJECTED and reason is not None:
        raise Invalid("only a rejection has a reason", fields={"reason": "leave this out"})
