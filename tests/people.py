"""Somebody logged in behind a test client, without the second that a password takes."""

import flask
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker import journey
from tracker.clock import utcnow
from tracker.web.auth.who import COOKIE
from tracker.workspaces import service, sessions, users
from tracker.workspaces.audit import By
from tracker.workspaces.domain import Role
from tracker.workspaces.models import Membership, User, Workspace
from tracker.workspaces.users import NewUser

NO_PASSWORD = "nobody logs in with this"


def make_workspace(session: Session, name: str = "Acme") -> Workspace:
    """Found a workspace with its rules, its pipeline and one site."""
    workspace = service.create(session, name, now=utcnow())
    journey.found_workspace(session, workspace, now=utcnow())
    service.add_site(session, workspace.id, "Website", now=utcnow())
    return workspace


def make_user(
    session: Session,
    workspace: Workspace,
    role: Role = Role.OWNER,
    *,
    email: str = "",
    password_hash: str = NO_PASSWORD,
) -> Membership:
    """Add a user to a workspace."""
    count = session.scalar(select(func.count()).select_from(User))
    new = NewUser(
        email=email or f"{role}-{count}@acme.example",
        name=f"{role.title()} {count}",
        role=role,
        password_hash=password_hash,
    )
    return users.add(session, new, by=By(workspace_id=workspace.id, user_id=None, now=utcnow()))


def log_in(
    client: FlaskClient, role: Role = Role.OWNER, workspace: Workspace | None = None
) -> Membership:
    """Log a new user in: of the workspace given, or else of the first one there is.

    What the client sends from now on carries the CSRF token, as pages do.
    """
    with client.application.extensions["database"].writing() as session:
        workspace = workspace or _first_workspace(session)
        member = make_user(session, workspace, role)
        token = sessions.start(session, workspace.id, member.user_id, now=utcnow())
        session.commit()
    client.set_cookie(COOKIE, token)
    allow_forms(client)
    return member


def allow_forms(client: FlaskClient, base_url: str = "http://localhost") -> None:
    """Let the client send the CSRF token that a page would have given it."""
    with client.application.test_request_context():
        token, kept = generate_csrf(), flask.session["csrf_token"]
    with client.session_transaction(base_url=base_url) as cookie:
        cookie["csrf_token"] = kept
    client.environ_base["HTTP_X_CSRFTOKEN"] = token


def _first_workspace(session: Session) -> Workspace:
    found = session.scalar(select(Workspace).order_by(Workspace.id).limit(1))
    return found or make_workspace(session)
