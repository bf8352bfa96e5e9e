"""A workspace's pipelines: copied from templates, listed, one of them the default."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tracker.errors import Invalid, NotFound
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


def lost_reasons(session: Session, workspace_id: int) -> list[LostReason]:
    """Return the reasons for which deals are lost, in the order in which they were made."""
    query = select(LostReason).where(LostReason.workspace_id == workspace_id)
    return list(session.scalars(query.order_by(LostReason.id)))
