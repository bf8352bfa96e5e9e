"""Note when leads would have been offered first under a version, beside the one in force."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from tracker.driver import fetch_in, insert_many
from tracker.handoff.hindsight import Change, first_offer
from tracker.handoff.models import DraftOffer
from tracker.handoff.newcomers import identified
from tracker.stages import versions
from tracker.stages.models import StageModelRow
from tracker.stages.versions import Life


def note(
    session: Session, row: StageModelRow, live: StageModelRow, lives: Mapping[int, Life]
) -> None:
    """Note the first offers that some leads would have had under each of the two versions."""
    # When somebody gave proof is not kept: whoever has it now is taken to have had it all along.
    enough = identified(session, lives)
    known: dict[int, int] = {lead: at for lead, at in fetch_in(session, _KNOWN_SINCE, enough)}
    recorded = versions.changes_under(session, live, known)
    offers = []
    for lead_id, known_at in known.items():
        life = lives[lead_id]
        touched = [touch.order[0] for touch in life.touches]
        told: Sequence[Change] = [(one.order[0], one.to_stage) for one in life.changes]
        would = first_offer(told, touched, known_at)
        does = first_offer(recorded.get(lead_id, ()), touched, known_at)
        if would is not None or does is not None:
            offers.append((row.workspace_id, row.id, lead_id, would, does))
    insert_many(session, _OFFER, offers, types="bigint bigint bigint bigint bigint")


def forget(session: Session, model_id: int) -> None:
    """Forget what would have been offered under a version."""
    session.execute(delete(DraftOffer).where(DraftOffer.model_id == model_id))


def forget_all(session: Session, workspace_id: int) -> None:
    """Forget what would have been offered under any version: another one is in force."""
    session.execute(delete(DraftOffer).where(DraftOffer.workspace_id == workspace_id))


_KNOWN_SINCE = """
/* handoff.known_since */
SELECT lead_id, min(coalesce(decided_at, heard_at)) FROM visitor_edge
WHERE is_identified AND coalesce(decided_at, heard_at) IS NOT NULL AND lead_id IN ({})
GROUP BY lead_id
"""
_OFFER = """
/* handoff.draft_offer */
INSERT INTO draft_offer (workspace_id, model_id, lead_id, offered_at, live_at) {}
"""
