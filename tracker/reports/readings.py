"""How the stages of a report are read: as believed now, as recorded, or as under a version.

As believed now: the milestones, which follow the version in force.  As recorded: what each
version said of the time during which it was in force.  A stage counts where a change to it was
recorded while its version was in force and was not taken back while that lasted; so a change of
the rules rewrites nothing, and a late touch still corrects.  As under a version: the changes
that stand under it, up to when it was last in force or told again.  Whatever sales did is read
alike each time.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, Subquery, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from tracker.milestones import domain as milestones
from tracker.milestones.models import Milestone
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal
from tracker.stages.models import StageModelRow, Term, TransitionRow

Mark = Select[int, str, datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Which reading is meant; nothing of it set is what is believed now."""

    is_recorded: bool = False
    version: int | None = None


NOW = Reading()


def readable(session: Session, workspace_id: int) -> list[StageModelRow]:
    """Return the versions whose whole history has been told, the newest first."""
    query = select(StageModelRow).where(
        StageModelRow.workspace_id == workspace_id,
        StageModelRow.published_at.is_not(None),
        # While it is told again it says two things at once.
        StageModelRow.work.is_(None) | StageModelRow.retired_at.is_(None),
    )
    return list(session.scalars(query.order_by(StageModelRow.version.desc())))


def marks(
    workspace_id: int, reading: Reading, *, model_id: int, pipeline_id: int | None
) -> Subquery:
    """Return the first time of every lead at every step: lead_id, step, occurred_at."""
    kept = select(Milestone.lead_id, Milestone.step, Milestone.occurred_at).where(
        Milestone.workspace_id == workspace_id,
        Milestone.retracted_at.is_(None),
        *_counted(pipeline_id),
    )
    if reading == NOW:
        return kept.subquery("mark")
    sales = kept.where(Milestone.step.not_in(milestones.MARKETING))
    told = _recorded(workspace_id) if reading.is_recorded else _under(workspace_id, model_id)
    return union_all(sales, told).subquery("mark")


def _counted(pipeline_id: int | None) -> list[ColumnElement[bool]]:
    if pipeline_id is None:
        return []
    here = select(Deal.lead_id).where(
        Deal.pipeline_id == pipeline_id, Deal.status == DealStatus.WON
    )
    return [(Milestone.step != milestones.WON) | Milestone.lead_id.in_(here)]


def _firsts(workspace_id: int) -> Mark:
    first = func.min(TransitionRow.occurred_at).label("occurred_at")
    # The stage as plain text: sales' steps stand in the same column.
    step: ColumnElement[str] = literal_column("transition.to_stage").label("step")
    return (
        select(TransitionRow.lead_id, step, first)
        .where(TransitionRow.workspace_id == workspace_id, TransitionRow.to_stage.is_not(None))
        .group_by(TransitionRow.lead_id, TransitionRow.to_stage)
    )


def _under(workspace_id: int, model_id: int) -> Mark:
    return _firsts(workspace_id).where(
        TransitionRow.model_id == model_id, TransitionRow.retracted_at.is_(None)
    )


def _recorded(workspace_id: int) -> Mark:
    # The last of a replay is written at the very moment at which its version comes into force.
    was_in_force = (TransitionRow.recorded_at > Term.began_at) & (
        Term.ended_at.is_(None) | (TransitionRow.recorded_at < Term.ended_at)
    )
    was_believed = TransitionRow.retracted_at.is_(None) | (
        TransitionRow.retracted_at >= Term.ended_at
    )
    return (
        _firsts(workspace_id)
        .join(Term, Term.model_id == TransitionRow.model_id)
        .where(was_in_force, was_believed)
    )
