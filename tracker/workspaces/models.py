"""The tables of who uses the house."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import BigId, Code, Id, Model, Tenanted
from tracker.workspaces.domain import Role, SiteKind


class Workspace(Model):
    """One organisation; everything below belongs to exactly one."""

    __tablename__ = "workspace"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[Id]
    code: Mapped[Code]
    name: Mapped[str] = mapped_column(String(120))
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    # Only who has proof may say who somebody is.
    requires_proof: Mapped[bool] = mapped_column(default=False)
    # Domains, one on a line: where many have an address, and companies' own in spite of the list.
    free_mail: Mapped[str] = mapped_column(Text, default="")
    company_mail: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


class User(Model):
    """Somebody who logs in."""

    __tablename__ = "app_user"
    __table_args__ = (UniqueConstraint("code"), UniqueConstraint("email"))

    id: Mapped[Id]
    code: Mapped[Code]
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    # Somebody else chose it: whoever logs in with it chooses another one first.
    has_initial_password: Mapped[bool] = mapped_column(default=False)


class Membership(Tenanted, Model):
    """What a user is in a workspace."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("workspace_id", "user_id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    role: Mapped[Role]

    user: Mapped[User] = relationship(lazy="joined")
    workspace: Mapped[Workspace] = relationship()


class LoginSession(Tenanted, Model):
    """One browser in which a user is logged in; only the hash of its token is kept."""

    __tablename__ = "login_session"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class LoginFailure(Model):
    """Wrong passwords lately, by account and network; shared by every process."""

    __tablename__ = "login_failure"
    __table_args__ = (Index(None, "key", "failed_at"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(320))
    failed_at: Mapped[datetime]


class ApiToken(Tenanted, Model):
    """A key to the JSON API; only its hash is kept."""

    __tablename__ = "api_token"
    __table_args__ = (UniqueConstraint("token_hash"), UniqueConstraint("workspace_id", "code"))

    id: Mapped[Id]
    code: Mapped[Code]
    name: Mapped[str] = mapped_column(String(120))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    scopes: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Site(Tenanted, Model):
    """A place that sends us hits, with its write key."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("write_key"), UniqueConstraint("workspace_id", "code"))

    id: Mapped[Id]
    code: Mapped[Code]
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[SiteKind] = mapped_column(default=SiteKind.WEB)
    write_key: Mapped[str] = mapped_column(String(100))
    consent_required: Mapped[bool] = mapped_column(default=False)
    # Its pages sign with it who somebody is; kept as it is, because we sign with it too.
    identity_secret: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime]

    workspace: Mapped[Workspace] = relationship()


class AuditEntry(Tenanted, Model):
    """Who changed what, and when; only ever appended."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "workspace_id", "at"),)

    id: Mapped[BigId]
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(Text, default="")
