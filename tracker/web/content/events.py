"""What event names stand for: everybody names their events themselves."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker.errors import Invalid
from tracker.reports import ledger
from tracker.touches import catalogue, items
from tracker.web.content import forms, told
from tracker.web.content.pages import by, shared
from tracker.web.context import commit, requires, roll_back, session
from tracker.web.terms import kind_name
from tracker.workspaces.domain import Role

blueprint = Blueprint("events", __name__, url_prefix="/content/events")


@blueprint.get("")
@requires(Role.VIEWER)
def index():
    """Show what event names stand for, those that stand for nothing first."""
    return _events()


@blueprint.post("")
@requires(Role.MARKETER)
def name_event():
    """Let an event name stand for a kind, for past touches too."""
    try:
        kind = forms.kind_of(request.form)
        named, row = items.name_event(session(), request.form.get("name", ""), kind, by=by())
    except Invalid as error:
        roll_back()
        return _events(error.fields), 422
    name = named.name
    commit()
    flash(_("“%(name)s” stands for %(kind)s now. %(moved)s", name=name, kind=kind_name(kind),
            moved=told.retell(row)), "success")  # fmt: skip
    return redirect(url_for("events.index"))


def _events(errors=None):
    return render_template(
        "content/events.html",
        unmapped=ledger.unmapped_names(session(), current_user.workspace_id),
        names=catalogue.event_names(session(), current_user.workspace_id),
        errors=errors or {},
        typed=request.form,
        **shared(),
    )
