"""Whom a report is about: the filter, the steps, and the one selection that every number uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, case, cast, false, func, select
from sqlalchemy.orm import Session

from tracker.errors import NotFound
from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.identity.models import Lead
from tracker.milestones import domain as milestones
from tracker.pipeline import setup
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal, Pipeline
from tracker.reports import readings
from tracker.reports.domain import Part, Side, Step
from tracker.reports.readings import NOW, Reading
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.stages.domain import StageModel
from tracker.stages.models import StageModelRow, Standing
from tracker.touches.domain import Channel
from tracker.touches.models import Source
from tracker.workspaces.models import Workspace

MISSING = "(missing)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Which people: first seen in a period (days of the workspace's zone), from where, known.

    `source` is a source's name, or MISSING for those who came from nowhere we know;
    `pipeline` is a pipeline's code: then only what happened in it counts as sales; `reading`
    says by which history the stages are read.
    """

    first: date | None = None
    last: date | None = None
    source: str = ""
    channel: Channel | None = None
    is_known: bool = False
    pipeline: str = ""
    reading: Reading = NOW


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The steps to show and the selection to count: lead_id, seen, has_left, won_at and more."""

    steps: tuple[Step, ...]
    people: Subquery
    pipeline: Pipeline
    model_id: int
    model: StageModel
    # The first time at each step of all that counts under the filter: lead_id, step, occurred_at.
    marks: Subquery
    # Up to when a version that is in force no longer has been followed.
    until: datetime | None = None

    def part(self, index: int, part: Part) -> ColumnElement[bool]:
        """Return the condition for one part of one step's people."""
        seen, here, beyond = self.people.c.seen, 1 << index, 1 << (index + 1)
        if part is Part.REACHED:
            return seen >= here
        if part is Part.WENT_ON:
            return seen >= beyond
        if part is Part.DIRECT:
            return seen.bitwise_and(here) > 0
        if part is Part.SKIPPED:
            return (seen >= here) & (seen.bitwise_and(here) == 0)
        if index == len(self.steps) - 1:
            return false()
        has_left = self.people.c.has_left.is_(part is Part.LEFT)
        return (seen >= here) & (seen < beyond) & has_left


def plan(session: Session, workspace: Workspace, chosen: Filter, *, now: datetime) -> Plan:
    """Return what a report under a filter looks at."""
    row = _version(session, workspace.id, chosen.reading)
    model = versions.model_of(row)
    if chosen.pipeline:
        pipeline = setup.get_pipeline(session, workspace.id, chosen.pipeline)
    else:
        pipeline = setup.default_pipeline(session, workspace.id)
    steps = steps_of(pipeline)
    only = pipeline.id if chosen.pipeline else None
    marks = readings.marks(workspace.id, chosen.reading, model_id=row.id, pipeline_id=only)
    silent_since = now - timedelta(days=model.dormant_after_days)
    query = _people(_seen(marks, steps), silent_since, only).where(
        Standing.workspace_id == workspace.id,
        Standing.model_id == row.id,
        Lead.merged_into_id.is_(None),
        *_conditions(chosen, workspace.zone),
        *_sources(session, workspace.id, chosen),
    )
    return Plan(
        steps=steps,
        people=query.subquery(),
        pipeline=pipeline,
        model_id=row.id,
        model=model,
        marks=marks,
        until=row.retired_at,
    )


def steps_of(pipeline: Pipeline) -> tuple[Step, ...]:
    """Return the steps of the whole way, the sales part as the pipeline has it."""
    marketing = [_step(key, Side.MARKETING) for key in milestones.MARKETING]
    offered = _step(milestones.OFFERED, Side.HANDOFF, is_automatic=True)
    accepted = _step(milestones.ACCEPTED, Side.HANDOFF)
    sales = [
        Step(
            key=milestones.deal_step(stage.id),
            code=stage.code,
            side=Side.SALES,
            name=stage.name,
            is_automatic=rank == 0,
        )
        for rank, stage in enumerate(pipeline.stages)
    ]
    return (*marketing, offered, accepted, *sales, _step(milestones.WON, Side.WON))


