"""What arrived and could not be believed, what was counted, and which files were imported."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.collector.domain import DropReason, Outcome
from tracker.db import BigId, Code, Id, Model, Tenanted


def _received_at(context: Any) -> Any:
    return context.get_current_parameters()["received_at"]


class QuarantinedHit(Tenanted, Model):
    """A message we could not understand or store, kept raw (at most 4 KiB) with its reason."""

    __tablename__ = "quarantined_hit"
    __table_args__ = (
        UniqueConstraint("workspace_id", "code"),
        # All that a list is counted and filtered by, without reading what was kept.
        Index(None, "workspace_id", "received_at", "reason", "site_id"),
        Index(None, "received_at"),
    )

    id: Mapped[BigId]
    code: Mapped[Code]
    site_id: Mapped[int]
    received_at: Mapped[datetime]
    # The day on which it was counted, which may be the next one.
    counted_at: Mapped[datetime] = mapped_column(default=_received_at)
    reason: Mapped[DropReason]
    detail: Mapped[str] = mapped_column(String(500), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    # What it takes to judge it again (see kept.py); empty where too little was kept.
    again: Mapped[str] = mapped_column(Text, default="")


class HitCount(Model):
    """How many messages of a site had which outcome on a day, counted by one writer.

    The writer is part of the key so that two processes never fight for one row.  Messages
    whose key opens nothing belong to no workspace and are counted under site 0.
    """

    __tablename__ = "hit_count"
    __table_args__ = (UniqueConstraint("site_id", "day", "outcome", "reason", "writer"),)

    id: Mapped[Id]
    workspace_id: Mapped[int] = mapped_column(default=0, index=True)
    site_id: Mapped[int]
    day: Mapped[date] = mapped_column(Date)
    outcome: Mapped[Outcome]
    reason: Mapped[str] = mapped_column(String(32), default="")
    writer: Mapped[int] = mapped_column(default=0)
    number: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]


class ImportBatch(Tenanted, Model):
    """One file that was imported, and what became of its rows."""

    __tablename__ = "import_batch"
    __table_args__ = (UniqueConstraint("workspace_id", "code"),)

    id: Mapped[Id]
    code: Mapped[Code]
    kind: Mapped[str] = mapped_column(String(32))
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[str] = mapped_column(Text, default="")
    started_at: Mapped[datetime]
    # Nobody where it was done on the command line.
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    finished_at: Mapped[datetime | None]
    rows: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    # The first of what went wrong, as JSON: line, column, value and reason.
    errors: Mapped[str] = mapped_column(Text, default="")
