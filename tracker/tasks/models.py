"""Long work: how far it has come, and whether somebody still does it."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Code, Id, Model, Tenanted


class Task(Tenanted, Model):
    """One piece of long work; whoever does it renews the lease with every step."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("workspace_id", "code"),
        Index(None, "workspace_id", "finished_at"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(255), default="")
    started_at: Mapped[datetime]
    leased_until: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")
