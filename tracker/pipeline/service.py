"""Open deals and move, win, lose them; every change is a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from tracker.collector.text import clean
from tracker.driver import chunks
from tracker.errors import Conflict, Invalid, NotFound
from tracker.handoff.models import Handoff
from tracker.identity.models import Lead
from tracker.pipeline.domain import (
    DealStatus,
    check_open,
    check_title,
    check_undo,
    check_value,
    check_version,
    close,
    reopen,
    title_of,
)
from tracker.pipeline.models import Activity, Deal, DealMove, DealStage, LostReason, Pipeline
from tracker.pipeline.setup import default_pipeline
from tracker.workspaces.models import Membership

NOTE = 4000


@dataclass(frozen=True, kw_only=True, slots=True)
class By:
    """Who changes a deal, when it happened, and when we are told."""

    user_id: int | None
    now: datetime
    occurred_at: datetime | None = None

    @property
    def at(self) -> datetime:
        """Return when it happened."""
        return self.occurred_at or self.now


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDeal:
    """What is known of a deal when it opens."""

    lead: Lead
    title: str
    currency: str
    value: Decimal | None = None
    handoff_id: int | None = None
    external_id: str | None = None
    owner_id: int | None = None
    owner_label: str = ""
    import_batch_id: int | None = None
    lost_reason_id: int | None = None


def open_for(session: Session, handoff: Handoff, *, currency: str, now: datetime) -> Deal:
    """Open the deal of an accepted handoff, in the first stage of the default pipeline."""
    lead = session.get_one(Lead, handoff.lead_id)
    new = NewDeal(
        lead=lead,
        title=title_of(lead.company.name if lead.company else "", lead.name, lead.email),
        currency=currency,
        handoff_id=handoff.id,
        owner_id=handoff.settled_by_id,
    )
    return open_deal(session, new, by=By(user_id=handoff.settled_by_id, now=now))


def open_deal(session: Session, new: NewDeal, *, by: By, pipeline: Pipeline | None = None) -> Deal:
    """Open a deal in the first stage of a pipeline."""
    pipeline = pipeline or default_pipeline(session, new.lead.workspace_id)
    return _put(session, new, pipeline.stages[0], DealStatus.OPEN, by)


def record_closed(
    session: Session, new: NewDeal, *, outcome: DealStatus, by: By, stage: DealStage | None = None
) -> Deal:
    """Record a deal whose life before it came to us is unknown, as it stands.

    Its only move says where it is, so that stages which nobody saw it in count as skipped.
    """
    if stage is None:
        stages = default_pipeline(session, new.lead.workspace_id).stages
        stage = stages[-1] if outcome is DealStatus.WON else stages[0]
    return _put(session, new, stage, outcome, by)


def get(session: Session, workspace_id: int, code: str, *, version: int | None = None) -> Deal:
    """Return the deal with a code, in the version that was looked at if one is named."""
    query = select(Deal).where(Deal.workspace_id == workspace_id, Deal.code == code)
    deal = session.scalar(
        query.options(joinedload(Deal.lead), joinedload(Deal.stage), joinedload(Deal.company))
    )
    if deal is None:
        raise NotFound("there is no such deal")
    check_version(deal.version, version)
    return deal


def edit(
    session: Session, deal: Deal, *, title: str, value: Decimal | None, owner_id: int | None
) -> Deal:
    """Change what a deal is called, what it is worth and whose it is."""
    title, value = check_title(title), None if value is None else check_value(value)
    if owner_id != deal.owner_id:
        _check_owner(session, deal.workspace_id, owner_id)
        deal.owner_id, deal.owner_label = owner_id, ""
    deal.title, deal.value = title, value
    session.flush()
    return deal


def move(session: Session, deal: Deal, stage_code: str, *, by: By) -> Deal:
    """Move an open deal to another stage of its pipeline."""
    check_open(deal.status)
    stage = _stage(session, deal, stage_code)
    if stage.id == deal.deal_stage_id:
        return deal
    before = deal.deal_stage_id
    deal.stage = stage
    deal.entered_at = by.at
    session.flush()
    _log(session, deal, before, deal.status, by)
    return deal


def undo_move(session: Session, deal: Deal, *, by: By) -> Deal:
    """Take the last move back: the deal was never there, and its clock runs on as before."""
    query = select(DealMove).where(DealMove.deal_id == deal.id, DealMove.retracted_at.is_(None))
    last, *before = session.scalars(query.order_by(DealMove.id.desc()).limit(2))
    if not before or last.from_stage_id == last.to_stage_id:
        raise Conflict("there is no move to take back")
    check_open(deal.status)
    check_undo(last.recorded_at, last.moved_by_id, by=by.user_id, now=by.now)
    last.retracted_at = by.now
    deal.deal_stage_id = before[0].to_stage_id
    deal.entered_at = _entered(session, deal)
    session.flush()
    session.expire(deal, ["stage"])
    return deal


def win(session: Session, deal: Deal, *, by: By, value: Decimal | None = None) -> Deal:
    """Win an open deal."""
    if value is not None:
        deal.value = check_value(value)
    return _close(session, deal, DealStatus.WON, by)


def lose(session: Session, deal: Deal, reason_code: str, *, by: By, note: str = "") -> Deal:
    """Lose an open deal, and say why."""
    query = select(LostReason).where(
        LostReason.workspace_id == deal.workspace_id, LostReason.code == reason_code
    )
    reason = session.scalar(query)
    if reason is None:
        raise Invalid("say why the deal is lost", fields={"reason": "choose a reason"})
    deal.lost_reason_id = reason.id
    return _close(session, deal, DealStatus.LOST, by, clean(note, NOTE))


def reopen_deal(session: Session, deal: Deal, *, by: By) -> Deal:
    """Open a closed deal again, where it was."""
    before = deal.status
    deal.status = reopen(deal.status)
    deal.closed_at = deal.lost_reason_id = None
    session.flush()
    _log(session, deal, deal.deal_stage_id, before, by)
    return deal


def follow(session: Session, homes: Mapping[int, int]) -> None:
    """Carry deals along with leads that merged or parted."""
    for part in chunks(sorted(homes)):
        query = select(Deal.id, Deal.original_lead_id, Deal.lead_id)
        for deal, original, lead in session.execute(query.where(Deal.original_lead_id.in_(part))):
            if homes[original] != lead:
                # Whoever looks at the deal meanwhile has not been overtaken: no new version.
                session.execute(update(Deal).where(Deal.id == deal).values(lead_id=homes[original]))


def note(session: Session, deal: Deal, text: str, *, by: By) -> Activity:
    """Write down what was said or done about a deal."""
    text = clean(text, NOTE + 1)
    if not 1 <= len(text) <= NOTE:
        raise Invalid("this note cannot be kept", fields={"text": f"1 to {NOTE} characters"})
    activity = Activity(
        workspace_id=deal.workspace_id,
        deal_id=deal.id,
        at=by.at,
        user_id=by.user_id,
        text=text,
    )
    session.add(activity)
    session.flush()
    return activity


def _entered(session: Session, deal: Deal) -> datetime:
    query = select(DealMove.occurred_at).where(
        DealMove.deal_id == deal.id,
        DealMove.retracted_at.is_(None),
        DealMove.from_stage_id.is_distinct_from(DealMove.to_stage_id),
    )
    return session.scalars(query.order_by(DealMove.id.desc()).limit(1)).one()


def _check_owner(session: Session, workspace_id: int, owner_id: int | None) -> None:
    query = select(Membership.id).where(
        Membership.workspace_id == workspace_id, Membership.user_id == owner_id
    )
    if owner_id is not None and session.scalar(query) is None:
        raise Invalid("this person is not in the team", fields={"owner": "choose one of the list"})


def _put(session: Session, new: NewDeal, stage: DealStage, status: DealStatus, by: By) -> Deal:
    deal = Deal(
        workspace_id=new.lead.workspace_id,
        lead_id=new.lead.id,
        original_lead_id=new.lead.id,
        company_id=new.lead.company_id,
        handoff_id=new.handoff_id,
        external_id=new.external_id,
        pipeline_id=stage.pipeline_id,
        deal_stage_id=stage.id,
        title=new.title[:255],
        value=new.value,
        currency=new.currency,
        owner_id=new.owner_id,
        owner_label=new.owner_label,
        status=status,
        lost_reason_id=new.lost_reason_id,
        opened_at=by.at,
        entered_at=by.at,
        closed_at=None if status is DealStatus.OPEN else by.at,
        import_batch_id=new.import_batch_id,
    )
    session.add(deal)
    session.flush()
    _log(session, deal, None, None, by)
    return deal


def _stage(session: Session, deal: Deal, code: str) -> DealStage:
    query = select(DealStage).where(
        DealStage.pipeline_id == deal.pipeline_id, DealStage.code == code
    )
    stage = session.scalar(query)
    if stage is None:
        raise Invalid("this stage is not in the deal's pipeline", fields={"stage": "unknown"})
    return stage


def _close(session: Session, deal: Deal, outcome: DealStatus, by: By, note: str = "") -> Deal:
    before = deal.status
    deal.status = close(deal.status, outcome)
    deal.closed_at = by.at
    session.flush()
    _log(session, deal, deal.deal_stage_id, before, by, note)
    return deal


def _log(
    session: Session,
    deal: Deal,
    from_stage_id: int | None,
    from_status: DealStatus | None,
    by: By,
    note: str = "",
) -> None:
    session.add(
        DealMove(
            workspace_id=deal.workspace_id,
            deal_id=deal.id,
            from_stage_id=from_stage_id,
            to_stage_id=deal.deal_stage_id,
            from_status=from_status,
            to_status=deal.status,
            occurred_at=by.at,
            recorded_at=by.now,
            moved_by_id=by.user_id,
            note=note,
        )
    )
    session.flush()
