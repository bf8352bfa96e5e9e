"""Who is asking: a browser by its session cookie, a program by its API token."""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask, Request, current_app, g, request
from flask_login import LoginManager, current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from tracker.config import Settings
from tracker.web import context
from tracker.workspaces import domain, sessions, tokens
from tracker.workspaces.domain import Role, Scope

COOKIE = "tracker_session"
API = "/api/"

# A token is nobody's: it does what people in the middle do, and never an owner's work.
_ROLES = {
    Scope.READ: frozenset({Role.VIEWER}),
    Scope.WRITE: frozenset({Role.MARKETER, Role.REP}),
}


@dataclass(frozen=True, kw_only=True)
class CurrentUser:
    """The user or the token behind a request."""

    workspace_id: int
    roles: frozenset[Role]
    id: int | None = None
    code: str = ""
    name: str = ""
    email: str = ""
    has_initial_password: bool = False
    is_token: bool = False

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def role(self) -> Role:
        """Return the role; a writing token counts as a marketer."""
        return min(self.roles, key=list(Role).index)

    def may(self, *needed: Role) -> bool:
        """Return whether any of these roles is within what this user may do."""
        return any(domain.may(role, *needed) for role in self.roles)

    def get_id(self) -> str:
        """Return the name that Flask-Login wants; nothing of ours uses it."""
        return self.code


def init_app(app: Flask, settings: Settings) -> None:
    """Recognise whoever asks."""
    login = LoginManager()
    login.session_protection = None
    # Flask-Login would prefer a remember-me cookie over us, also another application's.
    app.config["REMEMBER_COOKIE_NAME"] = f"{COOKIE}_remember"
    app.extensions["is_https"] = settings.public_url.startswith("https://")
    login.init_app(app)
    login.request_loader(_load)
    app.after_request(_remember)


def has_token() -> bool:
    """Return whether a program asks with a token of its own instead of a browser's cookie."""
    return request.path.startswith(API) and "Authorization" in request.headers


def keep(response: Response, token: str) -> None:
    """Give the browser the token of its new session."""
    _set(response, token, max_age=sessions.ABSOLUTE)


def forget(response: Response) -> None:
    """Take the token back from the browser."""
    _set(response, "", max_age=0)


def token() -> str:
    """Return the session token that the browser sent, or an empty one."""
    return request.cookies.get(_cookie_name(), "")


def _load(request: Request) -> CurrentUser | None:
    # Not the request's own session: that one would take the pen when something is posted.
    with context.database().reading() as session:
        if has_token():
            return _by_token(session, request.headers["Authorization"])
        return _by_cookie(session, token(), context.now()) if token() else None


def _by_cookie(session: Session, cookie: str, now: datetime) -> CurrentUser | None:
    found = sessions.find(session, cookie, now=now)
    if found is None:
        return None
    if sessions.is_due(found.seen_at, now=now):
        g.note = lambda session: sessions.see(session, found.session_id, now=now)
    return CurrentUser(
        workspace_id=found.workspace_id,
        roles=frozenset({found.role}),
        id=found.user_id,
        code=found.code,
        name=found.name,
        email=found.email,
        has_initial_password=found.has_initial_password,
    )


def _by_token(session: Session, header: str) -> CurrentUser | None:
    scheme, _, secret = header.partition(" ")
    found = tokens.authenticate(session, secret.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        return None
    now = context.now()
    if tokens.is_due(found.last_used_at, now=now):
        g.note = lambda session: tokens.use(session, found.id, now=now)
    roles = frozenset().union(*(_ROLES[scope] for scope in tokens.scopes(found)))
    return CurrentUser(workspace_id=found.workspace_id, roles=roles, name=found.name, is_token=True)


def _remember(response: Response) -> Response:
    note = g.pop("note", None)
    if note is None or not current_user.is_authenticated:
        return response
    # Nobody waits so that we know when they were here: if the pen is taken, the next page will do.
    with context.database().writing_if_free() as session:
        if session is not None:
            note(session)
            session.commit()
    return response


def _set(response: Response, value: str, *, max_age) -> None:
    response.set_cookie(
        _cookie_name(),
        value,
        max_age=max_age,
        secure=_is_https(),
        httponly=True,
        samesite="Lax",
    )


def _cookie_name() -> str:
    return f"__Host-{COOKIE}" if _is_https() else COOKIE


def _is_https() -> bool:
    return current_app.extensions["is_https"] or request.is_secure