def index_of(steps: Sequence[Step], step: ColumnElement[str]) -> ColumnElement[int]:
    """Return the place of a mark's step among these."""
    return case({one.key: i for i, one in enumerate(steps)}, value=step)


def start_of(day: date, zone: str) -> datetime:
    """Return the first moment of a day in a zone."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _people(
    marks: Subquery, silent_since: datetime, pipeline_id: int | None
) -> Select[*tuple[Any, ...]]:
    seen = func.coalesce(marks.c.seen, 0)
    doorway = 1 << len(milestones.MARKETING)
    has_left = case(
        (seen < doorway, Standing.last_touch_at <= silent_since),
        else_=~_is_with_sales(pipeline_id),
    )
    return (
        select(
            Standing.lead_id,
            Standing.first_touch_at,
            Standing.last_touch_at,
            Standing.first_source_id,
            seen.label("seen"),
            has_left.label("has_left"),
            marks.c.won_at,
        )
        .join(Lead, Lead.id == Standing.lead_id)
        .outerjoin(marks, marks.c.lead_id == Standing.lead_id)
    )


def _step(key: str, side: Side, *, is_automatic: bool = False) -> Step:
    return Step(key=key, code=key, side=side, is_automatic=is_automatic)


def _version(session: Session, workspace_id: int, reading: Reading) -> StageModelRow:
    """Return the version by which a report reads; raise NotFound where its past is not told."""
    if reading.version is None:
        model_id, _ = stages.active(session, workspace_id)
        return session.get_one(StageModelRow, model_id)
    for row in readings.readable(session, workspace_id):
        if row.version == reading.version:
            return row
    raise NotFound("no history has been told under this version")


def _seen(marks: Subquery, steps: Sequence[Step]) -> Subquery:
    bits = case({step.key: 1 << i for i, step in enumerate(steps)}, value=marks.c.step, else_=0)
    won_at = case((marks.c.step == milestones.WON, marks.c.occurred_at))
    return (
        select(
            marks.c.lead_id,
            cast(func.sum(bits), BigInteger).label("seen"),
            func.max(won_at).label("won_at"),
        )
        .group_by(marks.c.lead_id)
        .subquery("marks")
    )


def _is_with_sales(pipeline_id: int | None) -> ColumnElement[bool]:
    offer = select(Handoff.id).where(
        Handoff.lead_id == Standing.lead_id, Handoff.status == HandoffStatus.OFFERED
    )
    deal = select(Deal.id).where(Deal.lead_id == Standing.lead_id, Deal.status == DealStatus.OPEN)
    if pipeline_id is not None:
        deal = deal.where(Deal.pipeline_id == pipeline_id)
    return offer.correlate(Standing).exists() | deal.correlate(Standing).exists()


def _conditions(chosen: Filter, zone: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.first is not None:
        conditions.append(Standing.first_touch_at >= start_of(chosen.first, zone))
    if chosen.last is not None:
        after = chosen.last + timedelta(days=1)
        conditions.append(Standing.first_touch_at < start_of(after, zone))
    if chosen.is_known:
        conditions.append(Lead.is_known.is_(True))
    return conditions


def _sources(session: Session, workspace_id: int, chosen: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.source:
        conditions.append(came_from(session, workspace_id, chosen.source))
    if chosen.channel is not None:
        own = select(Source.id).where(
            Source.workspace_id == workspace_id, Source.channel == chosen.channel
        )
        conditions.append(Standing.first_source_id.in_(own))
    return conditions


def came_from(session: Session, workspace_id: int, name: str) -> ColumnElement[bool]:
    """Return the condition for leads who first came from a source; case does not matter."""
    own = select(Source.name).where(Source.workspace_id == workspace_id).distinct()
    # By one rule for both databases, which do not fold the same letters.
    spellings = [found for found in session.scalars(own) if found.lower() == name.lower()]
    ids = select(Source.id).where(Source.workspace_id == workspace_id, Source.name.in_(spellings))
    named = Standing.first_source_id.in_(ids)
    # Whoever says to come from "(missing)" has told us nothing.
    return named | Standing.first_source_id.is_(None) if name == MISSING else named
