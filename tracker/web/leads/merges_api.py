"""Merges of leads for programs: what one would do, doing it, and taking it back."""

from flask_login import current_user

from tracker import journey
from tracker.identity import merges
from tracker.reports import merging
from tracker.web.api.blueprint import exists
from tracker.web.context import commit, now, requires, session
from tracker.web.leads import api
from tracker.web.leads.merge_schemas import (
    MergedSchema,
    MergeSchema,
    NewMergeSchema,
    PreviewArgs,
    PreviewSchema,
)
from tracker.workspaces.domain import Role

blueprint = api.blueprint


@blueprint.get("/<code>/merges")
@requires(Role.VIEWER)
@exists(merges.lead)
@blueprint.response(200, MergedSchema(many=True))
def merges_of(code):
    """List every merge that a lead was ever part of, the oldest first."""
    lead = merges.lead(session(), current_user.workspace_id, code)
    return merging.merges_of(session(), lead)


@blueprint.get("/<code>/merges/preview")
@requires(Role.MARKETER)
@exists(merges.lead)
@blueprint.arguments(PreviewArgs, location="query")
@blueprint.response(200, PreviewSchema)
def preview(args, code):
    """Say what merging another lead into this one would do; nothing is changed."""
    kept, absorbed = _two(code, args["absorbed"])
    merges.check(kept, absorbed)
    return merging.preview(session(), kept, absorbed, now=now())


@blueprint.post("/<code>/merges")
@requires(Role.MARKETER)
@exists(merges.lead)
@blueprint.arguments(NewMergeSchema)
@blueprint.response(201, MergeSchema)
def merge(new, code):
    """Merge another lead into this one; its code leads here until the merge is undone."""
    kept, absorbed = _two(code, new["absorbed"])
    made = journey.merge_leads(
        session(), kept, absorbed, by=current_user.id, reason=new["reason"], now=now()
    )
    commit()
    return made


@blueprint.post("/<code>/merges/<merge_code>/undo")
@requires(Role.MARKETER)
@exists(merges.lead)
@blueprint.response(200, MergeSchema)
def undo(code, merge_code):
    """Take a merge back: both leads are themselves again, with what happened meanwhile."""
    made = merges.get(session(), current_user.workspace_id, merge_code, of=code)
    journey.undo_merge(session(), made, by=current_user.id, now=now())
    commit()
    return made


def _two(code: str, other: str):
    home = current_user.workspace_id
    return merges.lead(session(), home, code), merges.lead(session(), home, other)
