"""The funnel for programs: the same numbers as on the page, from the same queries."""

from flask import request

from tracker.errors import NotFound
from tracker.reports import people as lists
from tracker.reports import population, queries
from tracker.reports.people import Window
from tracker.reports.population import Plan
from tracker.web.api.blueprint import ApiBlueprint
from tracker.web.api.shapes import page
from tracker.web.context import now, requires, session, workspace
from tracker.web.leads.schemas import LeadPageSchema
from tracker.web.reports.filters import chosen
from tracker.web.reports.picture import count_of
from tracker.web.reports.schemas import FunnelArgs, FunnelSchema, PeopleArgs
from tracker.workspaces.domain import Role

blueprint = ApiBlueprint("funnel", "The whole way from the first touch to the won deal.")


@blueprint.get("")
@requires(Role.VIEWER)
@blueprint.arguments(FunnelArgs, location="query")
@blueprint.response(200, FunnelSchema)
def funnel(_args):
    """Return how many people came to each step, and which share went on."""
    return queries.funnel_of(session(), _plan())


@blueprint.get("/people")
@requires(Role.VIEWER)
@blueprint.arguments(PeopleArgs, location="query")
@blueprint.response(200, LeadPageSchema)
def people(args):
    """List exactly the people of a part of a step."""
    planned = _plan()
    codes = [step.code for step in planned.steps]
    if args["step"] not in codes:
        raise NotFound("there is no such step")
    index = codes.index(args["step"])
    total = count_of(queries.funnel_of(session(), planned).columns[index], args["part"])
    window = Window(now=now(), limit=args["limit"], offset=args["offset"])
    return page(lists.at_step(session(), planned, index, args["part"], window), total, args)


def _plan() -> Plan:
    home = workspace()
    told = chosen(request.args, now=now(), zone=home.zone)
    return population.plan(session(), home, told.filter, now=now())
