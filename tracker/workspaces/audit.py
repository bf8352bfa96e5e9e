"""The audit: who changed what, and when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.workspaces.models import AuditEntry, User


class AuditAction(StrEnum):
    """What is written down; the grammar is `thing:what happened to it`."""

    WORKSPACE_FOUNDED = "workspace:founded"
    WORKSPACE_CHANGED = "workspace:changed"
    USER_ADDED = "user:added"
    USER_ROLE_CHANGED = "user:role changed"
    USER_DISABLED = "user:disabled"
    USER_ENABLED = "user:enabled"
    USER_PASSWORD_CHANGED = "user:password changed"
    USER_PASSWORD_RESET = "user:password reset"
    TOKEN_ADDED = "token:added"
    TOKEN_REVOKED = "token:revoked"
    SITE_ADDED = "site:added"
    SITE_CHANGED = "site:changed"
    SITE_KEY_ROTATED = "site:key changed"
    SITE_SECRET_ROTATED = "site:identity secret changed"
    LEAD_MERGED = "lead:merged"
    LEAD_UNMERGED = "lead:merge undone"
    CONTENT_CLASSED = "content:classed"
    QUARANTINE_JUDGED = "quarantine:judged again"
    QUARANTINE_DELETED = "quarantine:deleted"
    STAGES_DRAFTED = "stage model:draft changed"
    STAGES_DISCARDED = "stage model:draft discarded"
    STAGES_PUBLISHED = "stage model:published"
    STAGE_SET = "lead:stage set by hand"
    STAGE_FREED = "lead:stage by the rules again"
    EVENT_NAMED = "event name:mapped"
    DUPLICATE_DISMISSED = "duplicates:dismissed"
    DUPLICATE_RESTORED = "duplicates:dismissal undone"
    COMPANY_CHANGED = "company:changed"
    COMPANY_MERGED = "company:merged"
    COMPANY_PARTED = "company:merge undone"


@dataclass(frozen=True, kw_only=True, slots=True)
class By:
    """Who does something to a workspace, and when; nobody is a command of the operator."""

    workspace_id: int
    user_id: int | None
    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the audit with the name of who did it."""

    at: datetime
    who: str | None
    action: str
    subject: str
    detail: str


def write(session: Session, action: str, subject: str, *, by: By, detail: str = "") -> None:
    """Write down who changed what."""
    session.add(
        AuditEntry(
            workspace_id=by.workspace_id,
            at=by.now,
            user_id=by.user_id,
            action=action,
            subject=subject[:120],
            detail=detail,
        )
    )
    session.flush()


def lines(session: Session, workspace_id: int, *, limit: int, offset: int = 0) -> list[Line]:
    """Return what was changed, the newest first."""
    query = (
        select(AuditEntry, User.name)
        .outerjoin(User, User.id == AuditEntry.user_id)
        .where(AuditEntry.workspace_id == workspace_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    return [
        Line(at=row.at, who=who, action=row.action, subject=row.subject, detail=row.detail)
        for row, who in session.execute(query.limit(limit).offset(offset))
    ]


def latest(session: Session, workspace_id: int, action: str) -> dict[str, Line]:
    """Return who did something last to each subject, and when."""
    query = (
        select(AuditEntry, User.name)
        .outerjoin(User, User.id == AuditEntry.user_id)
        .where(AuditEntry.workspace_id == workspace_id, AuditEntry.action == action)
        .order_by(AuditEntry.at, AuditEntry.id)
    )
    return {
        row.subject: Line(
            at=row.at, who=who, action=row.action, subject=row.subject, detail=row.detail
        )
        for row, who in session.execute(query)
    }


def count(session: Session, workspace_id: int) -> int:
    """Return how many lines the audit has."""
    query = select(func.count()).where(AuditEntry.workspace_id == workspace_id)
    return session.scalar(query) or 0
