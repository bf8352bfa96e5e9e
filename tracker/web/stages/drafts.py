"""Drafts of the stage model: see who would move, publish, and go back."""

from typing import NoReturn

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker import versions as way
from tracker.errors import NotFound
from tracker.handoff.domain import FRESH
from tracker.reports import drafts
from tracker.reports.drafts import Among, Group
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.stages.documents import parse, to_yaml
from tracker.stages.domain import Stage, Work
from tracker.stages.models import StageModelRow
from tracker.web.context import commit, now, requires, session
from tracker.web.paging import page_of
from tracker.web.stages.changes import changes, titles_in
from tracker.web.stages.pages import number_of
from tracker.workspaces import audit
from tracker.workspaces.audit import AuditAction, By
from tracker.workspaces.domain import Role

blueprint = Blueprint("drafts", __name__, url_prefix="/stages")

SIZE = 50


@blueprint.get("/yaml")
@requires(Role.VIEWER)
def give_yaml():
    """Give a version as YAML."""
    row = versions.get(
        session(), current_user.workspace_id, number_of(request.args.get("version", ""))
    )
    name = f"stages-v{row.version}.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(to_yaml(row.document), mimetype="application/yaml", headers=headers)


@blueprint.get("/draft")
@requires(Role.MARKETER)
def show():
    """Show who would move under a version, and what would become of offers."""
    row = chosen_row()
    live_id, live = stages.active(session(), row.workspace_id)
    model = parse(row.document, version=row.version)
    moves = drafts.moves(session(), row.id)
    return render_template(
        "stages/draft.html",
        row=row,
        live=live,
        task=way.progress(session(), row),
        moves={(move.from_stage, move.to_stage): move.leads for move in moves},
        up=sum(move.leads for move in moves if move.is_up),
        down=sum(move.leads for move in moves if not move.is_up),
        places=(*Stage, None),
        offers=drafts.open_offers(session(), row.id),
        ready=_number(row, live_id, Group.READY),
        later=_number(row, live_id, Group.LATER),
        rules=changes(live, model, titles_in(live, model)),
        fresh_days=FRESH.days,
        may_publish=row.work in (None, Work.COMPARE) and row.id != live_id,
    )


@blueprint.get("/draft/leads")
@requires(Role.MARKETER)
def movers():
    """List exactly the leads that would move one way, or that have something in common."""
    row = chosen_row()
    live_id, _live = stages.active(session(), row.workspace_id)
    among = _among()
    total = drafts.count(session(), row, live_id, among, now=now())
    page = page_of(total, size=SIZE)
    return render_template(
        "stages/movers.html",
        row=row,
        among=among,
        page=page,
        leads=drafts.movers(
            session(), row, live_id, among, now=now(), window=(page.size, page.offset)
        ),
    )


@blueprint.post("/draft/compare")
@requires(Role.MARKETER)
def compare():
    """Begin to compute who would move, and when leads would have been offered."""
    row = chosen_row(request.form)
    way.begin(session(), row, Work.COMPARE, now=now())
    commit()
    return redirect(url_for("drafts.show", version=row.version))


@blueprint.post("/draft/discard")
@requires(Role.MARKETER)
def discard():
    """Throw the draft away."""
    version = _draft().version
    versions.discard_draft(session(), current_user.workspace_id)
    audit.write(session(), AuditAction.STAGES_DISCARDED, str(version), by=_by())
    commit()
    flash(_("The draft is gone."), "success")
    return redirect(url_for("stages.index"))


@blueprint.post("/publish")
@requires(Role.MARKETER)
def publish():
    """Begin to carry a version into force: the draft, or one from before."""
    row = versions.get(
        session(), current_user.workspace_id, number_of(request.form.get("version", ""))
    )
    offers_ready = request.form.get("offers_ready") == "1"
    way.begin(session(), row, Work.REPLAY, now=now(), offers_ready=offers_ready)
    audit.write(session(), AuditAction.STAGES_PUBLISHED, str(row.version), by=_by())
    commit()
    flash(_("History is being told again under the new version. It comes into force when that "
            "is done."), "success")  # fmt: skip
    return redirect(url_for("stages.index"))


def chosen_row(values=None) -> StageModelRow:
    """Return the version that is asked for, by itself the draft."""
    values = request.args if values is None else values
    if "version" not in values:
        return _draft()
    return versions.get(session(), current_user.workspace_id, number_of(values.get("version", "")))


def live_document() -> str:
    """Return the rules in force as they are stored."""
    home = current_user.workspace_id
    return versions.get(session(), home, stages.active(session(), home)[1].version).document


def _draft() -> StageModelRow:
    row = versions.draft_of(session(), current_user.workspace_id)
    if row is None:
        raise NotFound("there is no draft")
    return row


def _among() -> Among:
    group = request.args.get("group", "")
    if group:
        return Among(group=Group(group)) if group in set(Group) else _nobody()
    return Among(way=(_stage("from"), _stage("to")))


def _stage(name: str) -> Stage | None:
    text = request.args.get(name, "")
    if text and text not in set(Stage):
        _nobody()
    return Stage(text) if text else None


def _nobody() -> NoReturn:
    raise NotFound("there is no such list")


def _number(row: StageModelRow, live_id: int, group: Group) -> int:
    return drafts.count(session(), row, live_id, Among(group=group), now=now())


def _by() -> By:
    return By(workspace_id=current_user.workspace_id, user_id=current_user.id, now=now())
