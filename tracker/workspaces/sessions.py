"""Log-in sessions: who is behind a browser, from log-in to log-out."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.ids import new_secret
from tracker.workspaces.domain import Role
from tracker.workspaces.models import LoginSession, Membership, User

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedIn:
    """Who is behind a session token, as of this moment."""

    session_id: int
    seen_at: datetime
    workspace_id: int
    user_id: int
    code: str
    name: str
    email: str
    role: Role
    has_initial_password: bool


def start(session: Session, workspace_id: int, user_id: int, *, now: datetime) -> str:
    """Begin a session and return its token, which is kept nowhere else."""
    _sweep(session, now)
    token = new_secret()
    session.add(
        LoginSession(
            workspace_id=workspace_id,
            user_id=user_id,
            token_hash=_hash(token),
            created_at=now,
            seen_at=now,
        )
    )
    session.flush()
    return token


def find(session: Session, token: str, *, now: datetime) -> LoggedIn | None:
    """Return who is behind a token, or None when it has ended or the user may no longer in."""
    query = (
        select(LoginSession, Membership.role, User)
        .join(User, User.id == LoginSession.user_id)
        .join(
            Membership,
            (Membership.user_id == LoginSession.user_id)
            & (Membership.workspace_id == LoginSession.workspace_id),
        )
        .where(LoginSession.token_hash == _hash(token), User.disabled_at.is_(None))
        .where(LoginSession.seen_at > now - IDLE, LoginSession.created_at > now - ABSOLUTE)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, role, user = found
    return LoggedIn(
        session_id=row.id,
        seen_at=row.seen_at,
        workspace_id=row.workspace_id,
        user_id=user.id,
        code=user.code,
        name=user.name,
        email=user.email,
        role=role,
        has_initial_password=user.has_initial_password,
    )


def last_seen(session: Session, workspace_id: int) -> dict[int, datetime]:
    """Return when each user of a workspace was here, of those who are logged in somewhere."""
    query = (
        select(LoginSession.user_id, func.max(LoginSession.seen_at))
        .where(LoginSession.workspace_id == workspace_id)
        .group_by(LoginSession.user_id)
    )
    return {user_id: seen_at for user_id, seen_at in session.execute(query)}


def is_due(seen_at: datetime, *, now: datetime) -> bool:
    """Return whether it is time to write down again that somebody was here."""
    return now - seen_at >= SEEN_EVERY


def see(session: Session, session_id: int, *, now: datetime) -> None:
    """Write down that somebody was here."""
    session.execute(update(LoginSession).where(LoginSession.id == session_id).values(seen_at=now))


def end(session: Session, token: str) -> None:
    """End the session of a token; its cookie opens nothing any more."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == _hash(token)))


def end_all(session: Session, user_id: int) -> None:
    """End every session of a user."""
    session.execute(delete(LoginSession).where(LoginSession.user_id == user_id))


def _sweep(session: Session, now: datetime) -> None:
    over = or_(LoginSession.seen_at <= now - IDLE, LoginSession.created_at <= now - ABSOLUTE)
    session.execute(delete(LoginSession).where(over))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
