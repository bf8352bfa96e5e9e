"""What the words mean: funnel, pipeline and process, and the letters that people throw about."""

from flask import Blueprint, render_template

from tracker.web.context import requires
from tracker.workspaces.domain import Role

blueprint = Blueprint("help", __name__, url_prefix="/help")


@blueprint.get("")
@requires(Role.VIEWER)
def index():
    """Show what the words mean."""
    return render_template("help/index.html")
