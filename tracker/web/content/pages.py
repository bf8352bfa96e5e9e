"""The catalogue: what people touched, of which kind it is, and what event names stand for."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from tracker import journey
from tracker.driver import chunks
from tracker.errors import Invalid
from tracker.reports import ledger
from tracker.reports.ledger import LedgerSort, Wanted
from tracker.stages.service import Moved
from tracker.touches import catalogue
from tracker.touches.domain import ContentKind
from tracker.web.auth.pages import local
from tracker.web.context import commit, database, now, requires, roll_back, session
from tracker.web.paging import page_of
from tracker.web.terms import kind_name
from tracker.workspaces import audit
from tracker.workspaces.audit import AuditAction, By
from tracker.workspaces.domain import Role

blueprint = Blueprint("content", __name__, url_prefix="/content")

SIZE = 50
# So many histories are told again before others get the pen: some tens of milliseconds.
BATCH = 10


@blueprint.get("")
@requires(Role.VIEWER)
def index():
    """Show the catalogue, the most touched first."""
    kind, sort = request.args.get("kind", ""), request.args.get("sort", "")
    q = " ".join(request.args.get("q", "").split())[:200]
    wanted = Wanted(
        q=q,
        kind=ContentKind(kind) if kind in set(ContentKind) else None,
        sort=LedgerSort(sort) if sort in set(LedgerSort) else LedgerSort.PEOPLE,
        limit=SIZE,
    )
    page = page_of(ledger.count(session(), current_user.workspace_id, wanted), size=SIZE)
    entries = ledger.contents(session(), current_user.workspace_id, wanted, offset=page.offset)
    return render_template(
        "content/index.html", entries=entries, wanted=wanted, page=page, **_shared()
    )


@blueprint.post("/<code>")
@requires(Role.MARKETER)
def reclass(code):
    """Class an item anew; everybody who touched it gets a new history."""
    content = catalogue.get_content(session(), current_user.workspace_id, code)
    kind = _kind(request.form.get("kind", ""))
    leads = journey.class_anew(session(), [content], kind)
    title = content.title or content.url or content.key
    audit.write(session(), AuditAction.CONTENT_CLASSED, title, by=_by(), detail=kind)
    commit()
    moved = _refold(leads)
    flash(_("“%(title)s” is of kind %(kind)s now. %(moved)s", title=title, kind=kind_name(kind),
            moved=_said(moved)), "success")  # fmt: skip
    return redirect(local(request.form.get("next") or url_for("content.index")))


@blueprint.get("/events")
@requires(Role.VIEWER)
def events():
    """Show what event names stand for, those that stand for nothing first."""
    return _events()


@blueprint.post("/events")
@requires(Role.MARKETER)
def name_event():
    """Let an event name stand for a kind, for past touches too."""
    name = request.form.get("name", "")
    try:
        kind = _kind(request.form.get("kind", ""))
        contents = catalogue.contents_following(session(), current_user.workspace_id, name)
        row = catalogue.name_event(session(), current_user.workspace_id, name, kind)
    except Invalid as error:
        roll_back()
        return _events(error.fields), 422
    leads = journey.class_anew(session(), contents, kind)
    audit.write(session(), AuditAction.EVENT_NAMED, row.name, by=_by(), detail=kind)
    commit()
    moved = _refold(leads)
    flash(_("“%(name)s” stands for %(kind)s now. %(moved)s", name=row.name, kind=kind_name(kind),
            moved=_said(moved)), "success")  # fmt: skip
    return redirect(url_for("content.events"))


def _events(errors=None):
    return render_template(
        "content/events.html",
        unmapped=ledger.unmapped_names(session(), current_user.workspace_id),
        names=catalogue.event_names(session(), current_user.workspace_id),
        errors=errors or {},
        typed=request.form,
        **_shared(),
    )


def _refold(leads: list[int]) -> Moved:
    moved = Moved()
    for part in chunks(leads, BATCH):
        with database().writing() as own:
            moved += journey.refold(own, current_user.workspace_id, part, now=now())
            own.commit()
    return moved


def _said(moved: Moved) -> str:
    if not moved.leads:
        return _("Nobody had touched it yet.")
    looked_at = ngettext("%(num)s lead had touched it", "%(num)s leads had touched it", moved.leads)
    if not (moved.up or moved.down):
        return _("%(leads)s; nobody's stage changed.", leads=looked_at)
    return _("%(leads)s: %(up)s moved up, %(down)s moved down.", leads=looked_at, up=moved.up,
             down=moved.down)  # fmt: skip


def _kind(text: str) -> ContentKind:
    if text not in set(ContentKind):
        raise Invalid(_("This is no kind of content."), fields={"kind": _("Choose one.")})
    return ContentKind(text)


def _shared():
    return {
        "kinds": [(kind.value, kind_name(kind)) for kind in ContentKind],
        "kind_name": kind_name,
        "may_write": current_user.may(Role.MARKETER),
    }


def _by() -> By:
    return By(workspace_id=current_user.workspace_id, user_id=current_user.id, now=now())
