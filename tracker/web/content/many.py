"""Many items at once: class them, or make them one; and take back what was done last."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select

from tracker.errors import Conflict, Invalid, NotFound
from tracker.reports import ledger
from tracker.touches import catalogue, classing, items
from tracker.touches.models import Content
from tracker.web.auth.pages import local
from tracker.web.content import forms, told
from tracker.web.content.pages import by, shared
from tracker.web.context import commit, requires, roll_back, session
from tracker.workspaces.domain import Role

blueprint = Blueprint("many", __name__, url_prefix="/content/many")

# As many as a page shows.
MOST = 200


@blueprint.post("")
@requires(Role.MARKETER)
def class_many():
    """Say of all that are chosen what they are."""
    chosen = _chosen()
    wish = forms.said(request.form, of_many=True)
    wishes = [(item, replace(classing.said_of(item), **wish)) for item in chosen]
    subject = ngettext("%(num)s item", "%(num)s items", len(chosen))
    row = items.class_items(session(), wishes, subject=subject, by=by())
    commit()
    flash(_("%(items)s classed. %(moved)s", items=subject, moved=told.retell(row)), "success")
    return redirect(_back())


@blueprint.get("/together")
@requires(Role.MARKETER)
def ask():
    """Ask which item all that are chosen are."""
    return _ask({})


@blueprint.post("/together")
@requires(Role.MARKETER)
def together():
    """Make all that are chosen one item."""
    try:
        chosen = _chosen()
        item = _target(chosen)
        others = [content for content in chosen if content.id != item.id]
        row = items.put_under(session(), item, others, by=by())
    except (Invalid, Conflict) as error:
        roll_back()
        return _ask(error.fields or {"item": error.message}), 422
    title, code = items.name_of(item), item.code
    commit()
    flash(_("They are “%(title)s” now. %(moved)s", title=title, moved=told.retell(row)), "success")
    return redirect(url_for("content.item", code=code))


@blueprint.post("/undo/<code>")
@requires(Role.MARKETER)
def undo(code):
    """Put back what an act of classing changed."""
    row = classing.get(session(), current_user.workspace_id, code)
    undone = classing.undo(session(), row, by=by())
    commit()
    flash(_("It is as it was. %(moved)s", moved=told.retell(undone)), "success")
    return redirect(url_for("patterns.index"))


def _ask(errors):
    chosen = _chosen()
    tallies = ledger.tallies_of(
        session(), current_user.workspace_id, [content.id for content in chosen]
    )
    none = ledger.Tally()
    by_people = sorted(chosen, key=lambda item: -tallies.get(item.id, none).people)
    return render_template(
        "content/together.html",
        chosen=[(item, tallies.get(item.id, none)) for item in by_people],
        name_of=items.name_of,
        errors=errors,
        typed=request.form,
        **shared(),
    )


def _chosen() -> list[Content]:
    codes = request.values.getlist("item_code")[:MOST]
    query = select(Content).where(
        Content.workspace_id == current_user.workspace_id, Content.code.in_(codes)
    )
    found = list(session().scalars(query.order_by(Content.id)))
    if len(found) < len(set(codes)):
        raise NotFound("there is no such content")
    if not found:
        raise Invalid(_("Choose some items first."), fields={"item_code": _("Nothing is chosen.")})
    return found


def _target(chosen: Sequence[Content]) -> Content:
    code = request.form.get("item", "")
    if code != "new":
        if not code:
            raise Invalid(_("Nothing is chosen."), fields={"item": _("Choose one.")})
        return catalogue.get_content(session(), current_user.workspace_id, code)
    # What is new is what most of them are said to be.
    said = classing.said_of(chosen[0])
    title = request.form.get("title", "")
    return items.create(session(), current_user.workspace_id, title, replace(said, item_id=None))


def _back() -> str:
    return local(request.form.get("next") or url_for("content.index"))
