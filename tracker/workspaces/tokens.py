"""API tokens: keys to the JSON API, shown once and kept as a hash."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.errors import Invalid, NotFound
from tracker.ids import new_secret
from tracker.workspaces.domain import Scope
from tracker.workspaces.models import ApiToken

PREFIX = "jt_"
USED_EVERY = timedelta(minutes=5)


def add(
    session: Session, workspace_id: int, name: str, *, scopes: Iterable[Scope], now: datetime
) -> tuple[ApiToken, str]:
    """Make a token; the secret is returned this once and never again."""
    words = " ".join(name.split())
    if not 1 <= len(words) <= 120:
        raise Invalid("a name has 1 to 120 characters", fields={"name": "1 to 120 characters"})
    chosen = sorted(set(scopes))
    if not chosen:
        raise Invalid("a token opens something", fields={"scopes": "choose at least one"})
    secret = new_secret(PREFIX)
    token = ApiToken(
        workspace_id=workspace_id,
        name=words,
        token_hash=_hash(secret),
        scopes=" ".join(chosen),
        created_at=now,
    )
    session.add(token)
    session.flush()
    return token, secret


def authenticate(session: Session, secret: str) -> ApiToken | None:
    """Return the token that a secret opens, or None when there is none or it is revoked."""
    if not secret.startswith(PREFIX):
        return None
    query = select(ApiToken).where(
        ApiToken.token_hash == _hash(secret), ApiToken.revoked_at.is_(None)
    )
    return session.scalar(query)


def scopes(token: ApiToken) -> frozenset[Scope]:
    """Return what a token opens."""
    return frozenset(Scope(word) for word in token.scopes.split())


def is_due(used_at: datetime | None, *, now: datetime) -> bool:
    """Return whether it is time to write down again that a token was used."""
    return used_at is None or now - used_at >= USED_EVERY


def use(session: Session, token_id: int, *, now: datetime) -> None:
    """Write down that a token was used."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def tokens(session: Session, workspace_id: int) -> list[ApiToken]:
    """Return a workspace's tokens, the newest first and the revoked ones last."""
    query = select(ApiToken).where(ApiToken.workspace_id == workspace_id)
    order = (ApiToken.revoked_at.is_not(None), ApiToken.id.desc())
    return list(session.scalars(query.order_by(*order)))


def revoke(session: Session, workspace_id: int, code: str, *, now: datetime) -> ApiToken:
    """Take a token out of use for good."""
    query = select(ApiToken).where(ApiToken.workspace_id == workspace_id, ApiToken.code == code)
    token = session.scalar(query)
    if token is None:
        raise NotFound("there is no such token")
    token.revoked_at = token.revoked_at or now
    session.flush()
    return token


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()
