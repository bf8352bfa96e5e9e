"""A hit: one message at the door, normalised and judged, not yet believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple


class MessageType(IntEnum):
    """What a message says; stored as a number."""

    PAGE = 0
    TRACK = 1
    SCREEN = 2
    IDENTIFY = 3
    ALIAS = 4
    GROUP = 5


class DropReason(StrEnum):
    """Why a message was not accepted."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    TOO_LARGE = "too_large"
    UNKNOWN_TYPE = "unknown_type"
    NO_IDENTITY = "no_identity"
    NO_CONSENT = "no_consent"
    BAD_TIME = "bad_time"
    PREFETCH = "prefetch"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    STORAGE = "storage"
    REJECTED_BY_STORE = "rejected_by_store"


class Outcome(StrEnum):
    """What became of a message; received is the sum of all four."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


class Utm(NamedTuple):
    """Where a message says that it came from, as sent."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""


NO_UTM = Utm()


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """What an identify or group message says about a person or a company, as sent."""

    email: str = ""
    name: str = ""
    title: str = ""
    phone: str = ""
    website: str = ""
    country: str = ""
    # Of the company, as a person's message tells it apart from their own.
    company: str = ""
    group: str = ""
    company_website: str = ""
    company_country: str = ""
    industry: str = ""
    employees: int | None = None


class Hit(NamedTuple):
    """One message: clean text, bounded sizes, corrected time.  Empty text means absent.

    A tuple, as is all that every message makes: it is made in a fifth of a dataclass's time.
    `message_id` is 16 bytes for a UUID, else the id's UTF-8 bytes (at most 100 characters).
    `occurred_at` is the client's time corrected by (received - sent).
    `properties` is compact JSON, at most 8 KiB, or empty.
    """

    workspace_id: int
    site_id: int
    message_id: bytes
    type: MessageType
    occurred_at: datetime
    received_at: datetime
    original_at: datetime | None = None
    sent_at: datetime | None = None
    user_id: str = ""
    email: str = ""
    anonymous_id: str = ""
    previous_id: str = ""
    name: str = ""
    asset: str = ""
    url: str = ""
    title: str = ""
    referrer: str = ""
    utm: Utm = NO_UTM
    source_label: str = ""
    traits: Traits | None = None
    properties: str = ""
    # None where a server speaks for its users and names no agent.
    user_agent: str | None = None
    network: bytes = b""
    # Somebody whom we trust says who it was: a server, a page with a signature, staff.
    is_verified: bool = False
    # The workspace wanted such proof when it came, and there was none.
    is_unproven: bool = False
    # Fields with an id that everybody might have; they name nobody.
    illegal_ids: tuple[str, ...] = ()
    is_back_dated: bool = False
    import_batch_id: int | None = None


class Delivery(NamedTuple):
    """What is true of every message of one request."""

    workspace_id: int
    site_id: int
    received_at: datetime
    context: Mapping[str, Any]
    sent_at: object = None
    # What the route says that a message is.
    type: MessageType | None = None
    network: bytes = b""
    user_agent: str | None = None
    # A server must say whose touch it is; a browser may be nobody.
    needs_identity: bool = False
    needs_consent: bool = False
    consent: bool | None = None
    # What the site signs its users with, and whether only proof may say who somebody is.
    secret: str = ""
    needs_proof: bool = False
    # A server with a token of the workspace says all of it.
    is_verified: bool = False
    # Global Privacy Control: the touch counts, and nobody is behind it.
    is_private: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reject:
    """A message that we could not believe: kept raw (at most 4 KiB) with its reason.

    `again` is what it takes to judge it a second time; empty where too little could be kept.
    """

    workspace_id: int
    site_id: int
    received_at: datetime
    reason: DropReason
    field: str = ""
    why: str = ""
    body: str = ""
    again: str = ""

    @property
    def detail(self) -> str:
        """Return where the message is wrong, and how."""
        return f"{self.field}: {self.why}".strip(": ")[:500]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Messages that were turned away at the door and only counted."""

    workspace_id: int
    site_id: int
    reason: DropReason
    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What one transaction takes: the hits, what goes to quarantine, what was refused."""

    hits: tuple[Hit, ...] = ()
    rejects: tuple[Reject, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class Unreadable(Exception):
    """A message makes no sense: which field, and why."""

    def __init__(self, reason: DropReason, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}" if field else why)
        self.reason = reason
        self.field = field
        self.why = why
