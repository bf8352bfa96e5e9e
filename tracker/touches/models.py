"""The log of touches and its dimensions; rows of Touch are written by raw SQL only."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from tracker.db import BigId, Code, Id, Model, Tenanted
from tracker.touches.domain import (
    Channel,
    Classed,
    ClassingWork,
    ContentKind,
    IntendedStage,
    Purpose,
    Subject,
)


class Meaning:
    """What an item is said to be; nobody need say more than the kind."""

    intended_stage: Mapped[IntendedStage | None]
    purpose: Mapped[Purpose | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class Content(Tenanted, Meaning, Model):
    """What touches are about, one row for each key; one under an item is that item.

    `item_id` names the item that a key belongs to: None where it is an item of its own.  An
    item lies under nothing, so the way from a touch to its item is one step.
    """

    __tablename__ = "content"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        UniqueConstraint("workspace_id", "code"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    key: Mapped[str] = mapped_column(String(700))
    kind: Mapped[ContentKind]
    title: Mapped[str] = mapped_column(String(300), default="")
    url: Mapped[str] = mapped_column(String(2048), default="")
    item_id: Mapped[int | None] = mapped_column(ForeignKey("content.id"), index=True)
    classed: Mapped[Classed] = mapped_column(default=Classed.GUESSED)
    # The pattern by which it is classed, or lies under its item; None where somebody said so.
    pattern_id: Mapped[int | None]


# The item that a key belongs to: join it to Content where Content is joined to a touch.
Item = aliased(Content, name="item")
IS_ITEM = Item.id == func.coalesce(Content.item_id, Content.id)


class ContentPattern(Tenanted, Meaning, Model):
    """What becomes of keys that a pattern takes in: part of an item, or items of a kind."""

    __tablename__ = "content_pattern"
    __table_args__ = (
        UniqueConstraint("workspace_id", "code"),
        UniqueConstraint("workspace_id", "subject", "text"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    subject: Mapped[Subject]
    text: Mapped[str] = mapped_column(String(300))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("content.id"), index=True)
    kind: Mapped[ContentKind | None]


class Classing(Tenanted, Model):
    """One act of classing: what it changed, and how far the histories are told again."""

    __tablename__ = "classing"
    __table_args__ = (
        UniqueConstraint("workspace_id", "code"),
        # Asked every second: the few that are not done yet.
        Index(None, "work"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    subject: Mapped[str] = mapped_column(String(300))
    # How many keys were classed anew, and what they were before (JSON) where that can be undone.
    keys: Mapped[int]
    before: Mapped[str | None] = mapped_column(Text)
    undone_at: Mapped[datetime | None]
    work: Mapped[ClassingWork | None]
    task_id: Mapped[int | None]
    # Whether it was looked for what was being taken in while this was said.
    is_settled: Mapped[bool] = mapped_column(default=False)
    # The keys whose leads are looked for (JSON), and the place in them: key, touch.
    contents: Mapped[str] = mapped_column(Text)
    reached_content: Mapped[int] = mapped_column(default=0)
    reached_touch_id: Mapped[int] = mapped_column(BigInteger, default=0)
    leads: Mapped[int] = mapped_column(default=0)
    up: Mapped[int] = mapped_column(default=0)
    down: Mapped[int] = mapped_column(default=0)


class EventName(Tenanted, Model):
    """Which kind of content an event name stands for (names are folded: case and spaces)."""

    __tablename__ = "event_name"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[ContentKind]


class Source(Tenanted, Model):
    """Where touches came from: one row for each combination that has been seen."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: Mapped[Id]
    key: Mapped[bytes] = mapped_column(LargeBinary(16))
    name: Mapped[str] = mapped_column(String(255))
    medium: Mapped[str] = mapped_column(String(255), default="")
    campaign: Mapped[str] = mapped_column(String(255), default="")
    term: Mapped[str] = mapped_column(String(255), default="")
    creative: Mapped[str] = mapped_column(String(255), default="")
    referrer: Mapped[str] = mapped_column(String(2048), default="")
    channel: Mapped[Channel]


class Agent(Tenanted, Model):
    """A user agent (at most 256 characters) and its class."""

    __tablename__ = "agent"
    __table_args__ = (UniqueConstraint("workspace_id", "text"),)

    id: Mapped[Id]
    text: Mapped[str] = mapped_column(String(256))
    agent_class: Mapped[int] = mapped_column(SmallInteger)


class Visitor(Tenanted, Model):
    """A key that touches come with: u:… (user id), e:… (e-mail) or a:… (browser)."""

    __tablename__ = "visitor"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: Mapped[BigId]
    key: Mapped[str] = mapped_column(String(300))


class TouchRow(Tenanted, Model):
    """One stored contact: what arrived, never rewritten."""

    __tablename__ = "touch"
    __table_args__ = (
        UniqueConstraint("workspace_id", "site_id", "message_id"),
        Index(None, "visitor_id", "occurred_at"),
        Index(None, "content_id"),
        # Only messages that say who somebody is (3): who was named beside whom.
        Index(
            "ix_touch_named",
            "workspace_id",
            "visitor_id",
            "anonymous_id",
            "email_id",
            sqlite_where=text("type = 3"),
            postgresql_where=text("type = 3"),
        ),
    )

    id: Mapped[BigId]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    message_id: Mapped[bytes] = mapped_column(LargeBinary)
    type: Mapped[int] = mapped_column(SmallInteger)
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    original_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    visitor_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("visitor.id"))
    anonymous_id: Mapped[int | None] = mapped_column(BigInteger)
    email_id: Mapped[int | None] = mapped_column(BigInteger)
    content_id: Mapped[int | None]
    source_id: Mapped[int | None]
    agent_id: Mapped[int | None]
    network: Mapped[bytes | None] = mapped_column(LargeBinary)
    flags: Mapped[int] = mapped_column(SmallInteger, default=0)
    import_batch_id: Mapped[int | None]
    properties: Mapped[str | None] = mapped_column(Text)
