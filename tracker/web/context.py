"""What every view starts from: the session, the workspace, the person and the moment."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Flask, current_app, g, request
from flask_login import current_user
from sqlalchemy.orm import Session

from tracker.clock import utcnow
from tracker.db import Database
from tracker.errors import Forbidden, Unauthorized
from tracker.workspaces.audit import By
from tracker.workspaces.domain import Role
from tracker.workspaces.models import Workspace

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Close the request's session, whatever happened, when the request is over."""
    app.teardown_request(_close)


def database() -> Database:
    """Return the house's database."""
    found: Database = current_app.extensions["database"]
    return found


def session() -> Session:
    """Return the request's session: one that reads for GET, one that may write otherwise.

    On SQLite a writing one holds the house's only pen until the request ends: whoever has
    slow work to do (hash a password) does it before the first call.
    """
    if "session" not in g:
        g.stack = ExitStack()
        # What comes after the work is a page or an answer: it only reads, and needs no pen.
        is_reading = request.method in READING or g.get("is_done", False)
        way = database().reading() if is_reading else database().writing()
        g.session = g.stack.enter_context(way)
    found: Session = g.session
    return found


def commit() -> None:
    """Commit the request's work and put the pen down."""
    session().commit()
    g.is_done = True
    _close()


def roll_back() -> None:
    """Forget the request's work, so that an error page can be drawn with a new session."""
    if "session" in g:
        g.session.rollback()
    g.is_done = True
    _close()


def now() -> datetime:
    """Return the moment of this request, the same however often it is asked."""
    if "now" not in g:
        g.now = utcnow()
    moment: datetime = g.now
    return moment


def workspace() -> Workspace:
    """Return the workspace that this person works in."""
    if not current_user.is_authenticated:
        raise Unauthorized("log in first")
    return session().get_one(Workspace, current_user.workspace_id)


def by() -> By:
    """Return who asks for a change, and when."""
    return By(workspace_id=current_user.workspace_id, user_id=current_user.id, now=now())


def requires(*roles: Role) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let only people with one of the roles in; an owner is everywhere."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                is_program = "Authorization" in request.headers
                raise Unauthorized("this token opens nothing" if is_program else "log in first")
            if not current_user.may(*roles):
                raise Forbidden("your role does not allow this")
            return view(*args, **kwargs)

        guarded.required_roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


def _close(_error: BaseException | None = None) -> None:
    stack = g.pop("stack", None)
    g.pop("session", None)
    if stack is not None:
        stack.close()
