"""Sites: their snippets to copy, what arrives, and what was filtered."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker.collector.domain import Outcome
from tracker.errors import Invalid
from tracker.reports.arrivals import Arrivals, arrivals, filtered
from tracker.web.context import commit, now, requires, roll_back, session
from tracker.web.sites.reasons import reason_words
from tracker.workspaces import audit
from tracker.workspaces import service as workspaces
from tracker.workspaces.audit import AuditAction, By
from tracker.workspaces.domain import Role
from tracker.workspaces.models import Site

blueprint = Blueprint("sites", __name__, url_prefix="/sites")

# A site that has said nothing for so long is worth a look.
SILENT_AFTER = timedelta(days=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """A site as its card shows it."""

    site: Site
    arrivals: Arrivals
    status: str
    counts: tuple[tuple[str, int], ...]
    reasons: tuple[str, ...]
    # The first of those that wait: only one tells at length what to do.
    is_next: bool


@blueprint.get("")
@requires(Role.VIEWER)
def index():
    """Show every site, how to reach it and what it sends."""
    return _page()


@blueprint.post("")
@requires(Role.MARKETER)
def add():
    """Add a site."""
    try:
        name = request.form.get("name", "")
        site = workspaces.add_site(session(), current_user.workspace_id, name, now=now())
    except Invalid as error:
        return _again(error, "add")
    audit.write(session(), AuditAction.SITE_ADDED, site.name, by=_by())
    commit()
    flash(_("%(name)s has a write key of its own now.", name=site.name), "success")
    return redirect(url_for("sites.index", _anchor=site.code))


@blueprint.post("/<code>")
@requires(Role.MARKETER)
def change(code):
    """Change a site's name and whether its visitors must agree first."""
    site = workspaces.get_site(session(), current_user.workspace_id, code)
    must_agree = request.form.get("consent_required") == "1"
    try:
        name = request.form.get("name", "")
        workspaces.change_site(session(), site, name=name, consent_required=must_agree)
    except Invalid as error:
        return _again(error, code)
    detail = "consent required" if must_agree else "consent not required"
    audit.write(session(), AuditAction.SITE_CHANGED, site.name, by=_by(), detail=detail)
    commit()
    flash(_("Saved."), "success")
    return redirect(url_for("sites.index", _anchor=code))


@blueprint.post("/<code>/key")
@requires(Role.MARKETER)
def rotate_key(code):
    """Give a site a new write key; the old one stops."""
    site = workspaces.get_site(session(), current_user.workspace_id, code)
    workspaces.rotate_key(session(), site)
    audit.write(session(), AuditAction.SITE_KEY_ROTATED, site.name, by=_by())
    commit()
    flash(_("The old key has stopped. Put the new snippet on your pages."), "warning")
    return redirect(url_for("sites.index", _anchor=code))


@blueprint.post("/<code>/secret")
@requires(Role.MARKETER)
def rotate_secret(code):
    """Give a site a new secret to sign its users with, and show it this once."""
    site = workspaces.get_site(session(), current_user.workspace_id, code)
    secret = workspaces.rotate_identity_secret(session(), site)
    audit.write(session(), AuditAction.SITE_SECRET_ROTATED, site.name, by=_by())
    commit()
    return _page(which=code, secret=secret)


def address() -> str:
    """Return where browsers and servers find us."""
    public_url: str = current_app.extensions["settings"].public_url
    return public_url or request.url_root.rstrip("/")


def status_of(arrived: Arrivals) -> str:
    """Return whether a site has never sent anything, has gone silent, or is live."""
    if arrived.last_at is None:
        return "waiting"
    return "silent" if now() - arrived.last_at > SILENT_AFTER else "live"


def _page(errors=None, which="", secret=""):
    sites = workspaces.sites(session(), current_user.workspace_id)
    arrived = arrivals(session(), current_user.workspace_id, day=now().date())
    waiting = [site for site in sites if status_of(arrived.get(site.id, Arrivals())) == "waiting"]
    may_write = current_user.may(Role.MARKETER)
    put_aside = filtered(session(), current_user.workspace_id) if may_write else []
    return render_template(
        "sites/index.html",
        panels=[
            _panel(site, arrived.get(site.id, Arrivals()), is_next=waiting[:1] == [site])
            for site in sites
        ],
        address=address(),
        may_write=may_write,
        filtered=put_aside,
        site_names={site.id: site.name for site in sites},
        reason_words=reason_words,
        errors=errors or {},
        which=which,
        secret=secret,
        typed=request.form,
    )


def _panel(site: Site, arrived: Arrivals, *, is_next: bool) -> Panel:
    names = {
        Outcome.ACCEPTED: _("Accepted"),
        Outcome.DUPLICATE: _("Duplicate"),
        Outcome.QUARANTINED: _("Quarantined"),
        Outcome.REFUSED: _("Refused"),
    }
    return Panel(
        site=site,
        arrivals=arrived,
        status=status_of(arrived),
        is_next=is_next,
        counts=tuple((name, arrived.today.get(outcome, 0)) for outcome, name in names.items()),
        reasons=tuple(
            _("%(reason)s (%(number)s)", number=number, reason=reason_words(reason))
            for reason, number in arrived.reasons[:3]
        ),
    )


def _again(error: Invalid, which: str):
    roll_back()
    return _page(error.fields or {"name": error.message}, which), 422


def _by() -> By:
    return By(workspace_id=current_user.workspace_id, user_id=current_user.id, now=now())
