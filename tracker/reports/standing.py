"""How one lead stands today: stage and why, score and its parts, what is missing next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from tracker.db import to_micros
from tracker.identity.models import Lead, VisitorEdge
from tracker.pipeline.models import Deal
from tracker.reports.timeline import Change, changes_of
from tracker.stages import overrides
from tracker.stages.classify import score_lines
from tracker.stages.domain import Stage, StageModel
from tracker.stages.explain import Unmet, nearest_unmet
from tracker.stages.fold import Fold
from tracker.stages.models import StageOverride, Standing
from tracker.stages.scoring import DAY, Line
from tracker.stages.standings import state_of
from tracker.touches.domain import ContentKind
from tracker.touches.models import Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What one kind of content adds to the score today, in milli-points."""

    kind: ContentKind
    touches: int
    milli: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Today:
    """A lead's standing now; without a touch that counts there is no `since`."""

    stage: Stage | None
    since: datetime | None
    change: Change | None
    unmet: Unmet | None
    shares: tuple[Share, ...]
    touches: int
    first_at: datetime | None
    last_at: datetime | None
    source: str
    is_dormant: bool
    # What holds of what somebody has set by hand.
    by_hand: StageOverride | None

    @property
    def score(self) -> int:
        """Return the score in milli-points: the sum of its parts, nothing else."""
        return sum(share.milli for share in self.shares)


def today(
    session: Session, lead: Lead, model_id: int, model: StageModel, *, now: datetime
) -> Today:
    """Return how a lead stands at this moment."""
    standing = session.get(Standing, (lead.id, model_id))
    at = to_micros(now)
    state = state_of(standing) if standing else Fold()
    changes = changes_of(session, lead, model_id, model)
    return Today(
        stage=state.stage,
        since=standing.entered_at if standing else None,
        change=changes[-1] if changes else None,
        unmet=nearest_unmet(model, state, at=at),
        shares=_shares(score_lines(model, state, day=at // DAY)),
        touches=standing.touch_count if standing else 0,
        first_at=standing.first_touch_at if standing else None,
        last_at=standing.last_touch_at if standing else None,
        source=_source(session, standing),
        is_dormant=state.is_dormant,
        by_hand=_by_hand(session, lead, now),
    )


def deals_of(session: Session, lead: Lead) -> list[Deal]:
    """Return a lead's deals with their stages and owners, the newest first."""
    query = select(Deal).where(Deal.workspace_id == lead.workspace_id, Deal.lead_id == lead.id)
    newest = query.options(joinedload(Deal.stage), joinedload(Deal.owner)).order_by(
        Deal.opened_at.desc(), Deal.id.desc()
    )
    return list(session.scalars(newest))


def known_since(session: Session, lead: Lead) -> datetime | None:
    """Return when we first heard who a lead is, None for an anonymous one."""
    return session.scalar(
        select(func.min(VisitorEdge.decided_at)).where(
            VisitorEdge.lead_id == lead.id, VisitorEdge.is_identified.is_(True)
        )
    )


def _by_hand(session: Session, lead: Lead, now: datetime) -> StageOverride | None:
    held = overrides.holding(session, [lead.id], now=now)
    return held[-1] if held else None


def _shares(lines: tuple[Line, ...]) -> tuple[Share, ...]:
    kinds = {line.kind for line in lines}
    shares = [
        Share(
            kind=kind,
            touches=sum(line.touches for line in lines if line.kind is kind),
            milli=sum(line.milli for line in lines if line.kind is kind),
        )
        for kind in kinds
    ]
    return tuple(sorted(shares, key=lambda share: (-share.milli, share.kind)))


def _source(session: Session, standing: Standing | None) -> str:
    if standing is None or standing.first_source_id is None:
        return ""
    return session.get_one(Source, standing.first_source_id).name
