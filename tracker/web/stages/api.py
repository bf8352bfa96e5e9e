"""The stage model for programs: its versions, their back-tests, and the evidence."""

from flask_login import current_user

from tracker import versions as way
from tracker.errors import Conflict
from tracker.reports import exposure
from tracker.reports.backtest import verdict
from tracker.reports.cases import load
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.stages.domain import Work
from tracker.web.api.blueprint import ApiBlueprint
from tracker.web.context import commit, now, requires, session
from tracker.web.stages.schemas import (
    BacktestSchema,
    EvidenceArgs,
    EvidenceSchema,
    VersionSchema,
)
from tracker.workspaces.domain import Role

blueprint = ApiBlueprint("stages", "The rules by which leads move, and what speaks for them.")


@blueprint.get("/versions")
@requires(Role.VIEWER)
@blueprint.response(200, VersionSchema(many=True))
def list_versions():
    """List every version of the stage model, the newest first."""
    return versions.versions(session(), current_user.workspace_id)


@blueprint.get("/versions/<int:version>/backtest")
@requires(Role.MARKETER)
@blueprint.response(200, BacktestSchema)
def backtest(version):
    """Return how a version does on deals that ended; 409 until that has been computed."""
    row = versions.get(session(), current_user.workspace_id, version)
    if row.compared_at is None:
        raise Conflict("this version has not been tested since it was changed")
    found = load(session(), row, until=row.compared_at)
    return {
        "version": row.version,
        "live_version": stages.active(session(), row.workspace_id)[1].version,
        "until": row.compared_at,
        "told": verdict(found.version),
        "live": verdict(found.live),
    }


@blueprint.post("/versions/<int:version>/backtest")
@requires(Role.MARKETER)
@blueprint.response(202, VersionSchema)
def begin_backtest(version):
    """Begin to compute who would move under a version and how it does on deals that ended."""
    row = versions.get(session(), current_user.workspace_id, version)
    way.begin(session(), row, Work.COMPARE, now=now())
    commit()
    return row


@blueprint.get("/evidence")
@requires(Role.VIEWER)
@blueprint.arguments(EvidenceArgs, location="query")
@blueprint.response(200, EvidenceSchema)
def evidence(args):
    """Return what goes together with being won, by kind or by item."""
    home = current_user.workspace_id
    found = exposure.by_item if args["by"] == "item" else exposure.by_kind
    return {
        "base": exposure.base(session(), home, until=now()),
        "items": found(session(), home, until=now()),
    }
