"""The first time each lead reached each step."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import BigId, BigKey, Model, Tenanted


class Milestone(Tenanted, Model):
    """The first time a lead reached a step; derived, retracted when history changes."""

    __tablename__ = "milestone"
    __table_args__ = (
        Index(None, "workspace_id", "step", "occurred_at"),
        Index(None, "lead_id"),
    )

    id: Mapped[BigId]
    lead_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"))
    step: Mapped[str] = mapped_column(String(32))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]
