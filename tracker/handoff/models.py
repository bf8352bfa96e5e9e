"""Handoffs and the agreement between marketing and sales."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import BigKey, Code, Id, Model, Tenanted
from tracker.handoff.domain import HandoffStatus, RejectReason, WithdrawReason
from tracker.identity.models import Lead, Merge
from tracker.stages.models import TransitionRow
from tracker.workspaces.models import User


class AgreementRow(Tenanted, Model):
    """What both sides promised each other."""

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("workspace_id"),)

    id: Mapped[Id]
    hours_to_answer: Mapped[int] = mapped_column(default=24)
    recycle_days: Mapped[int] = mapped_column(default=30)


class Handoff(Tenanted, Model):
    """One offer of one lead to sales, and how it was settled."""

    __tablename__ = "handoff"
    __table_args__ = (
        UniqueConstraint("workspace_id", "code"),
        Index(None, "workspace_id", "status", "due_at"),
        # At most one open handoff for a lead, whoever offers it.
        Index(
            "uq_handoff_open",
            "workspace_id",
            "lead_id",
            unique=True,
            sqlite_where=text("status = 'offered'"),
            postgresql_where=text("status = 'offered'"),
        ),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    lead_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"), index=True)
    original_lead_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"))
    transition_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("transition.id"))
    status: Mapped[HandoffStatus] = mapped_column(default=HandoffStatus.OFFERED)
    offered_at: Mapped[datetime]
    due_at: Mapped[datetime]
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    claimed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    reason: Mapped[RejectReason | None]
    note: Mapped[str] = mapped_column(Text, default="")
    recycled_until: Mapped[datetime | None]
    # Withdrawn for this one when their leads came together: if they part, it is open again.
    yielded_to_id: Mapped[int | None] = mapped_column(ForeignKey("handoff.id"))
    # Why it was withdrawn: with what it takes to say so, and to open it again.
    withdrawn: Mapped[WithdrawReason | None]
    withdrawn_merge_id: Mapped[int | None] = mapped_column(ForeignKey("merge.id"))
    withdrawn_version: Mapped[int | None]

    lead: Mapped[Lead] = relationship(foreign_keys=[lead_id])
    original_lead: Mapped[Lead] = relationship(foreign_keys=[original_lead_id])
    yielded_to: Mapped["Handoff | None"] = relationship(remote_side="Handoff.id")
    withdrawn_merge: Mapped[Merge | None] = relationship()
    transition: Mapped[TransitionRow | None] = relationship()
    claimed_by: Mapped[User | None] = relationship(foreign_keys=[claimed_by_id])
    settled_by: Mapped[User | None] = relationship(foreign_keys=[settled_by_id])


class DraftOffer(Tenanted, Model):
    """When a lead would have been offered first under a version, and under the one in force.

    Computed with the moves of a draft (`DraftMove`) and forgotten with them.
    """

    __tablename__ = "draft_offer"

    model_id: Mapped[int] = mapped_column(
        ForeignKey("stage_model.id", ondelete="CASCADE"), primary_key=True
    )
    lead_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("lead.id"), primary_key=True, autoincrement=False
    )
    offered_at: Mapped[datetime | None]
    live_at: Mapped[datetime | None]
