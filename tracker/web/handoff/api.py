"""Handoffs for programs."""

from typing import Any

from flask_login import current_user

from tracker import journey
from tracker.errors import Forbidden
from tracker.handoff import queries, service
from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.handoff.queries import Some
from tracker.handoff.service import Answer
from tracker.reports.fits import fit_today
from tracker.stages import service as stages
from tracker.web.api.blueprint import ApiBlueprint, exists
from tracker.web.api.shapes import page
from tracker.web.context import commit, now, requires, session, workspace
from tracker.web.handoff.cards import withdrawn_words
from tracker.web.handoff.schemas import (
    AnsweredSchema,
    AnswerSchema,
    HandoffArgs,
    HandoffPageSchema,
    HandoffSchema,
)
from tracker.workspaces.domain import Role

blueprint = ApiBlueprint("handoffs", "Offers of leads to sales, and what sales answers.")


@blueprint.get("")
@requires(Role.VIEWER)
@blueprint.arguments(HandoffArgs, location="query")
@blueprint.response(200, HandoffPageSchema)
def index(args):
    """List handoffs: with open ones those that are due first, else the latest settled first."""
    some = Some(
        statuses=[args["status"]] if args["status"] else list(HandoffStatus),
        # A token is nobody and has claimed nothing.
        claimed_by=(current_user.id or 0) if args["mine"] else None,
    )
    home = current_user.workspace_id
    found = queries.page(session(), home, some, limit=args["limit"], offset=args["offset"])
    return page([row(one) for one in found], queries.count(session(), home, some), args)


@blueprint.get("/<code>")
@requires(Role.VIEWER)
@blueprint.response(200, HandoffSchema)
def one(code):
    """Return one handoff."""
    return row(service.get(session(), current_user.workspace_id, code))


@blueprint.post("/<code>/claim")
@requires(Role.REP)
@blueprint.response(200, HandoffSchema)
def claim(code):
    """Take an open offer for oneself before answering it; the first one gets it."""
    service.get(session(), current_user.workspace_id, code)
    service.claim(session(), current_user.workspace_id, code, by=_person(), now=now())
    commit()
    return row(service.get(session(), current_user.workspace_id, code))


@blueprint.post("/<code>/release")
@requires(Role.REP)
@blueprint.response(200, HandoffSchema)
def release(code):
    """Put a claimed offer back into the queue."""
    service.get(session(), current_user.workspace_id, code)
    service.release(session(), current_user.workspace_id, code, by=_person())
    commit()
    return row(service.get(session(), current_user.workspace_id, code))


@blueprint.post("/<code>/answer")
@requires(Role.REP)
@exists(service.get)
@blueprint.arguments(AnswerSchema)
@blueprint.response(200, AnsweredSchema)
def answer(said, code):
    """Accept or reject an open offer; accepting opens a deal."""
    given = Answer(by=current_user.id, **said | {"verdict": HandoffStatus(said["verdict"])})
    settled, deal = journey.answer_handoff(session(), workspace(), code, answer=given, now=now())
    opened = None if deal is None else {"code": deal.code, "name": deal.title}
    commit()
    settled = service.get(session(), current_user.workspace_id, code)
    return {**row(settled), "deal": opened}


def _person() -> int:
    if current_user.id is None:
        raise Forbidden("a token is nobody in particular: somebody must claim this")
    person: int = current_user.id
    return person


def row(handoff: Handoff) -> dict[str, Any]:
    """Return an offer as it goes out."""
    _model_id, model = stages.active(session(), handoff.workspace_id)
    own = {name: getattr(handoff, name, None) for name in HandoffSchema().fields}
    return own | {
        "fit": fit_today(model.fit, handoff.lead, handoff.lead.company),
        "why_withdrawn": withdrawn_words(session(), handoff),
    }
