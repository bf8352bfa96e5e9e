"""Moving cards: for the board as JSON, for everybody else as a form."""

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker import journey
from tracker.errors import Conflict
from tracker.pipeline import queries, service, setup
from tracker.pipeline.domain import check_version
from tracker.pipeline.models import Deal
from tracker.web.context import commit, now, requires, session, workspace
from tracker.web.pipeline.cards import cards, sums
from tracker.workspaces.domain import Role

blueprint = Blueprint("moves", __name__)


@blueprint.post("/deals/<code>/move")
@requires(Role.REP)
def move(code):
    """Move a deal to another stage."""
    deal = as_seen(code)
    before = deal.stage.code
    journey.move_deal(session(), deal, request.form.get("stage", ""), by=_by())
    return _moved(deal, before)


@blueprint.post("/deals/<code>/undo")
@requires(Role.REP)
def undo(code):
    """Take the last move of a deal back."""
    deal = as_seen(code)
    before = deal.stage.code
    journey.undo_move(session(), deal, by=_by())
    return _moved(deal, before)


def as_seen(code: str) -> Deal:
    """Return the deal that a form is about, unless it has changed since the form was drawn."""
    # First of all it must be ours: of what is not, we say nothing else.
    service.get(session(), workspace().id, code)
    deal = service.get(session(), workspace().id, code)
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Conflict(_("look at the deal before you change it"))
    check_version(deal.version, int(text))
    return deal


def _by() -> service.By:
    return service.By(user_id=current_user.id, now=now())


def _moved(deal: Deal, before: str):
    if request.accept_mimetypes.best != "application/json":
        commit()
        return redirect(url_for("deals.deal", code=deal.code))
    currency = workspace().currency
    heads = _heads(deal, before, currency)
    card = cards(session(), [deal], now=now())[0]
    # Drawn after the commit: nobody waits for the writer while we do.
    commit()
    return jsonify(
        card=render_template("pipeline/card.html", card=card, may_move=True),
        stage=deal.stage.code,
        before=before,
        version=deal.version,
        heads=heads,
    )


def _heads(deal: Deal, before: str, currency: str) -> dict[str, dict[str, object]]:
    pipeline = setup.get_pipeline(session(), deal.workspace_id, deal.pipeline.code)
    owners = {user.code: user.id for user in queries.owners(session(), deal.workspace_id)}
    owner_id = owners.get(request.form.get("owner", ""))
    totals = queries.stage_totals(session(), pipeline, owner_id=owner_id)
    heads: dict[str, dict[str, object]] = {}
    for stage in pipeline.stages:
        if stage.code in (before, deal.stage.code):
            total = totals.get(stage.id, queries.Total())
            heads[stage.code] = {"count": total.count, "sum": sums(total, currency)}
    return heads
