"""Deals and pipelines for programs."""

from flask_login import current_user

from tracker import journey
from tracker.pipeline import queries, service, setup
from tracker.pipeline.queries import Some
from tracker.pipeline.service import By
from tracker.web.api.blueprint import ApiBlueprint, exists
from tracker.web.api.shapes import page
from tracker.web.context import commit, now, requires, session
from tracker.web.pipeline.schemas import (
    DealArgs,
    DealPageSchema,
    DealSchema,
    EditSchema,
    LoseSchema,
    MoveSchema,
    PipelinesSchema,
    ReopenSchema,
    WinSchema,
)
from tracker.workspaces.domain import Role

blueprint = ApiBlueprint("deals", "Chances to sell: move them, win them, lose them.")
pipelines = ApiBlueprint("pipelines", "The stages that deals go through.")


@blueprint.get("")
@requires(Role.VIEWER)
@blueprint.arguments(DealArgs, location="query")
@blueprint.response(200, DealPageSchema)
def index(args):
    """List deals, those that changed last first."""
    home = current_user.workspace_id
    chosen = args["pipeline"] and setup.get_pipeline(session(), home, args["pipeline"])
    some = Some(
        pipeline_id=chosen.id if chosen else None, status=args["status"], text=args["q"].strip()
    )
    found = queries.page(session(), home, some, limit=args["limit"], offset=args["offset"])
    return page(found, queries.total(session(), home, some).count, args)


@blueprint.get("/<code>")
@requires(Role.VIEWER)
@blueprint.response(200, DealSchema)
def one(code):
    """Return one deal."""
    return service.get(session(), current_user.workspace_id, code)


@blueprint.patch("/<code>")
@requires(Role.REP)
@exists(service.get)
@blueprint.arguments(EditSchema)
@blueprint.response(200, DealSchema)
def edit(said, code):
    """Change what a deal is called and what it is worth."""
    deal = _as_seen(code, said)
    service.edit(
        session(),
        deal,
        title=said.get("title", deal.title),
        value=said.get("value", deal.value),
        owner_id=deal.owner_id,
    )
    return _committed(code)


@blueprint.post("/<code>/move")
@requires(Role.REP)
@exists(service.get)
@blueprint.arguments(MoveSchema)
@blueprint.response(200, DealSchema)
def move(said, code):
    """Move an open deal to another stage of its pipeline."""
    journey.move_deal(session(), _as_seen(code, said), said["stage"], by=_by())
    return _committed(code)


@blueprint.post("/<code>/win")
@requires(Role.REP)
@exists(service.get)
@blueprint.arguments(WinSchema)
@blueprint.response(200, DealSchema)
def win(said, code):
    """Win an open deal."""
    journey.win_deal(session(), _as_seen(code, said), by=_by(), value=said["value"])
    return _committed(code)


@blueprint.post("/<code>/lose")
@requires(Role.REP)
@exists(service.get)
@blueprint.arguments(LoseSchema)
@blueprint.response(200, DealSchema)
def lose(said, code):
    """Lose an open deal, and say why."""
    deal = _as_seen(code, said)
    journey.lose_deal(session(), deal, said["reason"], by=_by(), note=said["note"])
    return _committed(code)


@blueprint.post("/<code>/reopen")
@requires(Role.REP)
@exists(service.get)
@blueprint.arguments(ReopenSchema)
@blueprint.response(200, DealSchema)
def reopen(said, code):
    """Open a closed deal again, where it was."""
    journey.reopen_deal(session(), _as_seen(code, said), by=_by())
    return _committed(code)


@pipelines.get("")
@requires(Role.VIEWER)
@pipelines.response(200, PipelinesSchema)
def every_pipeline():
    """List the pipelines, the default first, and the reasons for which deals are lost."""
    return {
        "items": setup.pipelines(session(), current_user.workspace_id),
        "lost_reasons": setup.lost_reasons(session(), current_user.workspace_id),
    }


def _as_seen(code, said):
    return service.get(session(), current_user.workspace_id, code, version=said.get("version"))


def _committed(code):
    commit()
    return service.get(session(), current_user.workspace_id, code)


def _by() -> By:
    return By(user_id=current_user.id, now=now())
