"""Leads, the edges from visitors to leads, the merges of leads, and companies."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import BigId, BigKey, Code, Id, Model, Tenanted
from tracker.identity.domain import Level


class Company(Tenanted, Model):
    """The organisation of a lead; `key` is what it was first recognised by."""

    __tablename__ = "company"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        UniqueConstraint("workspace_id", "code"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    key: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    domain: Mapped[str] = mapped_column(String(255), default="")
    website: Mapped[str] = mapped_column(String(255), default="")
    industry: Mapped[str] = mapped_column(String(255), default="")
    # Of a range that was told, the lower end.
    employees: Mapped[int | None]
    country: Mapped[str] = mapped_column(String(64), default="")
    # The fields that staff wrote, by comma: what is heard does not touch them any more.
    stated: Mapped[str] = mapped_column(String(120), default="")
    # Staff joined it to that one; its keys still find it there.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"), index=True)


class CompanyKey(Tenanted, Model):
    """One thing that a company is recognised by: g:… (group id), d:… (domain) or n:… (name)."""

    __tablename__ = "company_key"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(255))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)


class Lead(Tenanted, Model):
    """One person on the journey, known or anonymous."""

    __tablename__ = "lead"
    __table_args__ = (
        UniqueConstraint("workspace_id", "code"),
        Index(None, "workspace_id", "email"),
    )

    id: Mapped[BigId]
    code: Mapped[Code]
    is_known: Mapped[bool] = mapped_column(default=False)
    # Somebody whom we trust said who it is, or merged it; otherwise it only says so itself.
    is_verified: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(255), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    title: Mapped[str] = mapped_column(String(255), default="")
    phone: Mapped[str] = mapped_column(String(64), default="")
    country: Mapped[str] = mapped_column(String(64), default="")
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"), index=True)
    # What somebody said; without it the company is guessed from the e-mail's domain.
    stated_company: Mapped[str] = mapped_column(String(255), default="")
    # The fields that were said with proof, by space: no word without it changes them.
    proven: Mapped[str] = mapped_column(String(120), default="")
    # Up to when what people said has been taken in.
    profiled_at: Mapped[datetime | None]
    # The visitors of this lead went there; its code still finds the journey.
    merged_into_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("lead.id"), index=True)

    company: Mapped[Company | None] = relationship()

    @property
    def level(self) -> Level:
        """Return how sure it is who it is."""
        if not self.is_known:
            return Level.ANONYMOUS
        return Level.VERIFIED if self.is_verified else Level.CLAIMED


class Dismissal(Tenanted, Model):
    """Two leads that staff took for two people, and what spoke for one then, a fact on a line."""

    __tablename__ = "dismissal"
    __table_args__ = (UniqueConstraint("lead_id", "other_id"),)

    id: Mapped[Id]
    # The older of the two.
    lead_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"))
    other_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"), index=True)
    facts: Mapped[str] = mapped_column(Text)
    dismissed_at: Mapped[datetime]
    dismissed_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class VisitorEdge(Tenanted, Model):
    """Which lead a visitor belongs to, and the message that decided it.

    For an identified key that is the message through which we first heard of it (`heard_at`),
    for a browser the first one that claims it (none so far: `decided_at` is null).
    """

    __tablename__ = "visitor_edge"
    __table_args__ = (
        # Only visitors that a merge has moved are in it.
        Index(
            None,
            "own_lead_id",
            sqlite_where=text("own_lead_id IS NOT NULL"),
            postgresql_where=text("own_lead_id IS NOT NULL"),
        ),
    )

    visitor_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("visitor.id"), primary_key=True, autoincrement=False
    )
    lead_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"), index=True)
    # Where it would live had nobody merged anything; null where that is the same.
    own_lead_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("lead.id"))
    is_identified: Mapped[bool]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[bytes | None] = mapped_column(LargeBinary)
    heard_at: Mapped[datetime | None]
    with_visitor_id: Mapped[int | None] = mapped_column(BigInteger)
    is_verified: Mapped[bool] = mapped_column(default=False)


class Merge(Tenanted, Model):
    """Two leads made one: an edge between a visitor of each, until somebody takes it away."""

    __tablename__ = "merge"
    __table_args__ = (UniqueConstraint("workspace_id", "code"),)

    id: Mapped[BigId]
    code: Mapped[Code]
    kept_lead_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"), index=True)
    absorbed_lead_id: Mapped[int] = mapped_column(BigKey, ForeignKey("lead.id"), index=True)
    kept_visitor_id: Mapped[int] = mapped_column(BigKey, ForeignKey("visitor.id"))
    absorbed_visitor_id: Mapped[int] = mapped_column(BigKey, ForeignKey("visitor.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    merged_at: Mapped[datetime]
    # Nobody in particular where a program did it.
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))

    kept: Mapped[Lead] = relationship(foreign_keys=[kept_lead_id])
    absorbed: Mapped[Lead] = relationship(foreign_keys=[absorbed_lead_id])
