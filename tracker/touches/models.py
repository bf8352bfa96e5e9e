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
)
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import BigId, Code, Id, Model, Tenanted
from tracker.touches.domain import Channel, ContentKind


class Content(Tenanted, Model):
    """An item of the catalogue: a page or an event about an asset."""

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
