"""What decided leads had touched before they came to sales: the counts that evidence rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from tracker.handoff.briefing import name_of
from tracker.identity.models import Lead, VisitorEdge
from tracker.reports.backtest import Fate
from tracker.reports.domain import Ratio
from tracker.reports.evidence import Lift
from tracker.reports.fates import fates
from tracker.touches import catalogue
from tracker.touches.domain import AgentClass, ContentKind
from tracker.touches.models import Agent, Content, TouchRow

# A column of a table, as written and as asked for.
_Column = ColumnElement[Any] | InstrumentedAttribute[Any]
# A key of the catalogue may lie under an item: then it is that item.
_Item = aliased(Content)
_DECIDED = (Fate.WON.value, Fate.LOST.value, Fate.REFUSED.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """The evidence about an item of the catalogue, or about a whole kind (without a code)."""

    kind: ContentKind
    lift: Lift
    code: str = ""
    key: str = ""
    title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Touched:
    """Whom a list is about: decided leads that touched a kind or an item before their offer."""

    kind: ContentKind | None = None
    code: str = ""
    is_won: bool = False


def base(session: Session, workspace_id: int, *, until: datetime) -> Ratio:
    """Return how many of the leads that were decided by a moment were won."""
    decided = _decided(workspace_id, until)
    won, everybody = session.execute(
        select(func.coalesce(func.sum(decided.c.won), 0), func.count()).select_from(decided)
    ).one()
    return Ratio(numerator=int(won), denominator=everybody)


def by_kind(session: Session, workspace_id: int, *, until: datetime) -> list[Finding]:
    """Return the evidence about each kind that somebody touched before coming to sales."""
    everybody = base(session, workspace_id, until=until)
    counted = _counts(_decided(workspace_id, until), _Item.kind)
    return [
        Finding(kind=kind, lift=_lift(won, people, everybody))
        for kind, people, won in session.execute(counted)
    ]


def by_item(session: Session, workspace_id: int, *, until: datetime) -> list[Finding]:
    """Return the evidence about each item that somebody touched before coming to sales."""
    everybody = base(session, workspace_id, until=until)
    counted = _counts(_decided(workspace_id, until), _Item.id).subquery("counted")
    query = select(Content, counted.c.people, counted.c.won).join(
        counted, counted.c.id == Content.id
    )
    return [
        Finding(
            kind=item.kind,
            lift=_lift(won, people, everybody),
            code=item.code,
            key=item.key,
            title=name_of(item),
        )
        for item, people, won in session.execute(query)
    ]


def count(session: Session, workspace_id: int, touched: Touched, *, until: datetime) -> int:
    """Return how many leads a list is about."""
    query = _who(workspace_id, touched, until).subquery()
    return session.scalar(select(func.count()).select_from(query)) or 0


def leads(
    session: Session,
    workspace_id: int,
    touched: Touched,
    *,
    until: datetime,
    window: tuple[int, int],
) -> Sequence[Lead]:
    """Return some of the leads that a list is about: so many from a place on."""
    own = _who(workspace_id, touched, until)
    query = select(Lead).where(Lead.id.in_(own)).order_by(Lead.id.desc())
    limit, offset = window
    return list(session.scalars(query.limit(limit).offset(offset)))


def title_of(session: Session, workspace_id: int, code: str) -> str:
    """Return what an item is called; raise NotFound."""
    return name_of(catalogue.get_content(session, workspace_id, code))


def _lift(won: int, people: int, everybody: Ratio) -> Lift:
    return Lift(touched=Ratio(numerator=int(won), denominator=people), base=everybody)


def _decided(workspace_id: int, until: datetime) -> CTE:
    came = fates(workspace_id, until)
    won = case((came.c.fate == Fate.WON.value, 1), else_=0)
    query = select(came.c.lead_id, came.c.came_at, won.label("won"))
    # Small beside the touches: made once, and the touches are looked up from it.
    return query.where(came.c.fate.in_(_DECIDED)).cte("decided").prefix_with("MATERIALIZED")


def _counts(decided: CTE, what: _Column) -> Select[*tuple[Any, ...]]:
    pairs = _pairs(decided, what).subquery("pairs")
    return select(
        pairs.c[0], func.count().label("people"), func.sum(pairs.c.won).label("won")
    ).group_by(pairs.c[0])


def _pairs(decided: CTE, what: _Column) -> Select[*tuple[Any, ...]]:
    """Return what each decided lead touched before it came to sales, everything once."""
    return (
        select(what, decided.c.lead_id, decided.c.won)
        .join(VisitorEdge, VisitorEdge.lead_id == decided.c.lead_id)
        .join(TouchRow, TouchRow.visitor_id == VisitorEdge.visitor_id)
        .join(Content, Content.id == TouchRow.content_id)
        .join(_Item, _Item.id == func.coalesce(Content.item_id, Content.id))
        .outerjoin(Agent, Agent.id == TouchRow.agent_id)
        .where(
            TouchRow.occurred_at <= decided.c.came_at,
            func.coalesce(Agent.agent_class, 0) == AgentClass.HUMAN.value,
        )
        .distinct()
    )


def _who(workspace_id: int, touched: Touched, until: datetime) -> Select[*tuple[Any, ...]]:
    decided = _decided(workspace_id, until)
    if touched.kind is None and not touched.code:
        query: Select[*tuple[Any, ...]] = select(decided.c.lead_id)
    else:
        about = _Item.kind if touched.kind else _Item.code
        pairs = _pairs(decided, about).where(about == (touched.kind or touched.code)).subquery()
        query = select(decided.c.lead_id).join(pairs, pairs.c.lead_id == decided.c.lead_id)
    return query.where(decided.c.won == 1) if touched.is_won else query
