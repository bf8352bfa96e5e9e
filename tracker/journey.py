"""The order of the steps: the only file that calls the rooms from left to right.

A touch is appended (it happened), then advanced (what follows from it).  What people do
along the way (answer an offer, move a deal) is carried on from here too, so that the
milestones always agree with the history.  Nothing here commits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.collector import replay
from tracker.collector.domain import Hit
from tracker.collector.quarantine import Which
from tracker.handoff import service as handoff
from tracker.handoff import together, withdrawals
from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.identity import corrections, merges
from tracker.identity import service as identity
from tracker.identity.models import Company, Lead, Merge
from tracker.milestones import service as milestones
from tracker.pipeline import companies as deals_of_companies
from tracker.pipeline import service as pipeline
from tracker.pipeline import setup
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal, DealStage
from tracker.stages import overrides, timekeeping
from tracker.stages import service as stages
from tracker.stages.models import StageOverride
from tracker.stages.overrides import Placement
from tracker.touches import catalogue
from tracker.touches import service as log
from tracker.touches.domain import Touch
from tracker.workspaces import audit
from tracker.workspaces.audit import AuditAction
from tracker.workspaces.audit import By as Who
from tracker.workspaces.models import Workspace


def record(session: Session, hits: Sequence[Hit], *, now: datetime) -> log.Appended:
    """Append hits and advance the touches that are new."""
    appended = log.append(session, hits)
    advance(session, appended.touches, now=now)
    return appended


def judge_again(
    session: Session, which: Which, *, now: datetime, limit: int, after: int = 0
) -> tuple[replay.Replayed, int]:
    """Judge messages in quarantine again, and take in those that are good now.

    Returns what became of them, and the number of the last: whoever goes on begins after it.
    """
    rows = replay.due(session, which, limit=limit, after=after)
    last = rows[-1].id if rows else 0
    return replay.judge_again(
        session, rows, lambda hits: record(session, hits, now=now).is_new
    ), last


def advance(session: Session, touches: Sequence[Touch], *, now: datetime) -> None:
    """Take appended touches as far along the journey as they go."""
    leads = identity.resolve(session, touches)
    follow(session, [lead.lead_id for lead in leads if lead.must_refold], now=now)
    _carry_on(session, stages.reclassify(session, leads, now=now), now)


def advance_clock(session: Session, *, now: datetime, limit: int) -> bool:
    """Let what has fallen due by time alone happen; return whether there may be more."""
    settled = timekeeping.settle(session, now=now, limit=limit)
    _carry_on(session, settled, now)
    return len(settled) == limit


def override_stage(
    session: Session, workspace_id: int, lead_id: int, placement: Placement, *, by: int | None,
    now: datetime,
) -> StageOverride:  # fmt: skip
    """Put a lead where somebody says that it stands; its touches count on meanwhile."""
    home = _hold_whole(session, lead_id)
    row, lead = timekeeping.override(session, workspace_id, home, placement, by=by, now=now)
    _carry_on(session, [lead], now)
    return row


def end_override(
    session: Session, workspace_id: int, lead_id: int, *, by: int | None, now: datetime
) -> StageOverride:
    """Let a lead stand where the rules say again."""
    home = _hold_whole(session, lead_id)
    row, lead = timekeeping.end_override(session, workspace_id, home, by=by, now=now)
    _carry_on(session, [lead], now)
    return row


def follow(session: Session, lead_ids: Iterable[int], *, now: datetime) -> None:
    """Let offers and deals follow leads whose visitors have come together or parted."""
    homes = identity.homes(session, lead_ids)
    if homes:
        overrides.follow(session, homes)
        together.follow(session, homes, now=now)
        pipeline.follow(session, homes)


def merge_leads(
    session: Session, kept: Lead, absorbed: Lead, *, by: int | None, reason: str, now: datetime
) -> Merge:
    """Make two leads one: everything of the absorbed one counts with the kept one."""
    merge, leads = merges.merge(session, kept, absorbed, by=by, reason=reason, now=now)
    _retell(session, merge, leads, by=by, now=now)
    return merge


def undo_merge(session: Session, merge: Merge, *, by: int | None, now: datetime) -> Merge:
    """Take a merge back: the absorbed lead is itself again, with what happened meanwhile."""
    merge, leads = merges.undo(session, merge, by=by, now=now)
    _retell(session, merge, leads, by=by, now=now)
    return merge


def refold(
    session: Session,
    workspace_id: int,
    lead_ids: Sequence[int],
    *,
    now: datetime,
    merge: Merge | None = None,
) -> stages.Moved:
    """Tell the history of leads again from their touches, on request since they were merged."""
    moved = stages.refold(session, workspace_id, lead_ids, now=now)
    why = withdrawals.because_of(merge) if merge else None
    withdrawals.groundless(session, workspace_id, lead_ids, now=now, why=why)
    if merge is not None:
        withdrawals.reopen(session, workspace_id, lead_ids, now=now)
    milestones.mark(session, workspace_id, lead_ids, now=now)
    return moved


def answer_handoff(
    session: Session, workspace: Workspace, code: str, *, answer: handoff.Answer, now: datetime
) -> tuple[Handoff, Deal | None]:
    """Record sales' answer; accepting opens the deal."""
    _hold(session, handoff.get(session, workspace.id, code).lead_id)
    settled = handoff.answer(session, workspace.id, code, answer=answer, now=now)
    deal = None
    if settled.status is HandoffStatus.ACCEPTED:
        deal = pipeline.open_for(session, settled, currency=workspace.currency, now=now)
    milestones.mark(session, workspace.id, [settled.lead_id], now=now)
    return settled, deal


