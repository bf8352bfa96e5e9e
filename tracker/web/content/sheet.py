"""The catalogue as a file: take it out, class a hundred items in a spreadsheet, bring it back."""

import csv
import io
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.utils import secure_filename

from tracker.errors import Conflict, Invalid
from tracker.imports import content, files
from tracker.imports.domain import Row
from tracker.reports import weighing
from tracker.touches.domain import ContentKind, IntendedStage, Purpose
from tracker.touches.items import name_of
from tracker.touches.models import Content
from tracker.web.content import told
from tracker.web.content.pages import shared
from tracker.web.context import by, commit, now, requires, roll_back, session
from tracker.web.spreadsheets import spreadsheet
from tracker.workspaces.domain import Role

blueprint = Blueprint("sheet", __name__, url_prefix="/content/sheet")

EXAMPLES = 10
SHOWN_ERRORS = 100
# Bytes, below what a form may hold besides files; lines that change nothing need not come back.
MOST_TEXT = 400_000


@blueprint.get("")
@requires(Role.VIEWER)
def index():
    """Offer the file, and show where it comes back."""
    return _sheet()


@blueprint.get("/catalogue.csv")
@requires(Role.VIEWER)
def download():
    """Give the catalogue as a file for a spreadsheet, a line for each key."""
    names = [*(field.name for field in content.FIELDS), *content.BESIDES]
    rows = content.rows_of(session(), current_user.workspace_id)
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    return spreadsheet(lines, f"catalogue-{now():%Y-%m-%d}.csv")


@blueprint.post("")
@requires(Role.MARKETER)
def look():
    """Show line by line what is wrong with a file, or else what it would move."""
    # Folding leads takes a second, and only looks: who writes has the pen meanwhile.
    roll_back()
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _sheet(errors={"file": _("Choose a file first.")}), 422
    try:
        sheet = files.decode(secure_filename(sent.filename) or "catalogue.csv", sent.read())
        outlook = content.look(session(), current_user.workspace_id, sheet)
        text = _text(outlook.changing)
    except Invalid as error:
        return _sheet(errors={"file": error.message}), 422
    return _sheet(outlook, text), 422 if outlook.errors else 200


@blueprint.post("/weigh")
@requires(Role.MARKETER)
def weigh():
    """Return what would become of the next leads, for the page that adds it up."""
    roll_back()
    outlook = content.look(session(), current_user.workspace_id, _told_again())
    return told.weighed(outlook.changes)


@blueprint.post("/classed")
@requires(Role.MARKETER)
def put():
    """Say by hand what a file says, of everything in it or of nothing."""
    try:
        taken = content.put(session(), _told_again(), by=by())
    except (Invalid, Conflict) as error:
        roll_back()
        return _sheet(errors={"file": error.message}), 422
    row, keys = taken.classing, taken.classing.keys if taken.classing else 0
    commit()
    done = []
    if row is not None:
        classed = ngettext("%(num)s item is what the file says.",
                           "%(num)s items are what the file says.", keys)  # fmt: skip
        done += [classed, told.retell(row)]
    if taken.titles:
        done.append(ngettext("%(num)s title is new.", "%(num)s titles are new.", taken.titles))
    flash(" ".join(done) or _("Nothing: every line says what stands already."), "success")
    return redirect(url_for("patterns.index") + "#acts" if row else url_for("sheet.index"))


def _sheet(outlook=None, text="", errors=None):
    changes = outlook.changes if outlook and not outlook.errors else ()
    shown = changes[:EXAMPLES]
    return render_template(
        "content/sheet.html",
        outlook=outlook,
        text=text,
        errors=errors or {},
        wrong=outlook.errors[:SHOWN_ERRORS] if outlook else (),
        reason_words=_reason_words(),
        scale=weighing.scale(session(), changes),
        weighed=weighing.weigh(session(), current_user.workspace_id, changes, now=now()),
        examples=[(session().get_one(Content, change.id), change) for change in shown],
        columns=_column_words(),
        key_name=name_of,
        **shared(),
    )


def _text(rows: Sequence[Row]) -> str:
    """Return a file of the lines that change something, to be sent when it shall be done."""
    if not rows:
        return ""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0].values))
    writer.writeheader()
    writer.writerows(row.values for row in rows)
    if len(out.getvalue().encode()) > MOST_TEXT:
        reason = _("%(num)s lines would change: that is too much at once, cut the file up.",
                   num=len(rows))  # fmt: skip
        raise Invalid(reason, fields={"file": reason})
    return out.getvalue()


def _told_again() -> files.Sheet:
    name = secure_filename(request.form.get("name", "")) or "catalogue.csv"
    return files.decode(name, request.form.get("text", "").encode())


def _column_words() -> list[tuple[str, str]]:
    kinds, stages, purposes = (", ".join(words) for words in (ContentKind, IntendedStage, Purpose))
    words = {
        "key": _("the key of an item, or the address of a page; needed"),
        "item": _("the key of the item that this one is a part of; empty: an item of its own"),
        "title": _("what it is called"),
        "kind": _("one of %(words)s; empty: as it is", words=kinds),
        "stage": _("whom it is meant for: %(words)s", words=stages),
        "purpose": _("what it is for: %(words)s", words=purposes),
        "owner": _("the e-mail address of who looks after it"),
    }
    return [(field.name, words[field.name]) for field in content.FIELDS]


def _reason_words() -> dict[str, str]:
    return {
        "is not in the catalogue": _("The catalogue has no such key"),
        "is empty": _("This is empty"),
        "is in the file twice": _("The file has this key twice"),
        "is longer than 300 characters": _("This is longer than 300 characters"),
        "is said of a part: say it of its item": _("This is a part: say it of its item"),
        "is this key itself": _("A key cannot be a part of itself"),
        "has parts or patterns of its own": _("This has parts or patterns of its own"),
        "is nobody of this workspace": _("Nobody here has this e-mail address"),
        "is part of an item itself": _("That is a part of another item itself"),
    }
