"""What happened: touches, the kinds of content, channels, and human or robot."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple

from tracker.collector.domain import MessageType, Traits


class ContentKind(StrEnum):
    """What was touched; the stage model gives points and rules by it."""

    PAGE = "page"
    ARTICLE = "article"
    SOCIAL = "social"
    SURVEY = "survey"
    WEBINAR_SIGNUP = "webinar_signup"
    WEBINAR = "webinar"
    DOWNLOAD = "download"
    CASE_STUDY = "case_study"
    COMPARISON = "comparison"
    PRICING = "pricing"
    DEMO = "demo"
    OTHER = "other"


class IntendedStage(StrEnum):
    """The stage of the funnel that an item speaks to, as its makers meant it."""

    TOFU = "tofu"
    MOFU = "mofu"
    BOFU = "bofu"


class Purpose(StrEnum):
    """What an item is for: to teach, to set us beside others, to prove, to make somebody act."""

    EDUCATE = "educate"
    COMPARE = "compare"
    PROVE = "prove"
    CONVERT = "convert"


class Classed(StrEnum):
    """Who said what an item is; a hand is believed before a pattern, a pattern before a guess."""

    GUESSED = "guessed"
    NAMED = "named"
    PATTERN = "pattern"
    HAND = "hand"


class ClassingWork(StrEnum):
    """What is left to do once something is classed anew, a slice at a time."""

    GATHER = "gather"
    RETELL = "retell"
    SETTLE = "settle"


class Subject(StrEnum):
    """What a pattern is compared with."""

    ADDRESS = "address"
    ASSET = "asset"
    EVENT = "event"


class AgentClass(IntEnum):
    """Who made a touch; only a human's counts."""

    HUMAN = 0
    ROBOT = 1
    SUSPECTED = 2


class Channel(StrEnum):
    """Our classification of source, medium and referrer."""

    DIRECT = "direct"
    ORGANIC_SEARCH = "organic_search"
    PAID_SEARCH = "paid_search"
    SOCIAL = "social"
    PAID_SOCIAL = "paid_social"
    EMAIL = "email"
    REFERRAL = "referral"
    DISPLAY = "display"
    AFFILIATE = "affiliate"
    OTHER = "other"


SCORED = frozenset({MessageType.PAGE, MessageType.TRACK, MessageType.SCREEN})

# A touch's place in a life: corrected time in microseconds, then message id. The id makes
# the order total, so that it does not depend on when a message reached us.
Order = tuple[int, bytes]


class Touch(NamedTuple):
    """One stored contact, as the rooms to the right see it."""

    id: int
    workspace_id: int
    site_id: int
    type: MessageType
    order: Order
    received_at: datetime
    visitor_id: int | None
    anonymous_id: int | None = None
    email_id: int | None = None
    content_id: int | None = None
    kind: ContentKind | None = None
    source_id: int | None = None
    agent_class: AgentClass = AgentClass.HUMAN
    traits: Traits | None = None
    # Whose it is was proved; or proof was wanted, there was none, and it links nothing.
    is_verified: bool = False
    is_unproven: bool = False
    is_back_dated: bool = False
    is_imported: bool = False

    @property
    def counts(self) -> bool:
        """Return whether the touch can move a lead: a human's, and about content."""
        return self.agent_class is AgentClass.HUMAN and self.kind is not None


class Counted(NamedTuple):
    """A touch that counts, as little of it as a fold needs: whole lives are read as these."""

    id: int
    order: Order
    visitor_id: int
    kind: ContentKind
    content_id: int
    source_id: int | None


class VisitorKey(StrEnum):
    """What a visitor is keyed by; the first letter of its stored key."""

    USER = "u"
    EMAIL = "e"
    ANONYMOUS = "a"


def visitor_key(kind: VisitorKey, value: str) -> str:
    """Return the stored key of a visitor."""
    return f"{kind.value}:{value}"


def fold_email(text: str) -> str:
    """Return an address in the form in which addresses are compared, or '' if it is none."""
    folded = text.strip().casefold()
    local, _, domain = folded.rpartition("@")
    is_address = local and "." in domain.strip(".") and not any(c.isspace() for c in folded)
    return folded if is_address and len(folded) <= 254 else ""
