"""Turn decisions about visitors into edges to leads: new leads, joined ones, parted ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from tracker.db import from_micros
from tracker.identity.domain import Decision, components
from tracker.identity.models import Lead, VisitorEdge
from tracker.ids import new_code
from tracker.touches.dimensions import chunks


@dataclass(frozen=True, kw_only=True)
class Belonging:
    """Which lead each visitor of a batch belongs to, and the leads whose past has changed."""

    leads: dict[int, int]
    refold: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, edges: Mapping[int, VisitorEdge]) -> "Belonging":
        """Return the belonging in which nothing changes."""
        return cls(leads={visitor: edge.lead_id for visitor, edge in edges.items()})


def assign(
    session: Session,
    workspace_id: int,
    changed: Mapping[int, Decision],
    edges: Mapping[int, VisitorEdge],
) -> Belonging:
    """Carry changed decisions into the edges and return the new belonging."""
    around = _neighbourhood(session, changed, edges)
    before = {visitor: edge.lead_id for visitor, edge in around.items()}
    groups = _groups(changed, around)
    known = _known(session, set(before.values()))
    homes = _homes(session, workspace_id, groups, before, known)
    after = {visitor: home for group, home in homes.items() for visitor in group}
    _write(session, workspace_id, changed, around, after)
    moved = {v for v, lead in before.items() if after[v] != lead}
    refold = {after[v] for v in moved} | {before[v] for v in moved}
    _retire(session, refold, before, after)
    _make_known(session, groups, homes, changed, around)
    leads = {visitor: edge.lead_id for visitor, edge in edges.items()} | after
    return Belonging(leads=leads, refold=refold)


def _neighbourhood(
    session: Session, changed: Mapping[int, Decision], edges: Mapping[int, VisitorEdge]
) -> dict[int, VisitorEdge]:
    """Return the edges of every lead that a changed decision can touch."""
    near = {v: edges[v] for v in changed if v in edges}
    named = {d.partner for d in changed.values() if d.partner is not None}
    near |= {v: edges[v] for v in named if v in edges}
    found = {edge.lead_id for edge in near.values()}
    for part in chunks(sorted(named - set(edges))):
        query = select(VisitorEdge.lead_id).where(VisitorEdge.visitor_id.in_(part))
        found |= set(session.scalars(query))
    for part in chunks(sorted(found)):
        own = select(VisitorEdge).where(VisitorEdge.lead_id.in_(part))
        near |= {edge.visitor_id: edge for edge in session.scalars(own)}
    return near


def _groups(
    changed: Mapping[int, Decision], around: Mapping[int, VisitorEdge]
) -> list[frozenset[int]]:
    partners: dict[int, int | None] = {v: e.with_visitor_id for v, e in around.items()}
    partners |= {visitor: decision.partner for visitor, decision in changed.items()}
    return components(partners)


def _known(session: Session, leads: Iterable[int]) -> set[int]:
    known: set[int] = set()
    for part in chunks(sorted(leads)):
        query = select(Lead.id).where(Lead.id.in_(part), Lead.is_known)
        known |= set(session.scalars(query))
    return known


def _homes(
    session: Session,
    workspace_id: int,
    groups: Sequence[frozenset[int]],
    before: Mapping[int, int],
    known: set[int],
) -> dict[frozenset[int], int]:
    """Give each group one lead: a known one before an anonymous one, else the oldest free."""
    taken: set[int] = set()
    homes: dict[frozenset[int], int] = {}
    # Older visitors choose first, so that a lead that parts keeps its earliest key.
    for group in sorted(groups, key=min):
        leads = {before[v] for v in group if v in before} - taken
        if leads:
            homes[group] = min(leads, key=lambda lead: (lead not in known, lead))
            taken.add(homes[group])
    homeless = [group for group in groups if group not in homes]
    if homeless:
        codes = [new_code() for _ in homeless]
        rows = [{"workspace_id": workspace_id, "code": code} for code in codes]
        session.execute(insert(Lead), rows)
        made: dict[str, int] = {}
        for part in chunks(codes):
            query = select(Lead.code, Lead.id).where(
                Lead.workspace_id == workspace_id, Lead.code.in_(part)
            )
            made |= {row.code: row.id for row in session.execute(query)}
        homes |= {group: made[code] for group, code in zip(homeless, codes, strict=True)}
    return homes


def _write(
    session: Session,
    workspace_id: int,
    changed: Mapping[int, Decision],
    around: Mapping[int, VisitorEdge],
    after: Mapping[int, int],
) -> None:
    new: list[dict[str, Any]] = []
    for visitor, lead in after.items():
        edge = around.get(visitor)
        if edge is None:
            new.append(_row(workspace_id, visitor, lead, changed[visitor]))
            continue
        edge.lead_id = lead
        if visitor in changed:
            _carry(edge, changed[visitor])
    if new:
        session.execute(insert(VisitorEdge), new)
    session.flush()


def _row(workspace_id: int, visitor: int, lead: int, decision: Decision) -> dict[str, Any]:
    order = decision.order
    return {
        "workspace_id": workspace_id,
        "visitor_id": visitor,
        "lead_id": lead,
        "is_identified": decision.is_identified,
        "decided_at": from_micros(order[0]) if order else None,
        "decided_by": order[1] if order else None,
        "with_visitor_id": decision.partner,
    }


def _carry(edge: VisitorEdge, decision: Decision) -> None:
    if decision.order is not None:
        edge.decided_at = from_micros(decision.order[0])
        edge.decided_by = decision.order[1]
    edge.with_visitor_id = decision.partner


def _retire(
    session: Session, leads: set[int], before: Mapping[int, int], after: Mapping[int, int]
) -> None:
    """Point leads without visitors to where theirs went, and revive those that have some."""
    occupied = set(after.values())
    for lead in sorted(leads):
        went = None
        if lead not in occupied:
            went = min(after[v] for v, home in before.items() if home == lead)
        session.execute(update(Lead).where(Lead.id == lead).values(merged_into_id=went))


def _make_known(
    session: Session,
    groups: Sequence[frozenset[int]],
    homes: Mapping[frozenset[int], int],
    changed: Mapping[int, Decision],
    around: Mapping[int, VisitorEdge],
) -> None:
    def is_identified(visitor: int) -> bool:
        if visitor in around:
            return around[visitor].is_identified
        return changed[visitor].is_identified

    known = {homes[group] for group in groups if any(is_identified(v) for v in group)}
    for part in chunks(sorted(known)):
        session.execute(
            update(Lead).where(Lead.id.in_(part), Lead.is_known.is_(False)).values(is_known=True)
        )
