"""Tokens of the workspace that servers send along: what comes with one is verified."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from tracker.collector.domain import DropReason
from tracker.db import Database
from tracker.web.collect.asked import Asked, Refused
from tracker.web.collect.hands import PATIENCE, Hands
from tracker.web.collect.sites import KnownSite
from tracker.workspaces import tokens
from tracker.workspaces.domain import Scope

# A revoked token stops within seconds; so many are known by heart.
FRESH = 2.0
KNOWN = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    workspace_id: int
    may_write: bool
    at: float


class Tokens:
    """The tokens that were seen lately, by their hash."""

    def __init__(
        self,
        database: Database,
        *,
        patience: float = PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        # One guess at a time: they shall not take the hands of others.
        self._hands = Hands(1, patience=patience)
        self._monotonic = monotonic
        self._known: dict[bytes, _Found] = {}

    async def prove(self, asked: Asked, site: KnownSite) -> bool:
        """Return whether a request brings a token of its site's workspace; Refused if not its."""
        secret = token_of(asked)
        if not secret:
            return False
        found = await self._find(secret)
        if found.workspace_id != site.workspace_id or not found.may_write:
            message = "this token may not write to the site's workspace"
            refused = Refused(401, DropReason.UNKNOWN_KEY, message, field="Authorization")
            refused.site = (site.workspace_id, site.id)
            raise refused
        return True

    async def _find(self, secret: str) -> _Found:
        name = hashlib.sha256(secret.encode(errors="replace")).digest()
        found = self._fresh(name)
        return found if found is not None else await self._hands.look(self._read, name, secret)

    def _fresh(self, name: bytes) -> _Found | None:
        found = self._known.get(name)
        return found if found and self._monotonic() - found.at <= FRESH else None

    def _read(self, name: bytes, secret: str) -> _Found:
        # Whoever waited before may have asked for the same.
        found = self._fresh(name)
        if found is not None:
            return found
        with self._database.reading() as session:
            token = tokens.authenticate(session, secret)
            may_write = token is not None and Scope.WRITE in tokens.scopes(token)
            workspace_id = token.workspace_id if token is not None else 0
        found = _Found(workspace_id=workspace_id, may_write=may_write, at=self._monotonic())
        if len(self._known) >= KNOWN:
            self._known.clear()
        self._known[name] = found
        return found


def token_of(asked: Asked) -> str:
    """Return the token of a request: a Bearer, or the password beside the write key, else ''."""
    # Libraries that know a write key alone take both as one, and end it with a colon.
    secret = asked.bearer or asked.basic[1].rstrip(":")
    return secret if secret.startswith(tokens.PREFIX) else ""
