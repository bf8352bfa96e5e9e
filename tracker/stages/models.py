"""Models, standings, checkpoints and transitions."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import BigId, BigKey, Code, Id, Model, Tenanted
from tracker.stages.domain import Cause, Stage, Work
from tracker.workspaces.models import User


class StageModelRow(Tenanted, Model):
    """One version of a workspace's rules; the active one is published and not retired."""

    __tablename__ = "stage_model"
    __table_args__ = (UniqueConstraint("workspace_id", "version"),)

    id: Mapped[Id]
    version: Mapped[int]
    document: Mapped[str] = mapped_column(Text)
    # The catalogue's numbers of the items that the document names (JSON).
    items: Mapped[str] = mapped_column(Text, default="{}")
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    # What is being done about this version, how far it has come (the last lead), and its task.
    work: Mapped[Work | None]
    reached_lead_id: Mapped[int] = mapped_column(BigKey, default=0)
    task_id: Mapped[int | None]
    # When it was last computed who would move; None since the draft was last changed.
    compared_at: Mapped[datetime | None]
    # Whether leads that are ready under it and were not before are offered when it comes in force.
    offers_ready: Mapped[bool] = mapped_column(default=False)

    @property
    def is_draft(self) -> bool:
        """Return whether it has never been in force nor is on the way."""
        return self.published_at is None and self.work in (None, Work.COMPARE)


class Term(Tenanted, Model):
    """One span of time during which a version was in force; a version that came back has two."""

    __tablename__ = "stage_model_term"
    __table_args__ = (Index(None, "workspace_id", "began_at"),)

    id: Mapped[Id]
    model_id: Mapped[int] = mapped_column(ForeignKey("stage_model.id"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DraftMove(Tenanted, Model):
    """A lead that would stand elsewhere under a version; gone when the version changes."""

    __tablename__ = "draft_move"

    model_id: Mapped[int] = mapped_column(ForeignKey("stage_model.id"), primary_key=True)
    lead_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("lead.id"), primary_key=True, autoincrement=False
    )
    from_stage: Mapped[Stage | None]
    to_stage: Mapped[Stage | None]


class UntoldLead(Model):
    """A lead that touched what was classed anew; gone once its history is told again."""

    __tablename__ = "untold_lead"

    classing_id: Mapped[int] = mapped_column(ForeignKey("classing.id"), primary_key=True)
    lead_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("lead.id"), primary_key=True, autoincrement=False
    )


class Standing(Tenanted, Model):
    """Where a lead stands under one model, and what the fold needs to go on from here."""

    __tablename__ = "standing"
    __table_args__ = (
        # Nothing that every touch changes: each index would cost another page of each touch.
        Index(None, "workspace_id", "model_id", "stage"),
        Index(None, "workspace_id", "model_id", "first_touch_at"),
        Index(None, "model_id", "due_at"),
        # Room in each page for the next version of its rows: a touch changes no index.
        {"postgresql_with": {"fillfactor": 70}},
    )

    lead_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("lead.id"), primary_key=True, autoincrement=False
    )
    model_id: Mapped[int] = mapped_column(ForeignKey("stage_model.id"), primary_key=True)
    stage: Mapped[Stage | None]
    # Milli-points as of the last touch; the page decays them to today.
    score: Mapped[int] = mapped_column(default=0)
    entered_at: Mapped[datetime | None]
    first_touch_at: Mapped[datetime]
    first_source_id: Mapped[int | None]
    last_touch_at: Mapped[datetime]
    last_message: Mapped[bytes] = mapped_column(LargeBinary)
    touch_count: Mapped[int]
    # Silent for so long; beside the stage, which it keeps.
    is_dormant: Mapped[bool] = mapped_column(default=False)
    # By when to look whether time alone has changed something: never too late, seldom early.
    due_at: Mapped[datetime | None]
    # What the fold goes on from; empty where it has to begin anew.
    state: Mapped[str] = mapped_column(Text)


class Checkpoint(Model):
    """The fold's state after every 256th touch, so that a late touch never refolds a whole life."""

    __tablename__ = "standing_checkpoint"
    __table_args__ = (Index(None, "lead_id", "model_id", "touched_at"),)

    id: Mapped[BigId]
    workspace_id: Mapped[int]
    lead_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("stage_model.id"))
    touched_at: Mapped[datetime]
    message: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)


class TransitionRow(Tenanted, Model):
    """One change of a lead's stage, or of what lies beside it; retracted, never deleted."""

    __tablename__ = "transition"
    __table_args__ = (Index(None, "workspace_id", "lead_id", "model_id"),)

    id: Mapped[BigId]
    lead_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("stage_model.id"))
    from_stage: Mapped[Stage | None]
    to_stage: Mapped[Stage | None]
    cause: Mapped[Cause] = mapped_column(default=Cause.RULE)
    occurred_at: Mapped[datetime]
    message: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]
    receipt: Mapped[str] = mapped_column(Text)


class StageOverride(Tenanted, Model):
    """A stage that somebody has set by hand: it holds until a date, or until somebody ends it."""

    __tablename__ = "stage_override"
    __table_args__ = (
        UniqueConstraint("workspace_id", "code"),
        Index(None, "lead_id"),
        Index(None, "original_lead_id"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    lead_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"))
    original_lead_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"))
    stage: Mapped[Stage]
    reason: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))

    started_by: Mapped[User | None] = relationship(foreign_keys=[started_by_id])
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])
