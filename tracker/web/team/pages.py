"""The team page: add somebody, give them another role, shut them out."""

from collections import defaultdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker.errors import Conflict, Invalid, TrackerError
from tracker.web import context
from tracker.web.context import commit, now, requires, session, workspace
from tracker.workspaces import passwords, sessions, users
from tracker.workspaces.audit import By
from tracker.workspaces.domain import Role
from tracker.workspaces.users import NewUser

blueprint = Blueprint("team", __name__)


@blueprint.get("/team")
@requires(*Role)
def team():
    """Show who is in the workspace and what each may do."""
    return _page()


@blueprint.post("/team")
@requires(Role.OWNER)
def add():
    """Add somebody, with a password that is shown this once."""
    secret = passwords.initial()
    kept = passwords.hashed(secret)
    try:
        new = NewUser(
            email=request.form.get("email", ""),
            name=request.form.get("name", ""),
            role=_role(),
            password_hash=kept,
            has_initial_password=True,
        )
        member = users.add(session(), new, by=_by())
    except (Invalid, Conflict) as error:
        context.roll_back()
        return _page(errors=error.fields or {"email": _taken()}, form=request.form), _code(error)
    user = member.user
    commit()
    return _page(secret=secret, secret_of=user)


@blueprint.post("/team/<code>/role")
@requires(Role.OWNER)
def change_role(code):
    """Give somebody another role."""
    member = users.get(session(), current_user.workspace_id, code)
    users.change_role(session(), member, _role(), by=_by())
    words = _("%(name)s is %(role)s now.", name=member.user.name, role=roles()[member.role])
    return _done(words)


@blueprint.post("/team/<code>/disable")
@requires(Role.OWNER)
def disable(code):
    """Shut somebody out at once."""
    member = users.get(session(), current_user.workspace_id, code)
    users.disable(session(), member, by=_by())
    return _done(_("%(name)s can no longer log in.", name=member.user.name))


@blueprint.post("/team/<code>/enable")
@requires(Role.OWNER)
def enable(code):
    """Let somebody in again."""
    member = users.get(session(), current_user.workspace_id, code)
    users.enable(session(), member, by=_by())
    return _done(_("%(name)s can log in again.", name=member.user.name))


@blueprint.post("/team/<code>/password")
@requires(Role.OWNER)
def reset_password(code):
    """Give somebody who forgot theirs a password that is shown this once."""
    secret = passwords.initial()
    kept = passwords.hashed(secret)
    member = users.get(session(), current_user.workspace_id, code)
    if member.user_id == current_user.id:
        raise Conflict("change your own password on the page for it")
    users.change_password(session(), member.user, kept, by=_by())
    user = member.user
    commit()
    return _page(secret=secret, secret_of=user)


def roles() -> dict[Role, str]:
    """Return the roles in words."""
    return {
        Role.OWNER: _("Owner"),
        Role.MARKETER: _("Marketer"),
        Role.REP: _("Sales rep"),
        Role.VIEWER: _("Viewer"),
    }


def _meanings() -> dict[Role, str]:
    return {
        Role.OWNER: _("May do everything, also what is on this page and in the settings."),
        Role.MARKETER: _("Keeps the content, the stage model and the sites."),
        Role.REP: _("Answers handoffs and works on deals."),
        Role.VIEWER: _("Reads everything and changes nothing."),
    }


def _page(*, errors=None, form=None, secret=None, secret_of=None):
    members = users.members(session(), workspace().id)
    return render_template(
        "team/team.html",
        members=members,
        active=sum(member.user.disabled_at is None for member in members),
        seen=sessions.last_seen(session(), workspace().id),
        roles=roles(),
        meanings=_meanings(),
        is_owner=current_user.may(Role.OWNER),
        errors=defaultdict(str, errors or {}),
        form=defaultdict(str, form or {"role": Role.MARKETER}),
        secret=secret,
        secret_of=secret_of,
    )


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError as error:
        words = ", ".join(Role)
        raise Invalid("there is no such role", fields={"role": words}) from error


def _by() -> By:
    return By(workspace_id=current_user.workspace_id, user_id=current_user.id, now=now())


def _done(words: str):
    commit()
    flash(words, "success")
    return redirect(url_for("team.team"))


def _taken() -> str:
    return _("Somebody has an account with this e-mail already.")


def _code(error: TrackerError) -> int:
    return 409 if isinstance(error, Conflict) else 422
