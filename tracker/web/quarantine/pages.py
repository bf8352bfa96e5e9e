"""Quarantine: what could not be believed, to look at, to judge again or to delete."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy.exc import DBAPIError

from tracker import journey
from tracker.collector import quarantine
from tracker.collector.faults import Fault, fault_of
from tracker.collector.quarantine import Which
from tracker.collector.replay import Replayed
from tracker.errors import Conflict
from tracker.web.context import commit, now, requires, session
from tracker.web.paging import page_of
from tracker.web.quarantine.choice import chosen, kept, options
from tracker.web.quarantine.pretty import pretty
from tracker.web.sites.reasons import reason_words
from tracker.workspaces import audit
from tracker.workspaces import service as workspaces
from tracker.workspaces.audit import AuditAction, By
from tracker.workspaces.domain import Role

blueprint = Blueprint("quarantine", __name__, url_prefix="/quarantine")

ROWS = 50
# So many are judged or deleted by one press, for everybody else who writes waits for it.
JUDGED = 200
DELETED = 2000


@blueprint.get("")
@requires(Role.VIEWER)
def index():
    """List what is in quarantine, the newest first."""
    here = current_user.workspace_id
    sites = workspaces.sites(session(), here)
    which = chosen(request.args, {site.code: site for site in sites}, here)
    page = page_of(quarantine.count(session(), which), size=ROWS)
    facets = quarantine.facets(session(), here)
    return render_template(
        "quarantine/index.html",
        rows=quarantine.listed(session(), which, limit=ROWS, offset=page.offset),
        page=page,
        offered=options(facets, sites),
        total=sum(facets.reasons.values()),
        site_names={site.id: site.name for site in sites},
        narrowed=kept(request.args),
        may_write=current_user.may(Role.MARKETER),
        reason_words=reason_words,
        pretty=pretty,
        kept_for=quarantine.KEPT_FOR.days,
    )


@blueprint.post("/replay")
@requires(Role.MARKETER)
def replay_chosen():
    """Judge again what was ticked, or all that the filters show."""
    return _replay(_meant())


@blueprint.post("/delete")
@requires(Role.MARKETER)
def delete_chosen():
    """Delete what was ticked, or all that the filters show."""
    return _delete(_meant())


@blueprint.post("/<code>/replay")
@requires(Role.MARKETER)
def replay(code):
    """Judge one message again."""
    return _replay(_one(code))


@blueprint.post("/<code>/delete")
@requires(Role.MARKETER)
def delete(code):
    """Delete one message."""
    return _delete(_one(code))


def _replay(which: Which):
    meant = quarantine.count(session(), which)
    try:
        became, _last = journey.judge_again(session(), which, now=now(), limit=JUDGED)
    except DBAPIError as error:
        if fault_of(error) is Fault.TRY_AGAIN:
            raise Conflict(_("Somebody else wrote at the same moment. Try it again.")) from error
        raise
    detail = _became(became)
    audit.write(session(), AuditAction.QUARANTINE_JUDGED, detail, by=_by())
    commit()
    flash(detail, "success" if became.accepted or became.duplicate else "message")
    if meant > JUDGED:
        flash(
            _(
                "Those were the %(num)s oldest. To judge all of them, narrow the filters or use "
                "the command: tracker quarantine replay",
                num=JUDGED,
            ),
            "warning",
        )
    return _back()


def _delete(which: Which):
    number = quarantine.remove(session(), which, limit=DELETED)
    left = quarantine.count(session(), which)
    said = ngettext("%(num)s message was deleted.", "%(num)s messages were deleted.", number)
    if number:
        audit.write(session(), AuditAction.QUARANTINE_DELETED, said, by=_by())
    commit()
    flash(said if number else _("Nothing was chosen."), "message")
    if left:
        flash(ngettext("%(num)s is left.", "%(num)s are left: press again.", left), "warning")
    return _back()


def _one(code: str) -> Which:
    here = current_user.workspace_id
    quarantine.get(session(), here, code)
    return Which(workspace_id=here, codes=(code,))


def _meant() -> Which:
    """Return all that the filters show where the form says so, else what was ticked in it."""
    here = current_user.workspace_id
    sites = {site.code: site for site in workspaces.sites(session(), here)}
    which = chosen(request.form, sites, here)
    if request.form.get("which") == "all":
        return which
    return replace(which, codes=tuple(request.form.getlist("code")[:ROWS]))


def _became(became: Replayed) -> str:
    num = became.accepted
    parts = [
        (num, ngettext("%(num)s is on the journey now", "%(num)s are on the journey now", num)),
        (became.duplicate, _("%(num)s had come before", num=became.duplicate)),
        (became.quarantined, _("%(num)s cannot be believed today either", num=became.quarantined)),
        (became.refused, _("%(num)s refused for lack of consent", num=became.refused)),
        (became.cut, _("%(num)s cut off and not judged", num=became.cut)),
    ]
    said = [words for number, words in parts if number]
    return (
        _("Judged again: %(parts)s.", parts=", ".join(said)) if said else _("Nothing was chosen.")
    )


def _back():
    return redirect(url_for("quarantine.index", **kept(request.form)))


def _by() -> By:
    return By(workspace_id=current_user.workspace_id, user_id=current_user.id, now=now())
