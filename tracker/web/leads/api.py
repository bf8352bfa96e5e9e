"""Leads for programs."""

from flask_login import current_user

from tracker.handoff import service as handoff
from tracker.identity import companies
from tracker.identity import service as identity
from tracker.identity.models import Lead
from tracker.reports import log, standing
from tracker.reports import people as lists
from tracker.reports.fits import Graded, fit_today
from tracker.reports.log import TouchSearch
from tracker.reports.people import Knowing, LeadSearch, Window
from tracker.reports.timeline import changes_of
from tracker.stages import service as stages
from tracker.stages.overrides import Placement
from tracker.web.api.blueprint import ApiBlueprint, exists
from tracker.web.api.shapes import PageArgs, page
from tracker.web.context import commit, now, requires, session
from tracker.web.leads.by_hand import free, place
from tracker.web.leads.schemas import (
    LeadArgs,
    LeadDetailSchema,
    LeadPageSchema,
    PlacementSchema,
)
from tracker.web.receipts import unmet_sentence
from tracker.web.stages.changes import titles_in
from tracker.web.touches.schemas import TouchPageSchema
from tracker.workspaces.domain import Role

blueprint = ApiBlueprint("leads", "People on the journey: who they are and how far they are.")


@blueprint.get("")
@requires(Role.VIEWER)
@blueprint.arguments(LeadArgs, location="query")
@blueprint.response(200, LeadPageSchema)
def index(args):
    """List the leads that a search finds."""
    home = current_user.workspace_id
    company = companies.get(session(), home, args["company"]) if args["company"] else None
    search = LeadSearch(
        text=args["q"].strip(),
        stage=args["stage"],
        source=args["source"],
        knowing=Knowing(args["who"]) if args["who"] in set(Knowing) else None,
        company_id=company.id if company else None,
        grade=Graded(args["fit"]) if args["fit"] else None,
        sorting=args["sort"],
    )
    window = Window(now=now(), limit=args["limit"], offset=args["offset"])
    rows = lists.leads(session(), home, search, window)
    return page(rows, lists.count(session(), home, search), args)


@blueprint.get("/<code>")
@requires(Role.VIEWER)
@blueprint.response(200, LeadDetailSchema)
def one(code):
    """Return one lead; the code of a merged one finds where it went."""
    return _detail(identity.get(session(), current_user.workspace_id, code))


@blueprint.post("/<code>/override")
@requires(Role.MARKETER, Role.REP)
@exists(identity.get)
@blueprint.arguments(PlacementSchema)
@blueprint.response(200, LeadDetailSchema)
def override(said, code):
    """Put a lead where somebody says that it stands; what was set before is over."""
    place(identity.get(session(), current_user.workspace_id, code), Placement(**said))
    commit()
    return _detail(identity.get(session(), current_user.workspace_id, code))


@blueprint.delete("/<code>/override")
@requires(Role.MARKETER, Role.REP)
@blueprint.response(200, LeadDetailSchema)
def end_override(code):
    """Let a lead stand where the rules say again."""
    free(identity.get(session(), current_user.workspace_id, code))
    commit()
    return _detail(identity.get(session(), current_user.workspace_id, code))


@blueprint.get("/<code>/touches")
@requires(Role.VIEWER)
@exists(identity.get)
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, TouchPageSchema)
def touches(args, code):
    """List one lead's touches, the latest first; robots' too, which never count."""
    lead = identity.get(session(), current_user.workspace_id, code)
    search = TouchSearch(lead_id=lead.id)
    total = log.count(session(), lead.workspace_id, search)
    return page(log.touches(session(), lead.workspace_id, search, **args), total, args)


def _detail(lead: Lead) -> dict[str, object]:
    model_id, model = stages.active(session(), lead.workspace_id)
    today = standing.today(session(), lead, model_id, model, now=now())
    return {
        "code": lead.code,
        "name": lead.name,
        "email": lead.email,
        "title": lead.title,
        "phone": lead.phone,
        "country": lead.country,
        "company": lead.company.name if lead.company else "",
        "is_known": lead.is_known,
        "level": lead.level,
        "stage": today.stage,
        "score": today.score,
        "fit": fit_today(model.fit, lead, lead.company),
        "is_dormant": today.is_dormant,
        "override": today.by_hand,
        "next": unmet_sentence(today.unmet, titles_in(model)) if today.unmet else "",
        "touches": today.touches,
        "first_at": today.first_at,
        "last_at": today.last_at,
        "source": today.source,
        "transitions": changes_of(session(), lead, model_id, model),
        "handoffs": handoff.of_lead(session(), lead.workspace_id, lead.id),
        "deals": standing.deals_of(session(), lead),
    }
