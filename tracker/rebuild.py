"""Check and remake everything that is derived from touches, a slice of leads at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.driver import chunks
from tracker.handoff import together, withdrawals
from tracker.handoff.models import Handoff
from tracker.identity import rebuild as identity
from tracker.identity import service as people
from tracker.identity.domain import Decision
from tracker.identity.models import Lead
from tracker.milestones import service as milestones
from tracker.pipeline import service as pipeline
from tracker.pipeline.models import Deal
from tracker.stages import overrides
from tracker.stages import service as stages

# Leads in one transaction: on SQLite everybody else who writes waits that long.
SLICE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One place where what we hold is not what the touches say."""

    subject: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a rebuild will do: what the touches say, and the slices in which it is carried out."""

    workspace_id: int
    decisions: Mapping[int, Decision]
    visitors: tuple[tuple[int, ...], ...]
    leads: tuple[tuple[int, ...], ...]

    @property
    def total(self) -> int:
        """Return how many slices there are."""
        return len(self.visitors) + len(self.leads)


def verify(session: Session, workspace_id: int, *, now: datetime) -> Iterator[Difference]:
    """Give every difference between what is stored and what follows from the touches."""
    decisions = identity.decide_all(session, workspace_id)
    for visitor, what in identity.differences(session, decisions):
        yield Difference(subject=f"visitor {visitor}", what=what)
    for part in chunks(_leads(session, workspace_id), SLICE):
        for lead, what in stages.differences(session, workspace_id, part, now=now):
            yield Difference(subject=f"lead {lead}", what=what)
        for lead, what in milestones.differences(session, part):
            yield Difference(subject=f"lead {lead}", what=what)
        yield from _astray(session, part)


def plan(session: Session, workspace_id: int) -> Plan:
    """Return what a rebuild of everything derived takes; visitors first, then their leads."""
    decisions = identity.decide_all(session, workspace_id)
    return Plan(
        workspace_id=workspace_id,
        decisions=decisions,
        visitors=tuple(tuple(part) for part in chunks(sorted(decisions), SLICE)),
        leads=tuple(tuple(part) for part in chunks(_leads(session, workspace_id), SLICE)),
    )


def rebuild(session: Session, plan: Plan, number: int, *, now: datetime) -> None:
    """Remake one slice of the plan; slices are numbered from 0.

    The server may go on between two: a slice is remade from what is stored at its moment, and
    what is right stays as it is, so that doing it twice, or half and then whole, is safe.
    """
    if number < len(plan.visitors):
        part = plan.visitors[number]
        leads = identity.redo(session, plan.workspace_id, plan.decisions, part)
    else:
        leads = set(plan.leads[number - len(plan.visitors)])
    homes = people.homes(session, leads)
    overrides.follow(session, homes)
    together.follow(session, homes, now=now)
    pipeline.follow(session, homes)
    stages.refold(session, plan.workspace_id, leads, now=now)
    withdrawals.groundless(session, plan.workspace_id, leads, now=now)
    milestones.mark(session, plan.workspace_id, leads, now=now)


def _astray(session: Session, leads: Sequence[int]) -> Iterator[Difference]:
    homes = people.homes(session, leads)
    for model, sort in ((Handoff, "handoff"), (Deal, "deal")):
        query = select(model.code, model.original_lead_id, model.lead_id)
        for code, original, lead in session.execute(query.where(model.original_lead_id.in_(leads))):
            if homes[original] != lead:
                yield Difference(subject=f"{sort} {code}", what="is not where its lead went")


def _leads(session: Session, workspace_id: int) -> list[int]:
    query = select(Lead.id).where(Lead.workspace_id == workspace_id)
    return list(session.scalars(query.order_by(Lead.id)))
