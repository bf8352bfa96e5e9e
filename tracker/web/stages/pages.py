"""The stage model in words: what the stages mean, what admits to them, what touches are worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from tracker import versions as way
from tracker.errors import NotFound
from tracker.reports.model import in_force_since, leads_by_stage
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.stages.documents import parse
from tracker.stages.domain import Stage, StageModel
from tracker.stages.models import StageModelRow
from tracker.touches.domain import ContentKind
from tracker.web.context import requires, session
from tracker.web.stages.changes import Change, changes, titles_in
from tracker.web.stages.rules import default_meaning, fit_rule_words, rule_words
from tracker.web.terms import kind_name
from tracker.workspaces import audit
from tracker.workspaces.audit import AuditAction
from tracker.workspaces.domain import Role

blueprint = Blueprint("stages", __name__, url_prefix="/stages")


@dataclass(frozen=True, kw_only=True, slots=True)
class StageCard:
    """One stage as the page shows it; rules that lead there are alternatives."""

    stage: Stage
    name: str
    meaning: str
    rules: tuple[str, ...]
    leads: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """What a touch of a kind is worth; a half-life of its own and a cap only where it has them."""

    name: str
    points: int
    half_life: int | None
    cap: int | None


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
        cards=[_card(model, stage, titles_in(model), counts.get(stage, 0)) for stage in Stage],
        nowhere=counts.get(None, 0),
        points=_points(model),
        most=max((abs(worth) for worth in model.points.values()), default=0),
        items=_items(model),
        fit_rules=[fit_rule_words(rule) for rule in model.fit.rules],
        versions=versions.versions(session(), current_user.workspace_id),
        publishers=_publishers(),
        tasks={row.id: way.progress(session(), row) for row in _under_way()},
        may_write=current_user.may(Role.MARKETER),
    )


@blueprint.get("/version")
@requires(Role.VIEWER)
def version():
    """Show one version in words, and what it changed beside another."""
    home = current_user.workspace_id
    row = versions.get(session(), home, number_of(request.args.get("version", "")))
    others = [one for one in versions.versions(session(), home) if one.id != row.id]
    other = _other(row, others)
    model = parse(row.document, version=row.version)
    titles = titles_in(model)
    return render_template(
        "stages/version.html",
        row=row,
        publisher=_publishers().get(str(row.version)),
        cards=[_card(model, stage, titles) for stage in Stage],
        other=other,
        choices=[(one.version, _("Version %(number)s", number=one.version)) for one in others],
        changes=_changes(other, model) if other else [],
        may_write=current_user.may(Role.MARKETER),
    )


def number_of(text: str) -> int:
    """Return the number of a version that is asked for; raise NotFound for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise NotFound("there is no such version")
    return int(text)


def _other(row: StageModelRow, others: Sequence[StageModelRow]) -> StageModelRow | None:
    """Return the version that is asked for, or the one before."""
    asked = request.args.get("beside", "")
    before = [one for one in others if one.version < row.version]
    chosen = [one for one in others if str(one.version) == asked]
    return next(iter(chosen or before), None)


def _changes(other: StageModelRow, model: StageModel) -> list[Change]:
    old = parse(other.document, version=other.version)
    return changes(old, model, titles_in(old, model))


def _publishers() -> dict[str, audit.Line]:
    return audit.latest(session(), current_user.workspace_id, AuditAction.STAGES_PUBLISHED)


def _items(model: StageModel) -> list[tuple[str, int]]:
    titles = titles_in(model)
    worth = [(titles.get(key, key), points) for key, points in model.item_points.items()]
    return sorted(worth, key=lambda pair: (-pair[1], pair[0]))


def _under_way():
    rows = versions.versions(session(), current_user.workspace_id)
    return [row for row in rows if row.work is not None]


def _card(
    model: StageModel, stage: Stage, titles: Mapping[str, str], leads: int | None = None
) -> StageCard:
    return StageCard(
        stage=stage,
        name=model.names[stage],
        meaning=default_meaning(stage, model.meanings[stage]),
        rules=tuple(rule_words(rule, titles) for rule in model.rules if rule.stage is stage),
        leads=leads,
    )


def _points(model: StageModel) -> list[Worth]:
    worths = [
        Worth(
            name=kind_name(kind),
            points=model.points.get(kind, 0),
            half_life=model.half_lives.get(kind),
            cap=model.caps.get(kind),
        )
        for kind in ContentKind
    ]
    return sorted(worths, key=lambda worth: -worth.points)
