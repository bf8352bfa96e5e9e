"""Visits: touches of one lead that came close together, as the lines of journeys show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from tracker.handoff.briefing import name_of
from tracker.identity.models import VisitorEdge
from tracker.touches.domain import AgentClass, ContentKind
from tracker.touches.models import Content, Source

# Touches without a longer gap are one visit.
GAP = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One touch as the line shows it."""

    at: datetime
    kind: ContentKind
    title: str
    url: str
    source: str
    is_robot: bool
    is_anonymous: bool


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Touches that came close together, the earliest first."""

    form: ClassVar[str] = "visit"
    at: datetime
    source: str
    is_anonymous: bool
    touches: tuple[Seen, ...]


def seen(
    at: datetime, content: Content, source: Source | None, agent: int | None, edge: VisitorEdge
) -> Seen:
    """Return a touch as the line shows it."""
    claimed = edge.decided_at
    return Seen(
        at=at,
        kind=content.kind,
        title=name_of(content),
        url=content.url,
        source=_source_words(source),
        is_robot=agent not in (None, AgentClass.HUMAN),
        is_anonymous=not edge.is_identified and (claimed is None or at < claimed),
    )


def _source_words(source: Source | None) -> str:
    if source is None:
        return ""
    return " / ".join(part for part in (source.name, source.medium, source.campaign) if part)


def visits(touches: Sequence[Seen]) -> list[Visit]:
    """Return touches of one lead, given the latest first, by visits, the earliest first."""
    visits: list[list[Seen]] = []
    for touch in reversed(touches):
        last = visits[-1][-1] if visits else None
        same = last is not None and touch.at - last.at <= GAP
        if not same or last is None or last.is_anonymous != touch.is_anonymous:
            visits.append([])
        visits[-1].append(touch)
    return [
        Visit(
            at=visit[0].at,
            source=next((touch.source for touch in visit if touch.source), ""),
            is_anonymous=visit[0].is_anonymous,
            touches=tuple(visit),
        )
        for visit in visits
    ]