def open_deal(session: Session, new: pipeline.NewDeal, *, by: pipeline.By) -> Deal:
    """Open a deal that did not come from a handoff."""
    lead = session.get_one(Lead, _hold(session, new.lead.id))
    deal = pipeline.open_deal(session, replace(new, lead=lead), by=by)
    milestones.mark(session, deal.workspace_id, [deal.lead_id], now=by.now)
    return deal


def import_deals(
    session: Session,
    deals: Sequence[tuple[pipeline.NewDeal, pipeline.By]],
    *,
    outcome: DealStatus,
    now: datetime,
) -> None:
    """Take over deals that ended elsewhere, each at its own time."""
    leads: dict[int, set[int]] = {}
    ends: dict[int, DealStage] = {}
    for new, by in deals:
        here = new.lead.workspace_id
        deal = pipeline.record_closed(session, new, outcome=outcome, by=by, stage=ends.get(here))
        ends.setdefault(here, deal.stage)
        leads.setdefault(here, set()).add(new.lead.id)
    for workspace_id, lead_ids in leads.items():
        milestones.mark(session, workspace_id, lead_ids, now=now)


def move_deal(session: Session, deal: Deal, stage_code: str, *, by: pipeline.By) -> Deal:
    """Move a deal to another stage of its pipeline."""
    pipeline.move(session, deal, stage_code, by=by)
    milestones.mark(session, deal.workspace_id, [deal.lead_id], now=by.now)
    return deal


def undo_move(session: Session, deal: Deal, *, by: pipeline.By) -> Deal:
    """Take the last move of a deal back, as if it had not been made."""
    pipeline.undo_move(session, deal, by=by)
    milestones.mark(session, deal.workspace_id, [deal.lead_id], now=by.now)
    return deal


def win_deal(
    session: Session, deal: Deal, *, by: pipeline.By, value: Decimal | None = None
) -> Deal:
    """Win a deal: the lead has come the whole way."""
    pipeline.win(session, deal, by=by, value=value)
    milestones.mark(session, deal.workspace_id, [deal.lead_id], now=by.now)
    return deal


def lose_deal(
    session: Session, deal: Deal, reason_code: str, *, by: pipeline.By, note: str = ""
) -> Deal:
    """Lose a deal; the lead stays counted where it came to."""
    return pipeline.lose(session, deal, reason_code, by=by, note=note)


def reopen_deal(session: Session, deal: Deal, *, by: pipeline.By) -> Deal:
    """Open a deal again that was closed too early."""
    pipeline.reopen_deal(session, deal, by=by)
    milestones.mark(session, deal.workspace_id, [deal.lead_id], now=by.now)
    return deal


def merge_companies(session: Session, company: Company, into: Company, *, by: Who) -> Company:
    """Make two companies one: its people and deals are the other's from now on."""
    corrections.merge(session, company, into, by=by)
    deals_of_companies.join(session, company, into)
    return into


def part_companies(session: Session, company: Company, *, by: Who) -> Company:
    """Undo the merge of a company; the deals of its people come along."""
    into = corrections.part(session, company, by=by)
    deals_of_companies.part(session, company, from_id=into.id)
    return company


def found_workspace(session: Session, workspace: Workspace, *, now: datetime) -> None:
    """Furnish a new workspace: default rules, event names and a pipeline."""
    catalogue.install_event_names(session, workspace.id)
    stages.install_default(session, workspace.id, now=now)
    setup.install(session, workspace.id)


def _retell(
    session: Session, merge: Merge, leads: set[int], *, by: int | None, now: datetime
) -> None:
    follow(session, leads, now=now)
    refold(session, merge.workspace_id, sorted(leads), now=now, merge=merge)
    action = AuditAction.LEAD_UNMERGED if merge.undone_at else AuditAction.LEAD_MERGED
    subject = f"{merge.absorbed.code} into {merge.kept.code}"
    who = Who(workspace_id=merge.workspace_id, user_id=by, now=now)
    audit.write(session, action, subject, by=who, detail=merge.reason)


def _hold(session: Session, lead_id: int) -> int:
    # Whoever merges or parts leads holds them until offers and deals have followed; what begins
    # meanwhile waits, and begins where the lead lives then.
    home, held = lead_id, None
    while home != held:
        held = home
        if session.get_bind().dialect.name != "sqlite":
            session.execute(select(Lead.id).filter_by(id=held).with_for_update(key_share=True))
        home = identity.homes(session, [lead_id])[lead_id]
    return home


def _hold_whole(session: Session, lead_id: int) -> int:
    # With its visitors, in the order in which whoever takes in touches holds them.
    home, held = identity.homes(session, [lead_id])[lead_id], None
    while home != held:
        held = home
        identity.hold(session, [held])
        home = identity.homes(session, [lead_id])[lead_id]
    return home


def _carry_on(session: Session, leads: Sequence[stages.Classified], now: datetime) -> None:
    """Let offers and milestones follow where leads stand now."""
    further = {(lead.workspace_id, lead.lead_id) for lead in leads if lead.has_moved}
    left = {(lead.workspace_id, lead.lead_id) for lead in leads if lead.has_left_bottom}
    for workspace_id, lead_ids in _by_workspace(left):
        withdrawals.groundless(session, workspace_id, lead_ids, now=now)
    offered = handoff.offer_ready(session, leads, now=now)
    further |= left | {(offer.workspace_id, offer.lead_id) for offer in offered}
    for workspace_id, lead_ids in _by_workspace(further):
        milestones.mark(session, workspace_id, lead_ids, now=now)


def _by_workspace(leads: Iterable[tuple[int, int]]) -> list[tuple[int, list[int]]]:
    found: dict[int, list[int]] = {}
    for workspace_id, lead_id in sorted(leads):
        found.setdefault(workspace_id, []).append(lead_id)
    return list(found.items())
