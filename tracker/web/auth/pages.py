"""Log in and out, the first-run set-up, and one's own password."""

from collections import defaultdict
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as form_cookie
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from tracker import journey
from tracker.collector.network import cut
from tracker.errors import Forbidden, Invalid, NotFound, TooMany, Unauthorized
from tracker.web import context
from tracker.web.auth import who
from tracker.web.context import commit, database, now, requires, session
from tracker.web.words import duration
from tracker.workspaces import audit, logins, passwords, service, sessions, users
from tracker.workspaces.domain import Role, clean_email
from tracker.workspaces.guesses import check_password
from tracker.workspaces.users import NewUser

blueprint = Blueprint("auth", __name__)

FIRST_SITE = "Website"
# Where somebody may go who has not chosen a password of their own yet.
OPEN = frozenset({"auth.password", "auth.change_password", "auth.logout", "static"})


@blueprint.before_app_request
def choose_a_password_first():
    """Send whoever still has the password that somebody else chose to change it."""
    if request.endpoint in OPEN or not current_user.is_authenticated:
        return None
    if not current_user.has_initial_password:
        return None
    if request.path.startswith(who.API):
        raise Forbidden("choose a password of your own first")
    return redirect(url_for("auth.password"))


@blueprint.get("/login")
def login():
    """Ask who it is."""
    if current_user.is_authenticated:
        return redirect(local(request.args.get("next", "")))
    if not users.exist(session()):
        return redirect(url_for("auth.setup"))
    return _login_page(request.args.get("next", ""))


@blueprint.post("/login")
def log_in():
    """Let somebody in whose password fits."""
    email, password = request.form.get("email", "").strip().lower(), _secret("password")
    try:
        _count(email)
    except TooMany as error:
        page = _login_page(request.form.get("next", ""), errors={"form": _too_many(error)})
        return page, 429, {"Retry-After": str(error.retry_after)}
    member = _who_fits(email, password)
    if member is None:
        words = _("This e-mail and password do not belong together.")
        return _login_page(request.form.get("next", ""), errors={"form": words}), 401
    logins.forgive(session(), email, network(), now=now())
    sessions.end(session(), who.token())
    token = sessions.start(session(), member.workspace_id, member.user_id, now=now())
    commit()
    return _welcome(redirect(local(request.form.get("next", ""))), token)


@blueprint.post("/logout")
def logout():
    """End this browser's session; its cookie opens nothing any more."""
    sessions.end(session(), who.token())
    commit()
    form_cookie.clear()
    response = make_response(redirect(url_for("auth.login")))
    who.forget(response)
    return response


@blueprint.get("/setup")
def setup():
    """Ask for the first owner, as long as nobody is here."""
    if users.exist(session()):
        raise NotFound("this house has an owner already")
    return _setup_page({})


@blueprint.post("/setup")
def found():
    """Found the workspace: its owner, its first site, and what every workspace starts with."""
    form, password = request.form, _secret("password")
    with database().reading() as reading:
        if users.exist(reading):
            raise NotFound("this house has an owner already")
    try:
        check_password(password, form.get("workspace", ""), form.get("email", ""))
        clean_email(form.get("email", ""))
        new = NewUser(
            email=form.get("email", ""),
            name=form.get("name", ""),
            role=Role.OWNER,
            password_hash=passwords.hashed(password),
        )
        token = _found(form.get("workspace", ""), new)
    except Invalid as error:
        context.roll_back()
        return _setup_page(error.fields), 422
    commit()
    flash(_("Your workspace is ready. Put this snippet on your pages, and it fills."), "success")
    return _welcome(redirect("/sites"), token)


@blueprint.get("/password")
@requires(*Role)
def password():
    """Ask for another password."""
    return _password_page({})


