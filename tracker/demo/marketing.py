"""What marketing does at the desk: versions of the rules, a stage by hand, two leads made one."""

import copy
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import journey, versions
from tracker.demo.moments import DAY
from tracker.demo.story import Life
from tracker.identity.models import Lead
from tracker.stages import service as stages
from tracker.stages import versions as rows
from tracker.stages.documents import DEFAULT, dump
from tracker.stages.domain import Stage, Work
from tracker.stages.models import StageModelRow, Standing
from tracker.stages.overrides import Placement
from tracker.workspaces import audit
from tracker.workspaces.audit import AuditAction, By

_SLICE = 500
_FIT: dict[str, Any] = {
    "rules": [
        {"field": "title", "any_of": ["Head of", "Managing Director", "Owner"], "points": 35},
        {"field": "title", "any_of": ["Service Manager", "Operations Manager"], "points": 30},
        {"field": "title", "any_of": ["Dispatcher", "Field Supervisor"], "points": 10},
        {"field": "employees", "at_least": 8, "at_most": 60, "points": 30},
        {"field": "employees", "at_most": 4, "points": -20},
        {"field": "industry", "any_of": ["Heating", "Boilers", "Cooling", "Plumbing", "Lifts"],
         "points": 15},
        {"field": "country", "any_of": ["United Kingdom", "Ireland"], "points": 15},
    ],
    "grades": {"A": 75, "B": 45, "C": 15},
}  # fmt: skip


def fitting() -> dict[str, Any]:
    """Return the second version: it asks who somebody is, and when they fall silent."""
    raw = copy.deepcopy(DEFAULT)
    raw["fit"] = _FIT
    raw["dormant_after_days"] = 100
    raw["half_lives"] = {"webinar": 21}
    raw["rules"].insert(
        4, {"id": "mofu-reader", "stage": "mofu", "kinds": ["article"], "at_least": 6,
            "within_days": 21},
    )  # fmt: skip
    return raw


def stricter() -> dict[str, Any]:
    """Return the draft: a webinar alone says little, and one look at proof is not enough."""
    raw = fitting()
    raw["points"]["webinar"] = 6
    for rule in raw["rules"]:
        if rule["id"] in ("mofu-webinar", "bofu-proof"):
            rule |= {"at_least": 2, "within_days": 90}
    return raw


def publish(session: Session, by: By) -> None:
    """Bring the second version into force; history is told again under it."""
    row = rows.save_draft(session, by.workspace_id, dump(fitting()))
    _carry(session, row, Work.REPLAY, by.now)
    audit.write(session, AuditAction.STAGES_PUBLISHED, str(row.version), by=by)


def draft(session: Session, by: By) -> None:
    """Leave a draft, with who would move under it."""
    row = rows.save_draft(session, by.workspace_id, dump(stricter()))
    audit.write(session, AuditAction.STAGES_DRAFTED, str(row.version), by=by)
    _carry(session, row, Work.COMPARE, by.now)


def let_time_pass(session: Session, now: datetime) -> None:
    """Let happen what time alone does until now."""
    while journey.advance_clock(session, now=now, limit=_SLICE):
        pass


def put_by_hand(session: Session, by: By) -> None:
    """Put the best known lead in the middle at the bottom: somebody met them."""
    model_id, _model = stages.active(session, by.workspace_id)
    query = (
        select(Lead.id)
        .join(Standing, (Standing.lead_id == Lead.id) & (Standing.model_id == model_id))
        .where(Lead.workspace_id == by.workspace_id, Lead.is_known, Standing.stage == Stage.MOFU)
        .where(Standing.last_touch_at > by.now - 7 * DAY)
        .order_by(Standing.score.desc(), Lead.id)
    )
    lead_id = session.scalars(query.limit(1)).first()
    if lead_id is not None:
        reason = "Met at the trade fair in Leeds: asked what twelve vans would cost."
        placement = Placement(stage=Stage.BOFU, reason=reason, until=by.now + 45 * DAY)
        journey.override_stage(
            session, by.workspace_id, lead_id, placement, by=by.user_id, now=by.now
        )


def merge_first(session: Session, people: Sequence[Life], doubles: Sequence[Life], by: By) -> None:
    """Make the first of those who came twice one again."""
    for double in doubles[:1]:
        first = next(life for life in people if life.seed == double.seed ^ 1)
        query = select(Lead).where(Lead.workspace_id == by.workspace_id, Lead.is_known)
        leads = [
            session.scalars(query.where(Lead.email == life.who.email)).first()
            for life in (first, double)
        ]
        kept, absorbed = leads
        if kept is not None and absorbed is not None:
            reason = "Wrote from home; the same name and telephone number."
            journey.merge_leads(session, kept, absorbed, by=by.user_id, reason=reason, now=by.now)


def _carry(session: Session, row: StageModelRow, work: Work, now: datetime) -> None:
    versions.begin(session, row, work, now=now)
    while versions.step(session, now=now):
        pass
