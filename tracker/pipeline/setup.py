"""A workspace's pipelines: copied from templates, listed, one of them the default."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tracker.collector.text import clean
from tracker.errors import Conflict, Invalid, NotFound
from tracker.pipeline.models import DealStage, LostReason, Pipeline
from tracker.pipeline.templates import DEFAULT, TEMPLATES


def install(session: Session, workspace_id: int, template: str = DEFAULT) -> Pipeline:
    """Copy a template into a workspace; the first pipeline becomes the default."""
    if template not in TEMPLATES:
        raise Invalid(f"there is no template {template!r}", fields={"template": "unknown"})
    chosen = TEMPLATES[template]
    is_first = not pipelines(session, workspace_id)
    pipeline = Pipeline(
        workspace_id=workspace_id, name=chosen.name, template=template, is_default=is_first
    )
    pipeline.stages = [
        DealStage(
            workspace_id=workspace_id,
            rank=rank,
            name=stage.name,
            rot_days=stage.rot_days,
            exit_criteria="\n".join(stage.exit_criteria),
        )
        for rank, stage in enumerate(chosen.stages)
    ]
    session.add(pipeline)
    have = {reason.name for reason in lost_reasons(session, workspace_id)}
    for name in chosen.lost_reasons:
        if name not in have:
            session.add(LostReason(workspace_id=workspace_id, name=name))
    session.flush()
    return pipeline


def pipelines(session: Session, workspace_id: int) -> list[Pipeline]:
    """Return a workspace's pipelines with their stages, the default first."""
    query = (
        select(Pipeline)
        .where(Pipeline.workspace_id == workspace_id)
        .options(selectinload(Pipeline.stages))
        .order_by(Pipeline.is_default.desc(), Pipeline.id)
    )
    return list(session.scalars(query))


def default_pipeline(session: Session, workspace_id: int) -> Pipeline:
    """Return the pipeline in which deals open unless somebody says otherwise."""
    found = pipelines(session, workspace_id)
    if not found:
        raise NotFound("this workspace has no pipeline")
    return found[0]


def get_pipeline(session: Session, workspace_id: int, code: str) -> Pipeline:
    """Return the pipeline with a code."""
    found = next((p for p in pipelines(session, workspace_id) if p.code == code), None)
    if found is None:
        raise NotFound("there is no such pipeline")
    return found


def make_default(session: Session, workspace_id: int, code: str) -> Pipeline:
    """Let deals open in this pipeline from now on."""
    chosen = get_pipeline(session, workspace_id, code)
    for pipeline in pipelines(session, workspace_id):
        pipeline.is_default = pipeline.id == chosen.id
    session.flush()
    return chosen


def rename(session: Session, pipeline: Pipeline, name: str) -> Pipeline:
    """Call a pipeline something else; its code stays."""
    pipeline.name = _name(name)
    session.flush()
    return pipeline


def add_stage(session: Session, pipeline: Pipeline, name: str, *, rot_days: int) -> DealStage:
    """Add a stage at the end of a pipeline, before won."""
    stage = DealStage(
        workspace_id=pipeline.workspace_id,
        rank=len(pipeline.stages),
        name=_name(name),
        rot_days=_rot_days(rot_days),
    )
    pipeline.stages.append(stage)
    session.flush()
    return stage


def change_stage(
    session: Session, pipeline: Pipeline, code: str, *, name: str, rot_days: int, criteria: str
) -> DealStage:
    """Change what a stage is called, when it rots, and what must be done in it."""
    stage = _stage(pipeline, code)
    stage.name = _name(name)
    stage.rot_days = _rot_days(rot_days)
    lines = (" ".join(line.split()) for line in clean(criteria, 4000).splitlines())
    stage.exit_criteria = "\n".join(line[:200] for line in lines if line)
    session.flush()
    return stage


def shift_stage(session: Session, pipeline: Pipeline, code: str, by: int) -> list[DealStage]:
    """Put a stage earlier (-1) or later (1); at the end of the row nothing happens."""
    stages = list(pipeline.stages)
    old = stages.index(_stage(pipeline, code))
    new = min(max(old + by, 0), len(stages) - 1)
    stages.insert(new, stages.pop(old))
    for rank, stage in enumerate(stages):
        stage.rank = rank
    session.flush()
    session.expire(pipeline, ["stages"])
    return stages


def add_lost_reason(session: Session, workspace_id: int, name: str) -> LostReason:
    """Add a reason to choose from; one that is there already raises Conflict."""
    words = _name(name)
    have = {reason.name.casefold() for reason in lost_reasons(session, workspace_id)}
    if words.casefold() in have:
        raise Conflict("this reason is in the list already")
    reason = LostReason(workspace_id=workspace_id, name=words)
    session.add(reason)
    session.flush()
    return reason


def lost_reasons(session: Session, workspace_id: int) -> list[LostReason]:
    """Return the reasons for which deals are lost, in the order in which they were made."""
    query = select(LostReason).where(LostReason.workspace_id == workspace_id)
    return list(session.scalars(query.order_by(LostReason.id)))


def _stage(pipeline: Pipeline, code: str) -> DealStage:
    found = next((stage for stage in pipeline.stages if stage.code == code), None)
    if found is None:
        raise NotFound("there is no such stage in this pipeline")
    return found


def _name(name: str) -> str:
    words = " ".join(clean(name, 121).split())
    if not 1 <= len(words) <= 120:
        raise Invalid("a name has 1 to 120 characters", fields={"name": "1 to 120 characters"})
    return words


def _rot_days(days: int) -> int:
    if not 1 <= days <= 3650:
        raise Invalid("a stage rots after 1 to 3650 days", fields={"rot_days": "1 to 3650"})
    return days
