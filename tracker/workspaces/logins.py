"""Log-in attempts: counted before the password is tried, forgiven when it fits."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tracker.errors import TooMany
from tracker.workspaces.models import LoginFailure

# Counted per account *and* network: a stranger cannot lock somebody out of their own account.
ACCOUNT_LIMIT, ACCOUNT_WINDOW = 10, timedelta(minutes=15)
NETWORK_LIMIT, NETWORK_WINDOW = 100, timedelta(hours=1)


def attempt(session: Session, email: str, network: str, *, now: datetime) -> None:
    """Count an attempt as failed until it succeeds; one too many raises TooMany."""
    session.execute(delete(LoginFailure).where(LoginFailure.failed_at <= now - NETWORK_WINDOW))
    _limit(session, _network(network), NETWORK_LIMIT, NETWORK_WINDOW, now)
    _limit(session, _account(email, network), ACCOUNT_LIMIT, ACCOUNT_WINDOW, now)
    for key in (_network(network), _account(email, network)):
        session.add(LoginFailure(key=key, failed_at=now))
    session.flush()


def forgive(session: Session, email: str, network: str, *, now: datetime) -> None:
    """Forget the attempts on an account after its password came, and this one of its network."""
    session.execute(delete(LoginFailure).where(LoginFailure.key == _account(email, network)))
    this_one = (
        select(LoginFailure.id)
        .where(LoginFailure.key == _network(network), LoginFailure.failed_at == now)
        .limit(1)
    )
    session.execute(delete(LoginFailure).where(LoginFailure.id.in_(this_one.scalar_subquery())))


def _limit(session: Session, key: str, limit: int, window: timedelta, now: datetime) -> None:
    query = select(func.count(), func.min(LoginFailure.failed_at)).where(
        LoginFailure.key == key, LoginFailure.failed_at > now - window
    )
    count, oldest = session.execute(query).one()
    if count >= limit:
        left = oldest + window - now
        raise TooMany(
            "too many attempts; wait a little", retry_after=max(1, int(left.total_seconds()) + 1)
        )


def _account(email: str, network: str) -> str:
    # As a hash: people type passwords into the wrong field.
    return hashlib.sha256(f"account {email} {network}".encode(errors="replace")).hexdigest()


def _network(network: str) -> str:
    return hashlib.sha256(f"network {network}".encode()).hexdigest()
