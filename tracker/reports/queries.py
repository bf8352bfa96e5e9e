"""The one query layer: every number on a screen, in a file and in the API comes from here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, func, select, type_coerce
from sqlalchemy.orm import Session

from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.identity.models import Lead
from tracker.milestones.models import Milestone
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal
from tracker.reports.domain import Funnel, Ratio, Tally, Wait
from tracker.reports.domain import funnel as arithmetic
from tracker.reports.population import MISSING, Filter, Plan, index_of, plan
from tracker.stages import service as stages
from tracker.stages.domain import Stage
from tracker.stages.models import Standing
from tracker.touches.models import Source, TouchRow
from tracker.workspaces.models import Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """The people of one source: how many came the whole way, and how long that took."""

    name: str
    won: Ratio
    wait: Wait | None


def funnel(session: Session, workspace: Workspace, chosen: Filter, *, now: datetime) -> Funnel:
    """Return the funnel of the people that a filter selects."""
    return funnel_of(session, plan(session, workspace, chosen, now=now))


def funnel_of(session: Session, planned: Plan) -> Funnel:
    """Return the funnel of a plan."""
    people = planned.people.c
    grouped = select(people.seen, people.has_left, func.count()).group_by(
        people.seen, people.has_left
    )
    tallies = [
        Tally(seen=seen, has_left=bool(has_left), people=count)
        for seen, has_left, count in session.execute(grouped)
    ]
    return arithmetic(planned.steps, tallies, _waits(session, planned))


def origins(session: Session, planned: Plan) -> list[Origin]:
    """Return the plan's people by the source of their first touch, the largest first."""
    people = planned.people.c
    name = func.coalesce(func.lower(Source.name), MISSING)
    won = people.seen >= 1 << (len(planned.steps) - 1)
    query = (
        select(
            name,
            func.coalesce(func.min(Source.name), MISSING),
            func.count().filter(people.seen > 0),
            func.count().filter(won),
        )
        .select_from(planned.people)
        .outerjoin(Source, Source.id == people.first_source_id)
        .group_by(name)
    )
    waits = _medians(
        session,
        select(name.label("key"), _micros(people.won_at, people.first_touch_at).label("wait"))
        .select_from(planned.people)
        .outerjoin(Source, Source.id == people.first_source_id)
        .where(won),
    )
    found = [
        Origin(
            name=shown,
            won=Ratio(numerator=winners, denominator=entered),
            wait=waits.get(key),
        )
        for key, shown, entered, winners in session.execute(query)
    ]
    return sorted(found, key=lambda o: (-o.won.denominator, o.name.casefold()))


def time_to_won(session: Session, planned: Plan) -> Wait | None:
    """Return the median time from the first touch to the won deal, early ones included."""
    people = planned.people.c
    won = people.seen >= 1 << (len(planned.steps) - 1)
    query = select(
        type_coerce(1, BigInteger).label("key"),
        _micros(people.won_at, people.first_touch_at).label("wait"),
    ).where(won)
    return _medians(session, query).get(1)


def source_names(session: Session, workspace_id: int) -> list[str]:
    """Return the names of the sources that leads first came from, the most frequent first."""
    model_id, _ = stages.active(session, workspace_id)
    folded = func.lower(Source.name)
    query = (
        select(func.min(Source.name))
        .join(Standing, Standing.first_source_id == Source.id)
        .where(Standing.workspace_id == workspace_id, Standing.model_id == model_id)
        .group_by(folded)
        .order_by(func.count().desc(), folded)
        .limit(200)
    )
    return list(session.scalars(query))


def lead_count(session: Session, workspace_id: int) -> int:
    """Return how many leads a workspace has."""
    query = select(func.count(Lead.id)).where(
        Lead.workspace_id == workspace_id, Lead.merged_into_id.is_(None)
    )
    return session.scalar(query) or 0


def stats(session: Session, workspace_id: int) -> dict[str, Any]:
    """Return how much there is of everything, by stage and by status."""
    return {
        "touches": _count(session, TouchRow, workspace_id),
        "leads": _by_stage(session, workspace_id),
        "handoffs": {status.value: 0 for status in HandoffStatus}
        | _by_status(session, Handoff, workspace_id),
        "deals": {status.value: 0 for status in DealStatus}
        | _by_status(session, Deal, workspace_id),
    }


def _by_stage(session: Session, workspace_id: int) -> dict[str, int]:
    model_id, _ = stages.active(session, workspace_id)
    query = (
        select(Standing.stage, func.count(Lead.id))
        .select_from(Lead)
        .outerjoin(Standing, (Standing.lead_id == Lead.id) & (Standing.model_id == model_id))
        .where(Lead.workspace_id == workspace_id, Lead.merged_into_id.is_(None))
        .group_by(Standing.stage)
    )
    counts = {stage.value: 0 for stage in Stage} | {"none": 0}
    for stage, count in session.execute(query):
        counts[stage.value if stage else "none"] += count
    return counts


def _by_status(session: Session, table: Any, workspace_id: int) -> dict[str, int]:
    query = (
        select(table.status, func.count())
        .where(table.workspace_id == workspace_id)
        .group_by(table.status)
    )
    return {status.value: count for status, count in session.execute(query)}


def _count(session: Session, table: Any, workspace_id: int) -> int:
    query = select(func.count()).select_from(table).where(table.workspace_id == workspace_id)
    return session.scalar(query) or 0


def _waits(session: Session, planned: Plan) -> dict[int, Wait]:
    """Return the median time that each step was waited for, since the last step seen before."""
    index = index_of(planned.steps).label("key")
    before = func.lag(Milestone.occurred_at).over(
        partition_by=Milestone.lead_id, order_by=index_of(planned.steps)
    )
    seen = (
        select(index, Milestone.occurred_at, before.label("before"))
        .join(planned.people, planned.people.c.lead_id == Milestone.lead_id)
        .where(
            Milestone.retracted_at.is_(None),
            Milestone.step.in_([step.key for step in planned.steps]),
            planned.counted,
        )
        .subquery()
    )
    query = select(seen.c.key, _micros(seen.c.occurred_at, seen.c.before).label("wait"))
    return _medians(session, query.where(seen.c.before.is_not(None)))


def _micros(later: ColumnElement[Any], earlier: ColumnElement[Any]) -> ColumnElement[int]:
    return type_coerce(later, BigInteger) - type_coerce(earlier, BigInteger)


def _medians(session: Session, query: Select[*tuple[Any, ...]]) -> dict[Any, Wait]:
    """Return the median of `wait` for each `key`; both databases know windows, not medians."""
    given = query.subquery()
    ranked = select(
        given.c.key,
        given.c.wait,
        func.row_number().over(partition_by=given.c.key, order_by=given.c.wait).label("place"),
        func.count().over(partition_by=given.c.key).label("people"),
    ).subquery()
    middle = ranked.c.place.in_([(ranked.c.people + 1) // 2, (ranked.c.people + 2) // 2])
    medians = (
        select(ranked.c.key, func.avg(ranked.c.wait), func.max(ranked.c.people))
        .where(middle)
        .group_by(ranked.c.key)
    )
    return {
        key: Wait(micros=round(wait), people=people)
        for key, wait, people in session.execute(medians)
    }
