"""Patterns: write one, see what it would move, let it decide; and remove it again."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from tracker import retelling
from tracker.errors import Conflict, Invalid
from tracker.reports import weighing
from tracker.touches import classing, items
from tracker.touches.classing import Change
from tracker.touches.models import Content
from tracker.web.content import forms, told
from tracker.web.content.pages import by, shared
from tracker.web.context import commit, now, requires, roll_back, session
from tracker.workspaces.domain import Role

blueprint = Blueprint("patterns", __name__, url_prefix="/content/patterns")

LATEST = 10
EXAMPLES = 10


@blueprint.get("")
@requires(Role.VIEWER)
def index():
    """Show the patterns, the most exact first, and what the one in the form would move."""
    if "text" not in request.args:
        return _patterns({})
    try:
        changes = _changes()
    except (Invalid, Conflict) as error:
        return _patterns(error.fields or {"pattern": error.message}), 422
    return _patterns({}, changes)


@blueprint.get("/weigh")
@requires(Role.MARKETER)
def weigh():
    """Return what would become of the next leads, for the page that adds it up."""
    code = request.args.get("remove")
    changes = (
        items.without_pattern(session(), items.get_pattern(session(), _home(), code))
        if code
        else _changes()
    )
    return told.weighed(changes)


@blueprint.post("")
@requires(Role.MARKETER)
def add():
    """Let a pattern decide from now on, over what has come already too."""
    try:
        row, done = items.add_pattern(session(), forms.pattern(request.form), by=by())
    except (Invalid, Conflict) as error:
        roll_back()
        return _patterns(error.fields or {"pattern": error.message}), 422
    text, keys = row.text, done.keys
    commit()
    said = ngettext("“%(text)s” decides over %(num)s item now, and over what comes.",
                    "“%(text)s” decides over %(num)s items now, and over what comes.", keys,
                    text=text)  # fmt: skip
    flash(f"{said} {told.retell(done)}", "success")
    return redirect(url_for("patterns.index"))


@blueprint.get("/<code>")
@requires(Role.MARKETER)
def one(code):
    """Show what removing a pattern would move."""
    row = items.get_pattern(session(), _home(), code)
    changes = items.without_pattern(session(), row)
    return render_template(
        "content/unpattern.html", row=row, item=_item_of(row), **_preview(changes), **shared()
    )


@blueprint.post("/<code>/remove")
@requires(Role.MARKETER)
def remove(code):
    """Let a pattern decide no longer."""
    row = items.get_pattern(session(), _home(), code)
    text = row.text
    done = items.remove_pattern(session(), row, by=by())
    commit()
    flash(_("“%(text)s” decides no longer. %(moved)s", text=text, moved=told.retell(done)),
          "success")  # fmt: skip
    return redirect(url_for("patterns.index"))


def _patterns(errors, changes=None):
    found = items.patterns(session(), _home())
    acts = classing.latest(session(), _home(), limit=LATEST)
    code = request.values.get("item", "")
    return render_template(
        "content/patterns.html",
        patterns=[(row, _item_of(row)) for row in found],
        acts=[(row, who, told.words(row), retelling.progress(session(), row)) for row, who in acts],
        target=forms.item(code),
        errors=errors,
        typed=request.values,
        is_weighed=changes is not None,
        **_preview(changes or []),
        **shared(),
    )


def _changes() -> list[Change]:
    return items.with_pattern(session(), _home(), forms.pattern(request.args))


def _preview(changes):
    shown = [change.id for change in changes[:EXAMPLES]]
    contents = [session().get_one(Content, number) for number in shown]
    return {
        "scale": weighing.scale(session(), changes),
        "weighed": weighing.weigh(session(), _home(), changes, now=now()),
        "examples": [
            (content, change) for content, change in zip(contents, changes[:EXAMPLES], strict=True)
        ],
        "key_name": items.name_of,
    }


def _item_of(row):
    return session().get(Content, row.item_id) if row.item_id else None


def _home() -> int:
    return current_user.workspace_id
