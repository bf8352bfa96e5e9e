"""The imports of a workspace: which file, by whom, and what became of its rows."""

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker.imports import service as imports
from tracker.tasks import service as tasks
from tracker.web.context import now, requires, session
from tracker.web.paging import page_of
from tracker.workspaces.domain import Role

blueprint = Blueprint("imports", __name__)

LINES = 50


@blueprint.get("/imports")
@requires(Role.MARKETER)
def index():
    """Show the imports, the newest first, and those that are under way."""
    here = current_user.workspace_id
    page = page_of(imports.count(session(), here), size=LINES)
    running = tasks.running(session(), here, now=now())
    return render_template(
        "imports/index.html",
        imported=imports.listed(session(), here, now=now(), limit=LINES, offset=page.offset),
        page=page,
        running=[task for task in running if task.kind.startswith("import")],
        kinds={"leads": _("Leads"), "deals": _("Deals")},
        reason_words=_reason_words(),
        tabs=_tabs(),
    )


def _reason_words() -> dict[str, str]:
    return {
        "is no lead here": _("No lead has this id or address"),
        "lies in the future": _("The date lies in the future"),
        "lies before 1970": _("The date lies before 1970"),
        "cannot tell anybody apart": _("This tells nobody apart"),
        "is no e-mail address": _("This is no e-mail address"),
        "is no number such as 1234.50": _("This is no number such as 1234.50"),
        "is empty, and so is the e-mail": _("Neither an id nor an e-mail address"),
        "is empty": _("This is empty"),
    }


def _tabs() -> list[tuple[str, str, bool]]:
    """Return the tabs of the settings for an owner; others see this page alone."""
    if not current_user.may(Role.OWNER):
        return []
    return [
        (url_for("settings.settings"), _("Workspace"), False),
        (url_for("settings.api_tokens"), _("API tokens"), False),
        (url_for("imports.index"), _("Imports"), True),
        (url_for("settings.audit_lines"), _("Audit"), False),
    ]
