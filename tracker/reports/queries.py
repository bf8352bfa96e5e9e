"""The one query layer: every number on a screen, in a file and in the API comes from here."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, func, select, type_coerce
from sqlalchemy.orm import Session

from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.identity.models import Lead
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

# So many sources can be chosen from; the rest is reached through the list of sources.
NAMES = 200
# So many spellings of sources are told apart in the table of sources.
ORIGINS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """The people of one source: how many came the whole way, and how long that took."""

    name: str
    won: Ratio
    wait: Wait | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """The funnel, the same people by source, and how long the whole way took the winners."""

    funnel: Funnel
    origins: tuple[Origin, ...]
    to_won: Wait | None


def funnel(session: Session, workspace: Workspace, chosen: Filter, *, now: datetime) -> Funnel:
    """Return the funnel of the people that a filter selects."""
    return funnel_of(session, plan(session, workspace, chosen, now=now))


def funnel_of(session: Session, planned: Plan) -> Funnel:
    """Return the funnel of a plan."""
    return overview(session, planned).funnel


def overview(session: Session, planned: Plan) -> Overview:
    """Return the funnel of a plan and its people by source, counted in one go."""
    people = planned.people.c
    grouped = select(people.seen, people.has_left, func.count()).group_by(
        people.seen, people.has_left
    )
    tallies = [
        Tally(seen=seen, has_left=bool(has_left), people=count)
        for seen, has_left, count in session.execute(grouped)
    ]
    won = _times_to_won(session, planned)
    return Overview(
        funnel=arithmetic(planned.steps, tallies, _waits(session, planned)),
        origins=tuple(_origins(session, planned, won)),
        to_won=_median([micros for _, micros in won]),
    )


def source_names(session: Session, workspace_id: int) -> list[str]:
    """Return the names of the sources that leads first came from, the most frequent first."""
    model_id, _ = stages.active(session, workspace_id)
    known = select(Standing.first_source_id).where(
        Standing.workspace_id == workspace_id,
        Standing.model_id == model_id,
        Standing.first_source_id.is_not(None),
    )
    counts = _by_name(session, known.subquery().c.first_source_id, 2 * NAMES)
    return [name for name, _ in counts.values() if name.lower() != MISSING][:NAMES]


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


def _origins(
    session: Session, planned: Plan, won: Sequence[tuple[str | None, int]]
) -> list[Origin]:
    people = planned.people.c
    entered = select(people.first_source_id).where(people.seen > 0).subquery()
    times: dict[str, list[int]] = {}
    for name, micros in won:
        times.setdefault((name or MISSING).lower(), []).append(micros)
    found = [
        Origin(
            name=name,
            won=Ratio(numerator=len(times.get(folded, ())), denominator=count),
            wait=_median(times.get(folded, ())),
        )
        for folded, (name, count) in _by_name(session, entered.c.first_source_id, ORIGINS).items()
    ]
    return sorted(found, key=lambda o: (-o.won.denominator, o.name.casefold()))


def _times_to_won(session: Session, planned: Plan) -> list[tuple[str | None, int]]:
    people = planned.people.c
    query = select(Source.name, _micros(people.won_at, people.first_touch_at)).select_from(
        planned.people.outerjoin(Source, Source.id == people.first_source_id)
    )
    won = people.seen >= 1 << (len(planned.steps) - 1)
    return [(source, micros) for source, micros in session.execute(query.where(won))]


def _by_name(
    session: Session, source_id: ColumnElement[int | None], most: int
) -> dict[str, tuple[str, int]]:
    """Return by folded name how a source is spelled and how many came, the most frequent first.

    Anybody can make up sources by the million: of their spellings no more than some are read.
    """
    count, first = func.count(), func.min(Source.id)
    query = (
        select(Source.name, count, first)
        .select_from(source_id.table)
        .outerjoin(Source, Source.id == source_id)
        .group_by(Source.name)
        .order_by(count.desc(), first)
        .limit(most)
    )
    totals: Counter[str] = Counter()
    shown: dict[str, tuple[int, str]] = {}
    for found, people, number in session.execute(query):
        name = MISSING if found is None else found
        totals[name.lower()] += people
        earliest = (number or 0, name)
        shown[name.lower()] = min(shown.get(name.lower(), earliest), earliest)
    return {folded: (shown[folded][1], total) for folded, total in totals.most_common()}


def _median(micros: Sequence[int]) -> Wait | None:
    return Wait(micros=round(median(micros)), people=len(micros)) if micros else None


def _waits(session: Session, planned: Plan) -> dict[int, Wait]:
    """Return the median time that each step was waited for, since the last step seen before."""
    people, marks = planned.people.c, planned.marks.c
    place = index_of(planned.steps, marks.step)
    before = func.lag(marks.occurred_at).over(partition_by=marks.lead_id, order_by=place)
    seen = (
        select(place.label("key"), marks.occurred_at, before.label("before"))
        .join(planned.people, people.lead_id == marks.lead_id)
        .where(
            # Whoever was seen at one step only has waited for none.
            people.seen.bitwise_and(people.seen - 1) > 0,
            marks.step.in_([step.key for step in planned.steps]),
        )
        .subquery()
    )
    waited = select(seen.c.key, _micros(seen.c.occurred_at, seen.c.before).label("wait"))
    return _medians(session, waited.where(seen.c.before.is_not(None)))


def _micros(later: ColumnElement[Any], earlier: ColumnElement[Any]) -> ColumnElement[int]:
    return type_coerce(later, BigInteger) - type_coerce(earlier, BigInteger)


def _medians(session: Session, query: Select[*tuple[Any, ...]]) -> dict[int, Wait]:
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