@blueprint.post("/password")
@requires(*Role)
def change_password():
    """Keep another password and end every other session of this user."""
    if current_user.id is None:
        raise Unauthorized("log in first")
    fresh = _secret("new")
    try:
        _count(current_user.email)
        _check_change(fresh)
    except TooMany as error:
        page = _password_page({"current": _too_many(error)})
        return page, 429, {"Retry-After": str(error.retry_after)}
    except Invalid as error:
        return _password_page(error.fields), 422
    kept = passwords.hashed(fresh)
    member = users.get(session(), current_user.workspace_id, current_user.code)
    by = audit.By(workspace_id=member.workspace_id, user_id=member.user_id, now=now())
    users.change_password(session(), member.user, kept, by=by)
    token = sessions.start(session(), member.workspace_id, member.user_id, now=now())
    commit()
    flash(_("The password is changed. Everywhere else you have to log in again."), "success")
    return _welcome(redirect(url_for("auth.password")), token)


def local(target: str) -> str:
    """Return where to go next: a path of ours, or the first page."""
    parts = urlsplit(target)
    is_ours = (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and target.isprintable()
        and "\\" not in target
        and not (parts.scheme or parts.netloc)
    )
    return target if is_ours else "/"


def network() -> str:
    """Return the network of whoever asks, cut as we cut every address that we keep."""
    return cut(request.remote_addr or "").hex()


def _secret(name: str) -> str:
    # Never stripped: a space in a password is part of it.
    return request.form.get(name, "")


def _count(email: str) -> None:
    # Before the password is tried, so that many at once are not more than one by one.
    with database().writing() as counting:
        logins.attempt(counting, email, network(), now=now())
        counting.commit()


def _too_many(error: TooMany) -> str:
    return _("Too many attempts. Try again in %(wait)s.", wait=duration(error.retry_after))


def _who_fits(email: str, password: str):
    with database().reading() as reading:
        user = users.find(reading, email)
        member = users.find_membership(reading, user.id) if user else None
    if user is None or member is None or user.disabled_at is not None:
        passwords.fits(password, None)
        return None
    return member if passwords.fits(password, user.password_hash) else None


def _found(name: str, new: NewUser):
    users.be_first(session())
    try:
        workspace = service.create(session(), name, now=now())
    except Invalid as error:
        # On this page two things have a name.
        raise Invalid(error.message, fields={"workspace": error.fields["name"]}) from error
    journey.found_workspace(session(), workspace, now=now())
    service.add_site(session(), workspace.id, FIRST_SITE, now=now())
    by = audit.By(workspace_id=workspace.id, user_id=None, now=now())
    audit.write(session(), audit.AuditAction.WORKSPACE_FOUNDED, workspace.name, by=by)
    member = users.add(session(), new, by=by)
    return sessions.start(session(), workspace.id, member.user_id, now=now())


def _check_change(fresh: str) -> None:
    with database().reading() as reading:
        user = users.find(reading, current_user.email)
        workspace_name = service.get(reading, current_user.workspace_id).name
    if not passwords.fits(_secret("current"), user.password_hash if user else None):
        raise Invalid("wrong password", fields={"current": _("This is not your password.")})
    with database().writing() as forgiving:
        logins.forgive(forgiving, current_user.email, network(), now=now())
        forgiving.commit()
    if fresh != _secret("again"):
        raise Invalid("typed twice", fields={"again": _("The two are not the same.")})
    check_password(fresh, workspace_name, current_user.email, current_user.name, field="new")


def _welcome(response: Response, token: str) -> Response:
    # A form cookie from before may have been planted; the new session starts with a new one.
    flashes = form_cookie.get("_flashes")
    form_cookie.clear()
    if flashes:
        form_cookie["_flashes"] = flashes
    who.keep(response, token)
    return response


def _login_page(next_url: str, errors=None):
    form = defaultdict(str, email=request.form.get("email", ""))
    return render_template(
        "auth/login.html", form=form, errors=defaultdict(str, errors or {}), next_url=next_url
    )


def _setup_page(errors):
    form = defaultdict(str, request.form.to_dict())
    return render_template("auth/setup.html", form=form, errors=defaultdict(str, errors))


def _password_page(errors):
    return render_template("auth/password.html", errors=defaultdict(str, errors))
