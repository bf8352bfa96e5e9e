"""Leads that are ready for sales only since other rules are in force."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from tracker.driver import chunks
from tracker.handoff.domain import FRESH, HandoffStatus
from tracker.handoff.models import Handoff
from tracker.identity.models import Lead
from tracker.stages.domain import Stage
from tracker.stages.models import StageModelRow, Standing
from tracker.workspaces.models import Workspace

_BLOCKING = (HandoffStatus.OFFERED, HandoffStatus.ACCEPTED)


def newcomers(
    session: Session,
    row: StageModelRow,
    lead_ids: Iterable[int],
    *,
    before: int | None,
    now: datetime,
) -> list[int]:
    """Return which of some leads are ready under a version and were not under the one before."""
    here, there = aliased(Standing), aliased(Standing)
    query = (
        select(Lead.id)
        .join(here, (here.lead_id == Lead.id) & (here.model_id == row.id))
        .outerjoin(there, (there.lead_id == Lead.id) & (there.model_id == before))
        .where(here.stage == Stage.BOFU, there.stage.is_distinct_from(Stage.BOFU))
        .where(may_be_offered(now), here.last_touch_at >= now - FRESH)
        .order_by(Lead.id)
    )
    found: list[int] = []
    for part in chunks(lead_ids):
        found += session.scalars(query.where(Lead.id.in_(part)))
    return found


def may_be_offered(now: datetime) -> ColumnElement[bool]:
    """Return the condition for leads that nothing but their stage keeps from being offered."""
    return is_identified() & ~_is_blocked(Lead.id, now)


def is_identified() -> ColumnElement[bool]:
    """Return the condition for leads that are identified as their workspace requires."""
    requires_proof = select(Workspace.requires_proof).where(Workspace.id == Lead.workspace_id)
    is_enough = Lead.is_verified | requires_proof.correlate(Lead).scalar_subquery().is_(False)
    return Lead.is_known.is_(True) & is_enough


def identified(session: Session, lead_ids: Iterable[int]) -> set[int]:
    """Return which of some leads are identified as their workspace requires."""
    found: set[int] = set()
    for part in chunks(lead_ids):
        found.update(session.scalars(select(Lead.id).where(Lead.id.in_(part), is_identified())))
    return found


def _is_blocked(lead_id: InstrumentedAttribute[int], now: datetime) -> ColumnElement[bool]:
    past = select(Handoff.id).where(
        Handoff.lead_id == lead_id,
        Handoff.status.in_(_BLOCKING) | (Handoff.recycled_until > now),
    )
    return past.correlate(Lead).exists()
