"""Furnishing pipelines: templates to start from, their stages, and why deals are lost."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from tracker.errors import Conflict, Invalid
from tracker.pipeline import queries, setup
from tracker.pipeline.models import Pipeline
from tracker.pipeline.templates import TEMPLATES
from tracker.web.context import commit, requires, session, workspace
from tracker.workspaces.domain import Role

SHIFTS = {"earlier": -1, "later": 1}

blueprint = Blueprint("pipelines", __name__, url_prefix="/pipeline/settings")


@blueprint.get("")
@requires(Role.OWNER)
def index():
    """Show the default pipeline's set-up."""
    return _page(setup.default_pipeline(session(), workspace().id))


@blueprint.get("/<code>")
@requires(Role.OWNER)
def show(code):
    """Show a pipeline's set-up."""
    return _page(_pipeline(code))


@blueprint.post("/templates/<name>")
@requires(Role.OWNER)
def install(name):
    """Copy a template into the workspace."""
    pipeline = setup.install(session(), workspace().id, name)
    commit()
    flash(_("Added. Rename it and its stages as your team calls them."), "success")
    return _to(pipeline.code)


@blueprint.post("/<code>/default")
@requires(Role.OWNER)
def make_default(code):
    """Let deals open in this pipeline from now on."""
    setup.make_default(session(), workspace().id, code)
    commit()
    return _to(code)


@blueprint.post("/<code>/name")
@requires(Role.OWNER)
def rename(code):
    """Rename a pipeline."""
    pipeline = _pipeline(code)
    try:
        setup.rename(session(), pipeline, request.form.get("name", ""))
    except Invalid as error:
        return _page(pipeline, {"pipeline": error.fields}), 422
    commit()
    return _to(code)


@blueprint.post("/<code>/stages")
@requires(Role.OWNER)
def add_stage(code):
    """Add a stage at the end."""
    pipeline = _pipeline(code)
    try:
        setup.add_stage(
            session(), pipeline, request.form.get("name", ""), rot_days=_days("rot_days")
        )
    except Invalid as error:
        return _page(pipeline, {"new": error.fields}), 422
    commit()
    return _to(code, "stages")


@blueprint.post("/<code>/stages/<stage>")
@requires(Role.OWNER)
def change_stage(code, stage):
    """Change a stage's name, days and exit criteria."""
    pipeline = _pipeline(code)
    try:
        setup.change_stage(
            session(),
            pipeline,
            stage,
            name=request.form.get("name", ""),
            rot_days=_days("rot_days"),
            criteria=request.form.get("criteria", ""),
        )
    except Invalid as error:
        return _page(pipeline, {stage: error.fields}), 422
    commit()
    return _to(code, "stages")


@blueprint.post("/<code>/stages/<stage>/shift")
@requires(Role.OWNER)
def shift_stage(code, stage):
    """Put a stage earlier or later."""
    pipeline = _pipeline(code)
    setup.shift_stage(session(), pipeline, stage, SHIFTS.get(request.form.get("way", ""), 0))
    commit()
    return _to(code, "stages")


@blueprint.post("/reasons")
@requires(Role.OWNER)
def add_reason():
    """Add a reason for which deals are lost."""
    home = workspace()
    try:
        setup.add_lost_reason(session(), home.id, request.form.get("name", ""))
    except (Invalid, Conflict) as error:
        errors = {"reason": error.fields or {"name": error.message}}
        status = 409 if isinstance(error, Conflict) else 422
        return _page(setup.default_pipeline(session(), home.id), errors), status
    commit()
    return redirect(url_for("pipelines.index") + "#reasons")


def _page(pipeline: Pipeline, errors=None):
    home = workspace()
    return render_template(
        "pipeline/settings.html",
        pipeline=pipeline,
        pipelines=setup.pipelines(session(), home.id),
        totals=queries.stage_totals(session(), pipeline),
        nothing=queries.Total(),
        templates=TEMPLATES,
        reasons=setup.lost_reasons(session(), home.id),
        errors=errors or {},
        typed=request.form,
    )


def _pipeline(code: str) -> Pipeline:
    return setup.get_pipeline(session(), workspace().id, code)


def _days(name: str) -> int:
    text = request.form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _to(code: str, place: str | None = None):
    return redirect(url_for("pipelines.show", code=code, _anchor=place))
