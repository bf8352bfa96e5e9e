"""Pipelines, their stages, deals and every move of a deal."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import BigId, BigKey, Code, Id, Model, Tenanted
from tracker.identity.models import Company, Lead
from tracker.pipeline.domain import DealStatus
from tracker.workspaces.models import User


class Pipeline(Tenanted, Model):
    """An ordered list of deal stages; one of a workspace's pipelines is the default."""

    __tablename__ = "pipeline"
    __table_args__ = (UniqueConstraint("workspace_id", "code"),)

    id: Mapped[Id]
    code: Mapped[Code]
    name: Mapped[str] = mapped_column(String(120))
    template: Mapped[str] = mapped_column(String(32), default="")
    is_default: Mapped[bool] = mapped_column(default=False)

    stages: Mapped[list["DealStage"]] = relationship(
        order_by="DealStage.rank", back_populates="pipeline"
    )


class DealStage(Tenanted, Model):
    """A column of a pipeline; renaming it keeps the row."""

    __tablename__ = "deal_stage"
    __table_args__ = (UniqueConstraint("workspace_id", "code"),)

    id: Mapped[Id]
    code: Mapped[Code]
    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipeline.id"), index=True)
    rank: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    rot_days: Mapped[int] = mapped_column(default=14)
    exit_criteria: Mapped[str] = mapped_column(Text, default="")

    pipeline: Mapped[Pipeline] = relationship(back_populates="stages")


class LostReason(Tenanted, Model):
    """Why deals are lost; the list that a rep chooses from."""

    __tablename__ = "lost_reason"
    __table_args__ = (UniqueConstraint("workspace_id", "code"),)

    id: Mapped[Id]
    code: Mapped[Code]
    name: Mapped[str] = mapped_column(String(120))


class Deal(Tenanted, Model):
    """An open chance to sell, born from an accepted handoff or an import."""

    __tablename__ = "deal"
    __table_args__ = (
        UniqueConstraint("workspace_id", "code"),
        UniqueConstraint("handoff_id"),
        UniqueConstraint("workspace_id", "external_id"),
        Index(None, "workspace_id", "pipeline_id", "status"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    lead_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"), index=True)
    original_lead_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"))
    handoff_id: Mapped[int | None] = mapped_column(ForeignKey("handoff.id"))
    external_id: Mapped[str | None] = mapped_column(String(120))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipeline.id"))
    deal_stage_id: Mapped[int] = mapped_column(ForeignKey("deal_stage.id"))
    title: Mapped[str] = mapped_column(String(255))
    value: Mapped[Decimal | None] = mapped_column(Numeric(14, 2, asdecimal=True))
    currency: Mapped[str] = mapped_column(String(3))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    owner_label: Mapped[str] = mapped_column(String(120), default="")
    status: Mapped[DealStatus] = mapped_column(default=DealStatus.OPEN)
    lost_reason_id: Mapped[int | None] = mapped_column(ForeignKey("lost_reason.id"))
    opened_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    import_batch_id: Mapped[int | None]
    version: Mapped[int] = mapped_column()

    lead: Mapped[Lead] = relationship(foreign_keys=[lead_id])
    company: Mapped[Company | None] = relationship()
    pipeline: Mapped[Pipeline] = relationship()
    stage: Mapped[DealStage] = relationship()
    lost_reason: Mapped[LostReason | None] = relationship()
    owner: Mapped[User | None] = relationship()

    # Two people may move one card at once: the second gets a StaleDataError (409).
    __mapper_args__ = {"version_id_col": version}


class DealMove(Tenanted, Model):
    """One change of a deal's stage or status; one taken back at once is kept as retracted."""

    __tablename__ = "deal_move"
    __table_args__ = (Index(None, "workspace_id", "deal_id"),)

    id: Mapped[BigId]
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"))
    from_stage_id: Mapped[int | None] = mapped_column(ForeignKey("deal_stage.id"))
    to_stage_id: Mapped[int] = mapped_column(ForeignKey("deal_stage.id"))
    from_status: Mapped[DealStatus | None]
    to_status: Mapped[DealStatus]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]
    moved_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    note: Mapped[str] = mapped_column(Text, default="")

    from_stage: Mapped[DealStage | None] = relationship(foreign_keys=[from_stage_id])
    to_stage: Mapped[DealStage] = relationship(foreign_keys=[to_stage_id])
    moved_by: Mapped[User | None] = relationship()


class Activity(Tenanted, Model):
    """What sales did or noted about a deal."""

    __tablename__ = "activity"
    __table_args__ = (Index(None, "workspace_id", "deal_id"),)

    id: Mapped[Id]
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"))
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    text: Mapped[str] = mapped_column(Text)

    user: Mapped[User | None] = relationship()
