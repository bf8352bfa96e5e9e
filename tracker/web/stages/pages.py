"""The stage model in words: what the stages mean, what admits to them, what touches are worth."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask_login import current_user

from tracker import versions as way
from tracker.reports.model import in_force_since, leads_by_stage
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.stages.domain import Stage, StageModel
from tracker.touches.domain import ContentKind
from tracker.web.context import requires, session
from tracker.web.stages.rules import default_meaning, rule_words
from tracker.web.terms import kind_name
from tracker.workspaces.domain import Role

blueprint = Blueprint("stages", __name__, url_prefix="/stages")


@dataclass(frozen=True, kw_only=True, slots=True)
class StageCard:
    """One stage as the page shows it; rules that lead there are alternatives."""

    stage: Stage
    name: str
    meaning: str
    rules: tuple[str, ...]
    leads: int


@blueprint.get("")
@requires(Role.VIEWER)
def index():
    """Show the rules by which leads move, and how many stand where."""
    model_id, model = stages.active(session(), current_user.workspace_id)
    counts = leads_by_stage(session(), current_user.workspace_id, model_id)
    return render_template(
        "stages/index.html",
        model=model,
        published_at=in_force_since(session(), model_id),
        cards=[_card(model, stage, counts.get(stage, 0)) for stage in Stage],
        nowhere=counts.get(None, 0),
        points=_points(model),
        most=max((abs(worth) for worth in model.points.values()), default=0),
        versions=versions.versions(session(), current_user.workspace_id),
        tasks={row.id: way.progress(session(), row) for row in _under_way()},
        may_write=current_user.may(Role.MARKETER),
    )


def _under_way():
    rows = versions.versions(session(), current_user.workspace_id)
    return [row for row in rows if row.work is not None]


def _card(model: StageModel, stage: Stage, leads: int) -> StageCard:
    return StageCard(
        stage=stage,
        name=model.names[stage],
        meaning=default_meaning(stage, model.meanings[stage]),
        rules=tuple(rule_words(rule) for rule in model.rules if rule.stage is stage),
        leads=leads,
    )


def _points(model: StageModel) -> list[tuple[str, int]]:
    worth = [(kind_name(kind), model.points.get(kind, 0)) for kind in ContentKind]
    return sorted(worth, key=lambda pair: -pair[1])
