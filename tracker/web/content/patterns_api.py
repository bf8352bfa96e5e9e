"""Patterns for programs."""

from typing import Any

from flask_login import current_user

from tracker.reports import weighing
from tracker.touches import catalogue, classing, items
from tracker.touches.items import NewPattern
from tracker.touches.models import Content, ContentPattern
from tracker.web.api.blueprint import ApiBlueprint
from tracker.web.content import forms, told
from tracker.web.content.api import told_row
from tracker.web.content.pages import by
from tracker.web.content.schemas import (
    ChangedSchema,
    ClassingSchema,
    NewPatternSchema,
    PatternsSchema,
    WeighArgs,
    WeighedSchema,
)
from tracker.web.context import commit, now, requires, session
from tracker.workspaces.domain import Role

blueprint = ApiBlueprint("content-patterns", "Patterns that say what many items are.")


@blueprint.get("")
@requires(Role.VIEWER)
@blueprint.response(200, PatternsSchema)
def index():
    """List the patterns, the most exact first."""
    rows = [_row(row) for row in items.patterns(session(), current_user.workspace_id)]
    return {"items": rows, "total": len(rows)}


@blueprint.post("/weigh")
@requires(Role.MARKETER)
@blueprint.arguments(WeighArgs)
@blueprint.response(200, WeighedSchema)
def weigh(said):
    """Say what a pattern would move; nothing is written."""
    after = said.pop("after")
    changes = items.with_pattern(session(), current_user.workspace_id, _new(said))
    scale = weighing.scale(session(), changes)
    part = weighing.weigh(session(), current_user.workspace_id, changes, now=now(), after=after)
    return {
        "keys": scale.keys,
        "touches": scale.touches,
        "leads": scale.leads,
        "weighed": part.leads,
        "up": part.up,
        "down": part.down,
        "offers": part.offers,
        "next": part.next,
    }


@blueprint.post("")
@requires(Role.MARKETER)
@blueprint.arguments(NewPatternSchema)
@blueprint.response(201, ChangedSchema)
def add(said):
    """Let a pattern decide from now on, over what has come already too."""
    row, act = items.add_pattern(session(), _new(said), by=by())
    pattern, number = _row(row), act.code
    commit()
    told.retell(act)
    done = classing.get(session(), current_user.workspace_id, number)
    return {"pattern": pattern, "classing": told_row(done)}


@blueprint.delete("/<code>")
@requires(Role.MARKETER)
@blueprint.response(200, ClassingSchema)
def remove(code):
    """Let a pattern decide no longer; what it took in goes to the next, or to what it was."""
    row = items.get_pattern(session(), current_user.workspace_id, code)
    act = items.remove_pattern(session(), row, by=by())
    number = act.code
    commit()
    told.retell(act)
    return told_row(classing.get(session(), current_user.workspace_id, number))


def _new(said: dict[str, Any]) -> NewPattern:
    item, owner = said.pop("item"), said.pop("owner")
    found = catalogue.get_content(session(), current_user.workspace_id, item) if item else None
    return NewPattern(item=found, owner_id=forms.owner_id(owner), **said)


def _row(row: ContentPattern) -> dict[str, Any]:
    item = session().get_one(Content, row.item_id) if row.item_id else None
    return {
        "code": row.code,
        "subject": row.subject,
        "text": row.text,
        "kind": row.kind,
        "intended_stage": row.intended_stage,
        "purpose": row.purpose,
        "item": item.code if item else None,
    }
