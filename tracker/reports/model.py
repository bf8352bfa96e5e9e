"""How many leads stand at each stage now, and since when its rules have been in force."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.stages.domain import Stage
from tracker.stages.models import StageModelRow, Standing


def leads_by_stage(session: Session, workspace_id: int, model_id: int) -> dict[Stage | None, int]:
    """Return how many leads stand at each stage under a model; None is no stage yet."""
    query = (
        select(Standing.stage, func.count())
        .where(Standing.workspace_id == workspace_id, Standing.model_id == model_id)
        .group_by(Standing.stage)
    )
    return {stage: number for stage, number in session.execute(query)}


def in_force_since(session: Session, model_id: int) -> datetime | None:
    """Return when a model was published."""
    query = select(StageModelRow.published_at).where(StageModelRow.id == model_id)
    return session.scalar(query)
