"""Commands that say how things stand."""

from typing import Any

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.cli import house
from tracker.collector.domain import Outcome
from tracker.collector.models import HitCount
from tracker.handoff.models import Handoff
from tracker.identity.models import Lead
from tracker.pipeline.models import Deal
from tracker.stages import service as stages
from tracker.stages.domain import Stage
from tracker.stages.models import Standing
from tracker.touches.models import TouchRow
from tracker.workspaces import service as workspaces


@click.command()
@house.as_json
@house.in_workspace
def stats(as_json: bool, workspace: str | None) -> None:
    """Count what arrived and how far it has come: hits, touches, leads, handoffs, deals."""
    with house.open_database() as database, database.reading() as session:
        chosen = workspaces.the_workspace(session, workspace)
        counted = _stats(session, chosen.id)
    house.say(_in_words(counted), counted, as_json=as_json)


def _stats(session: Session, workspace_id: int) -> dict[str, Any]:
    return {
        "hits": _hits(session, workspace_id),
        "touches": session.scalar(
            select(func.count(TouchRow.id)).where(TouchRow.workspace_id == workspace_id)
        ),
        "leads": _leads(session, workspace_id),
        "handoffs": _by_status(session, Handoff, workspace_id),
        "deals": _by_status(session, Deal, workspace_id),
    }


def _hits(session: Session, workspace_id: int) -> dict[str, int]:
    query = (
        select(HitCount.outcome, func.sum(HitCount.number))
        .where(HitCount.workspace_id == workspace_id)
        .group_by(HitCount.outcome)
    )
    found = {outcome: int(number) for outcome, number in session.execute(query)}
    counted = {outcome.value: found.get(outcome, 0) for outcome in Outcome}
    return {"received": sum(counted.values()), **counted}


def _leads(session: Session, workspace_id: int) -> dict[str, int]:
    model_id, _ = stages.active(session, workspace_id)
    query = (
        select(Standing.stage, func.count(Lead.id))
        .outerjoin_from(
            Lead, Standing, (Standing.lead_id == Lead.id) & (Standing.model_id == model_id)
        )
        .where(Lead.workspace_id == workspace_id, Lead.merged_into_id.is_(None))
        .group_by(Standing.stage)
    )
    found = {stage.value if stage else "none": number for stage, number in session.execute(query)}
    return {stage: found.get(stage, 0) for stage in (*(s.value for s in Stage), "none")}


def _by_status(
    session: Session, model: type[Handoff] | type[Deal], workspace_id: int
) -> dict[str, int]:
    query = select(model.status, func.count(model.id)).where(model.workspace_id == workspace_id)
    return {s.value: n for s, n in session.execute(query.group_by(model.status))}


def _in_words(counted: dict[str, Any]) -> str:
    lines = []
    for name, value in counted.items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        lines.append(
            f"{name:10}" + "  ".join(f"{part} {number:,}".strip() for part, number in parts)
        )
    return "\n".join(lines)
