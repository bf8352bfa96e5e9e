"""Touches for programs."""

from flask_login import current_user

from tracker.identity import service as identity
from tracker.reports import log
from tracker.reports.log import TouchSearch
from tracker.web.api.blueprint import ApiBlueprint
from tracker.web.api.shapes import page
from tracker.web.context import requires, session
from tracker.web.touches.schemas import TouchArgs, TouchPageSchema
from tracker.workspaces import service as workspaces
from tracker.workspaces.domain import Role

blueprint = ApiBlueprint("touches", "The log: every stored contact, as it arrived.")


@blueprint.get("")
@requires(Role.VIEWER)
@blueprint.arguments(TouchArgs, location="query")
@blueprint.response(200, TouchPageSchema)
def index(args):
    """List touches, the latest to arrive first."""
    home = current_user.workspace_id
    lead = identity.get(session(), home, args["lead"]) if args["lead"] else None
    site = workspaces.get_site(session(), home, args["site"]) if args["site"] else None
    search = TouchSearch(
        lead_id=lead.id if lead else None,
        site_id=site.id if site else None,
        kind=args["kind"],
        campaign=args["campaign"],
        since=args["since"],
        until=args["until"],
    )
    found = log.touches(session(), home, search, limit=args["limit"], offset=args["offset"])
    return page(found, log.count(session(), home, search), args)
