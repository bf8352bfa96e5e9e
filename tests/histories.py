"""Whole lives for the reports: what somebody did, what sales said, how the deal went."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOON, House, days, lead_of, record
from tracker import journey
from tracker.handoff import service as handoff
from tracker.handoff.domain import HandoffStatus, RejectReason
from tracker.handoff.models import Handoff
from tracker.identity.models import Lead
from tracker.pipeline import service as pipeline
from tracker.pipeline import setup

EVENTS = {"survey": "Survey Completed", "webinar": "Webinar Attended", "demo": "Demo Requested"}
SYSTEM = None

_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Life:
    """What somebody did, first on a day after NOON, an hour between touches.

    `answer` is sales' answer to an offer, `stage` the place in the pipeline that the deal moves
    to at once, `outcome` how it ends; each of them only where things come so far.
    """

    day: int = 0
    source: str = ""
    name: str = ""
    touches: tuple[str, ...] = ("page",)
    answer: HandoffStatus = HandoffStatus.OFFERED
    stage: int = 0
    outcome: str = "open"


WINNER = Life(
    name="Ana", touches=("page", "survey", "demo"), answer=HandoffStatus.ACCEPTED, outcome="won"
)


def live(session: Session, house: House, life: Life) -> Lead:
    """Put a life onto the journey and return whose it is."""
    key = f"b{next(_numbers)}"
    at = NOON + days(life.day)
    hits = []
    for hours, what in enumerate(life.touches):
        facts = {"anonymous_id": key, "occurred_at": at + timedelta(hours=hours)}
        if what in EVENTS:
            hits.append(house.event(EVENTS[what], **facts))
        else:
            query = f"?utm_source={life.source}" if life.source else ""
            facts["referrer"] = "https://www.acme.example/"
            hits.append(house.page(f"/{query}", **facts))
    if life.name:
        email = f"{key}@firm.example"
        hits.append(house.identify(email, person=life.name, anonymous_id=key, occurred_at=at))
    record(session, *hits)
    lead = lead_of(session, house, f"a:{key}")
    _answer(session, house, life, lead, at + timedelta(hours=len(life.touches)))
    return lead


def lose_every_deal(session: Session, house: House) -> None:
    """Mark every open deal of a house lost."""
    by = pipeline.By(user_id=SYSTEM, now=NOON + days(400))
    reason = setup.lost_reasons(session, house.workspace.id)[0].code
    open_deals = select(pipeline.Deal).filter_by(workspace_id=house.workspace.id, status="open")
    for deal in session.scalars(open_deals):
        journey.lose_deal(session, deal, reason, by=by)


def _answer(session: Session, house: House, life: Life, lead: Lead, now) -> None:
    offers = select(Handoff).filter_by(lead_id=lead.id, status=HandoffStatus.OFFERED)
    offer = session.scalars(offers).first()
    if offer is None or life.answer is HandoffStatus.OFFERED:
        return
    if life.answer is HandoffStatus.EXPIRED:
        handoff.expire_overdue(session, now=now + days(30))
        return
    reason = RejectReason.NOT_A_FIT if life.answer is HandoffStatus.REJECTED else None
    answer = handoff.Answer(verdict=life.answer, by=SYSTEM, reason=reason)
    _, deal = journey.answer_handoff(session, house.workspace, offer.code, answer=answer, now=now)
    if deal is not None:
        _sell(session, house, life, deal, now)


def _sell(session: Session, house: House, life: Life, deal: pipeline.Deal, now) -> None:
    stages = setup.default_pipeline(session, house.workspace.id).stages
    by = pipeline.By(user_id=SYSTEM, now=now + days(1))
    if life.stage:
        journey.move_deal(session, deal, stages[life.stage % len(stages)].code, by=by)
    by = pipeline.By(user_id=SYSTEM, now=now + days(2))
    if life.outcome == "won":
        journey.win_deal(session, deal, by=by)
    if life.outcome == "lost":
        reason = setup.lost_reasons(session, house.workspace.id)[0].code
        journey.lose_deal(session, deal, reason, by=by)
