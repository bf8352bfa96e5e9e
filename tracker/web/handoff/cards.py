"""What stands on the card of an offer: who, why now, what they read, and the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_timedelta
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from tracker.handoff import briefing
from tracker.handoff.briefing import Proof, Read
from tracker.handoff.domain import HandoffStatus, RejectReason, WithdrawReason
from tracker.handoff.models import Handoff
from tracker.identity.models import Merge
from tracker.reports.fits import fit_today
from tracker.stages import service as stages
from tracker.stages.explain import rule_of
from tracker.stages.fit import Fit
from tracker.stages.receipts import load_receipt
from tracker.touches.models import Visitor
from tracker.web.leads.lines import name_of
from tracker.web.receipts import sentence

AMBER_FROM, RED_FROM = 0.66, 0.9


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """How much of the agreed time is used, in words and as a share."""

    words: str
    share: float
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One offer as sales sees it."""

    handoff: Handoff
    why: str
    fit: Fit
    clock: Clock
    reads: Sequence[Read]
    proof: Proof


def cards(
    session: Session, workspace_id: int, handoffs: Sequence[Handoff], *, now: datetime
) -> list[Card]:
    """Return the cards of offers, in their order."""
    leads = [handoff.lead_id for handoff in handoffs]
    _model_id, model = stages.active(session, workspace_id)
    why = reasons_why(session, workspace_id, handoffs)
    reads = briefing.last_reads(session, leads)
    proof = briefing.proof_of(session, workspace_id, leads)
    return [
        Card(
            handoff=handoff,
            why=why[handoff.id],
            fit=fit_today(model.fit, handoff.lead, handoff.lead.company),
            clock=clock(handoff, now=now),
            reads=reads.get(handoff.lead_id, ()),
            proof=proof[handoff.lead_id],
        )
        for handoff in handoffs
    ]


def reasons_why(session: Session, workspace_id: int, handoffs: Sequence[Handoff]) -> dict[int, str]:
    """Return the sentence of the receipt that made each offer."""
    _model_id, model = stages.active(session, workspace_id)
    moved = {h.id: h.transition for h in handoffs if h.transition is not None}
    receipts = {id: load_receipt(transition.receipt) for id, transition in moved.items()}
    deciding = [touch_id for receipt in receipts.values() for touch_id in receipt.touches]
    about = briefing.touched(session, deciding)
    why = {handoff.id: _("Offered by hand.") for handoff in handoffs}
    for id, receipt in receipts.items():
        rule = rule_of(model, receipt.rule) if receipt.version == model.version else None
        touches = [about[touch_id] for touch_id in receipt.touches if touch_id in about]
        why[id] = sentence(moved[id].to_stage, moved[id].cause, receipt, rule=rule, touched=touches)
    return why


def clock(handoff: Handoff, *, now: datetime) -> Clock:
    """Return how the clock of an offer stands."""
    left = handoff.due_at - now
    share = 1 - left / (handoff.due_at - handoff.offered_at)
    if left.total_seconds() <= 0:
        return Clock(words=_("overdue"), share=1.0, state="red")
    words = _("%(time)s left", time=format_timedelta(left, granularity="minute", threshold=1.2))
    state = "red" if share >= RED_FROM else "amber" if share >= AMBER_FROM else "calm"
    return Clock(words=words, share=max(share, 0.0), state=state)


def reason_name(reason: RejectReason) -> str:
    """Return what a reason to reject is called."""
    return {
        RejectReason.NOT_A_FIT: _("Not a fit for us"),
        RejectReason.NO_BUDGET: _("No budget"),
        RejectReason.NO_AUTHORITY: _("Does not decide"),
        RejectReason.TOO_EARLY: _("Too early"),
        RejectReason.BAD_CONTACT: _("Cannot be reached"),
        RejectReason.DUPLICATE: _("We know them already"),
        RejectReason.COMPETITOR: _("Works for a competitor"),
        RejectReason.OTHER: _("Something else"),
    }[reason]


def withdrawn_words(session: Session, handoff: Handoff) -> str:
    """Return why an offer was withdrawn in one sentence, '' where it was not or nobody knows."""
    first, merge = handoff.yielded_to, handoff.withdrawn_merge
    if first is not None:
        name = name_of(first.original_lead)
        if first.status is HandoffStatus.ACCEPTED:
            return _("Came together with %(name)s, whom sales has accepted.", name=name)
        return _("Came together with %(name)s, whose offer was there first.", name=name)
    if merge is not None:
        name = _other_in(session, merge, handoff.original_lead_id)
        if handoff.withdrawn is WithdrawReason.PARTED:
            return _("The merge with %(name)s was undone; alone it is not in BOFU.", name=name)
        return _("Merged with %(name)s; together they are not in BOFU.", name=name)
    if handoff.withdrawn is WithdrawReason.PUBLISHED:
        return _("Not in BOFU under version %(version)s of the stage model.",
                 version=handoff.withdrawn_version)  # fmt: skip
    return _left_words(handoff.withdrawn)


def status_name(status: HandoffStatus) -> str:
    """Return what a status is called."""
    return {
        HandoffStatus.OFFERED: _("Offered"),
        HandoffStatus.ACCEPTED: _("Accepted"),
        HandoffStatus.REJECTED: _("Rejected"),
        HandoffStatus.EXPIRED: _("Expired"),
        HandoffStatus.WITHDRAWN: _("Withdrawn"),
    }[status]


def _left_words(reason: WithdrawReason | None) -> str:
    return {
        WithdrawReason.RULE: _("Left BOFU by a rule of the stage model."),
        WithdrawReason.DECAY: _("Fell out of BOFU: its score no longer holds it there."),
        WithdrawReason.BY_HAND: _("Somebody set another stage by hand."),
        WithdrawReason.HAND_ENDED: _("The stage that was set by hand has ended."),
        WithdrawReason.RETOLD: _("Its history reads otherwise now: it is not in BOFU."),
    }.get(reason or WithdrawReason.YIELDED, "")


def _other_in(session: Session, merge: Merge, lead_id: int) -> str:
    is_absorbed = merge.absorbed_lead_id == lead_id
    other = merge.kept if is_absorbed else merge.absorbed
    number = merge.kept_visitor_id if is_absorbed else merge.absorbed_visitor_id
    # A lead that has merged may have no name of its own left, but it had a key.
    return name_of(other, session.get_one(Visitor, number).key[2:])
