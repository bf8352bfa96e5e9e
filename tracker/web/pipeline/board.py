"""The board: columns to drag between, and the same deals as a table."""

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker.collector.text import clean
from tracker.errors import Invalid
from tracker.pipeline import queries, setup
from tracker.pipeline.domain import DealStatus, month_start
from tracker.pipeline.models import Pipeline
from tracker.web.context import now, requires, session, workspace
from tracker.web.paging import page_of, url_with
from tracker.web.pipeline.cards import (
    age_words,
    board_cards,
    board_words,
    owner_name,
    status_name,
    sums,
    table_words,
)
from tracker.workspaces.domain import Role

SHOWN, ROWS = 12, 50

blueprint = Blueprint("pipeline", __name__)


@blueprint.get("/pipeline")
@requires(Role.VIEWER)
def board():
    """Show the open deals of a pipeline, stage by stage."""
    home, pipeline, owners, owner_id = _asked()
    since = month_start(now(), home.zone)
    opened = _open_total(pipeline, owner_id)
    closed = queries.closed_totals(session(), pipeline, since=since, owner_id=owner_id)
    columns = queries.board(
        session(), pipeline, owner_id=owner_id, show=SHOWN, all_of=request.args.get("all", "")
    )
    return render_template(
        "pipeline/board.html",
        pipeline=pipeline,
        columns=columns,
        cards=board_cards(session(), columns, now=now()),
        is_open=opened.count > 0,
        lead=board_words(opened, closed, home.currency),
        sums=lambda total: sums(total, home.currency),
        may_move=current_user.may(Role.REP),
        **_controls(pipeline, owners),
    )


@blueprint.get("/pipeline/list")
@requires(Role.VIEWER)
def table():
    """Show the deals of a pipeline as a table."""
    home, pipeline, owners, owner_id = _asked()
    some = queries.Some(
        pipeline_id=pipeline.id,
        status=_status(request.args.get("status", "")),
        stage_id=_stage_id(pipeline, request.args.get("stage", "")),
        owner_id=owner_id,
        text=clean(request.args.get("q", ""), 200),
    )
    total = queries.total(session(), home.id, some)
    page = page_of(total.count, size=ROWS)
    return render_template(
        "pipeline/list.html",
        pipeline=pipeline,
        deals=queries.page(session(), home.id, some, limit=page.size, offset=page.offset),
        page=page,
        lead=table_words(total, home.currency),
        statuses=[("", _("any")), *((s.value, status_name(s)) for s in DealStatus)],
        stages=[("", _("any")), *((stage.code, stage.name) for stage in pipeline.stages)],
        status=request.args.get("status", ""),
        stage=request.args.get("stage", ""),
        text=some.text,
        owner_name=owner_name,
        age_words=lambda deal: age_words(deal.entered_at, now=now()),
        **_controls(pipeline, owners),
    )


def _asked():
    home = workspace()
    code = request.args.get("pipeline", "")
    pipeline = (
        setup.get_pipeline(session(), home.id, code)
        if code
        else setup.default_pipeline(session(), home.id)
    )
    owners = queries.owners(session(), home.id)
    owner = request.args.get("owner", "")
    owner_id = next((user.id for user in owners if user.code == owner), None)
    if owner and owner_id is None:
        raise Invalid("this person is not in the team", fields={"owner": "unknown"})
    return home, pipeline, owners, owner_id


def _controls(pipeline: Pipeline, owners):
    home = workspace()
    owner = request.args.get("owner") or None
    return {
        "pipelines": [(p.code, p.name) for p in setup.pipelines(session(), home.id)],
        "owners": [("", _("anybody")), *((user.code, user.name) for user in owners)],
        "owner": owner or "",
        "may_furnish": current_user.may(Role.OWNER),
        "board_url": url_for("pipeline.board", pipeline=pipeline.code, owner=owner),
        "list_url": url_for("pipeline.table", pipeline=pipeline.code, owner=owner),
        "url_with": url_with,
    }


def _open_total(pipeline: Pipeline, owner_id: int | None) -> queries.Total:
    some = queries.Some(pipeline_id=pipeline.id, status=DealStatus.OPEN, owner_id=owner_id)
    return queries.total(session(), pipeline.workspace_id, some)


def _status(text: str) -> DealStatus | None:
    return next((status for status in DealStatus if status.value == text), None)


def _stage_id(pipeline: Pipeline, code: str) -> int | None:
    return next((stage.id for stage in pipeline.stages if stage.code == code), None)
