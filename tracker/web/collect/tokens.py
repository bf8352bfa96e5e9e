"""Tokens of the workspace that servers send along: what comes with one is verified."""

import base64
import binascii
import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from tracker.collector.domain import DropReason
from tracker.db import Database
from tracker.errors import Unavailable
from tracker.web.collect.asked import Environ, Refused
from tracker.workspaces import tokens
from tracker.workspaces.domain import Scope
from tracker.workspaces.models import Site

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
        self, database: Database, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: dict[bytes, _Found] = {}

    def prove(self, environ: Environ, site: Site) -> bool:
        """Return whether a request brings a token of its site's workspace; Refused if not its."""
        secret = token_of(environ)
        if not secret:
            return False
        found = self._find(secret)
        if found.workspace_id != site.workspace_id or not found.may_write:
            message = "this token may not write to the site's workspace"
            refused = Refused(401, DropReason.UNKNOWN_KEY, message, field="Authorization")
            refused.site = (site.workspace_id, site.id)
            raise refused
        return True

    def _find(self, secret: str) -> _Found:
        name = hashlib.sha256(secret.encode(errors="replace")).digest()
        with self._lock:
            found = self._known.get(name)
            if found is None or self._monotonic() - found.at > FRESH:
                found = self._read(secret)
                if len(self._known) >= KNOWN:
                    self._known.clear()
                self._known[name] = found
        return found

    def _read(self, secret: str) -> _Found:
        try:
            with self._database.reading() as session:
                token = tokens.authenticate(session, secret)
                may_write = token is not None and Scope.WRITE in tokens.scopes(token)
                workspace_id = token.workspace_id if token is not None else 0
        except SQLAlchemyError as error:
            raise Unavailable("the store does not answer") from error
        return _Found(workspace_id=workspace_id, may_write=may_write, at=self._monotonic())


def token_of(environ: Environ) -> str:
    """Return the token of a request: a Bearer, or the password beside the write key, else ''."""
    scheme, _, rest = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    secret = rest.strip() if scheme.casefold() == "bearer" else ""
    if scheme.casefold() == "basic":
        try:
            # Libraries that know a write key alone take both as one, and end it with a colon.
            secret = base64.b64decode(rest.strip()).decode().partition(":")[2].rstrip(":")
        except (binascii.Error, ValueError):
            secret = ""
    return secret if secret.startswith(tokens.PREFIX) else ""
