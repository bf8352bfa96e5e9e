"""Turn decisions about visitors into edges to leads: new leads, joined ones, parted ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from tracker.driver import Row, chunks, execute_many, fetch_in, insert_returning, remembered
from tracker.identity.domain import Decision, components
from tracker.identity.models import Lead
from tracker.ids import new_code


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """The lead that a visitor belongs to, and what decided it."""

    lead_id: int
    decision: Decision


@dataclass(frozen=True, kw_only=True)
class Belonging:
    """Which lead each visitor of a batch belongs to, and the leads whose past has changed."""

    leads: dict[int, int]
    refold: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, edges: Mapping[int, Edge]) -> "Belonging":
        """Return the belonging in which nothing changes."""
        return cls(leads={visitor: edge.lead_id for visitor, edge in edges.items()})


def assign(
    session: Session,
    workspace_id: int,
    changed: Mapping[int, Decision],
    edges: Mapping[int, Edge],
) -> Belonging:
    """Carry changed decisions into the edges and return the new belonging."""
    around = _neighbourhood(session, changed, edges)
    before = {visitor: edge.lead_id for visitor, edge in around.items()}
    groups = _groups(changed, around)
    known = known_leads(session, set(before.values()))
    homes = _homes(session, workspace_id, groups, before, known)
    after = {visitor: home for group, home in homes.items() for visitor in group}
    _write(session, workspace_id, changed, around, after)
    moved = {v for v, lead in before.items() if after[v] != lead}
    refold = {after[v] for v in moved} | {before[v] for v in moved}
    _retire(session, refold, before, after)
    _make_known(session, groups, homes, changed, around)
    leads = {visitor: edge.lead_id for visitor, edge in edges.items()} | after
    return Belonging(leads=leads, refold=refold)


def edges_of(session: Session, visitors: Iterable[int]) -> dict[int, Edge]:
    """Return the edges of visitors; one that is new has none."""
    known: dict[int, Edge] = remembered(session, _EDGES)
    wanted = sorted(visitors)
    unknown = [visitor for visitor in wanted if visitor not in known]
    known |= _read(fetch_in(session, f"{_EDGE} WHERE visitor_id IN ({{}})", unknown))
    return {visitor: known[visitor] for visitor in wanted if visitor in known}


def known_leads(session: Session, leads: Iterable[int]) -> set[int]:
    """Return which of some leads are known."""
    known: dict[int, bool] = remembered(session, _KNOWN)
    wanted = sorted(leads)
    unknown = [lead for lead in wanted if lead not in known]
    sql = "/* identity.known */ SELECT id, is_known FROM lead WHERE id IN ({})"
    known |= {lead: bool(is_known) for lead, is_known in fetch_in(session, sql, unknown)}
    return {lead for lead in wanted if known.get(lead)}


# The names under which edges and known leads are known by heart.
_EDGES = "identity.edges"
_KNOWN = "identity.known"


_EDGE = """
/* identity.edges */
SELECT visitor_id, lead_id, is_identified, decided_at, decided_by, heard_at, with_visitor_id
FROM visitor_edge
"""


def _read(rows: Iterable[Sequence[Any]]) -> dict[int, Edge]:
    edges = {}
    for visitor, lead, is_identified, at, by, heard, partner in rows:
        decision = Decision(
            is_identified=bool(is_identified),
            order=None if at is None else (at, bytes(by)),
            heard=heard or 0,
            partner=partner,
        )
        edges[visitor] = Edge(lead_id=lead, decision=decision)
    return edges


def _neighbourhood(
    session: Session, changed: Mapping[int, Decision], edges: Mapping[int, Edge]
) -> dict[int, Edge]:
    """Return the edges of every lead that a changed decision can touch."""
    named = {d.partner for d in changed.values() if d.partner is not None} | set(changed)
    # Of those that have changed it is known already that they have no other edge.
    others = named - set(edges) - set(changed)
    near = {v: edges[v] for v in named if v in edges} | edges_of(session, others)
    leads = {edge.lead_id for edge in near.values()}
    return near | _read(fetch_in(session, f"{_EDGE} WHERE lead_id IN ({{}})", sorted(leads)))


def _groups(changed: Mapping[int, Decision], around: Mapping[int, Edge]) -> list[frozenset[int]]:
    partners: dict[int, int | None] = {v: e.decision.partner for v, e in around.items()}
    partners |= {visitor: decision.partner for visitor, decision in changed.items()}
    return components(partners)


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
        made = _new_leads(session, workspace_id, codes)
        homes |= {group: made[code] for group, code in zip(homeless, codes, strict=True)}
    return homes


def _new_leads(session: Session, workspace_id: int, codes: Sequence[str]) -> dict[str, int]:
    rows = insert_returning(
        session,
        "/* identity.new */ INSERT INTO lead"
        " (workspace_id, code, is_known, name, email, title, phone, country, stated_company)"
        " VALUES {}",
        [(workspace_id, code, False, "", "", "", "", "", "") for code in codes],
        columns=9,
        returning="code, id",
    )
    by_heart: dict[int, bool] = remembered(session, _KNOWN)
    by_heart |= {number: False for _, number in rows}
    return {code: number for code, number in rows}


def _write(
    session: Session,
    workspace_id: int,
    changed: Mapping[int, Decision],
    around: Mapping[int, Edge],
    after: Mapping[int, int],
) -> None:
    decisions = {visitor: edge.decision for visitor, edge in around.items()} | dict(changed)
    known: dict[int, Edge] = remembered(session, _EDGES)
    rows = []
    for visitor, lead in sorted(after.items()):
        decision, edge = decisions[visitor], around.get(visitor)
        new = Edge(lead_id=lead, decision=decision)
        if edge != new:
            known[visitor] = new
            rows.append(_row(workspace_id, visitor, new))
    execute_many(session, _UPSERT, rows)


_UPSERT = """
/* identity.edges */
INSERT INTO visitor_edge
    (workspace_id, visitor_id, lead_id, is_identified, decided_at, decided_by, heard_at,
     with_visitor_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (visitor_id) DO UPDATE SET
    lead_id = excluded.lead_id, decided_at = excluded.decided_at,
    decided_by = excluded.decided_by, heard_at = excluded.heard_at,
    with_visitor_id = excluded.with_visitor_id
"""


def _row(workspace_id: int, visitor: int, edge: Edge) -> Row:
    decision = edge.decision
    at, by = decision.order or (None, None)
    return (
        workspace_id,
        visitor,
        edge.lead_id,
        decision.is_identified,
        at,
        by,
        decision.heard or None,
        decision.partner,
    )


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
    around: Mapping[int, Edge],
) -> None:
    def is_identified(visitor: int) -> bool:
        decision = around[visitor].decision if visitor in around else changed[visitor]
        return decision.is_identified

    known = {homes[group] for group in groups if any(is_identified(v) for v in group)}
    by_heart: dict[int, bool] = remembered(session, _KNOWN)
    by_heart |= dict.fromkeys(known, True)
    for part in chunks(sorted(known)):
        session.execute(
            update(Lead).where(Lead.id.in_(part), Lead.is_known.is_(False)).values(is_known=True)
        )
