"""Sites for programs."""

from flask_login import current_user

from tracker.collector.domain import Outcome
from tracker.reports.arrivals import Arrivals, arrivals
from tracker.web.api.blueprint import ApiBlueprint
from tracker.web.context import now, requires, session
from tracker.web.sites.pages import status_of
from tracker.web.sites.schemas import SitesSchema
from tracker.workspaces import service as workspaces
from tracker.workspaces.domain import Role
from tracker.workspaces.models import Site

blueprint = ApiBlueprint("sites", "The places that send us hits, and what arrives.")


@blueprint.get("")
@requires(Role.VIEWER)
@blueprint.response(200, SitesSchema)
def index():
    """List every site with its write key, which can only send."""
    arrived = arrivals(session(), current_user.workspace_id, day=now().date())
    sites = workspaces.sites(session(), current_user.workspace_id)
    items = [_row(site, arrived.get(site.id, Arrivals())) for site in sites]
    return {"items": items, "total": len(items)}


def _row(site: Site, arrived: Arrivals) -> dict[str, object]:
    return {
        "code": site.code,
        "name": site.name,
        "write_key": site.write_key,
        "consent_required": site.consent_required,
        "status": status_of(arrived),
        "last_at": arrived.last_at,
        "today": {
            "received": arrived.received,
            **{outcome.value: arrived.today.get(outcome, 0) for outcome in Outcome},
        },
    }
