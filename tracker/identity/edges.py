"""Visitors' edges to leads: read, remembered, written; and all that hang together with some."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from tracker.driver import Row, fetch_in, insert_many, remembered
from tracker.identity.domain import Decision, Pair

# The name under which edges are known by heart.
_EDGES = "identity.edges"


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """The lead that a visitor belongs to, with and without merges, and what decided it."""

    lead_id: int
    own_lead_id: int
    decision: Decision

    @property
    def leads(self) -> tuple[int, int]:
        """Return where the visitor lives, and where it would without merges."""
        return self.lead_id, self.own_lead_id


def edges_of(session: Session, visitors: Iterable[int]) -> dict[int, Edge]:
    """Return the edges of visitors; one that is new has none."""
    known: dict[int, Edge] = remembered(session, _EDGES)
    wanted = sorted(visitors)
    unknown = [visitor for visitor in wanted if visitor not in known]
    known |= _read(fetch_in(session, f"{_EDGE} WHERE visitor_id IN ({{}})", unknown))
    return {visitor: known[visitor] for visitor in wanted if visitor in known}


def neighbourhood(
    session: Session, changed: Mapping[int, Decision], edges: Mapping[int, Edge]
) -> dict[int, Edge]:
    """Return the edges of every lead that a changed decision can touch."""
    named = {d.partner for d in changed.values() if d.partner is not None} | set(changed)
    # Of those that have changed it is known already that they have no other edge.
    others = named - set(edges) - set(changed)
    around = {v: edges[v] for v in named if v in edges} | edges_of(session, others)
    seen: set[int] = set()
    while new := sorted({lead for edge in around.values() for lead in edge.leads} - seen):
        for column in ("lead_id", "own_lead_id"):
            around |= _read(fetch_in(session, f"{_EDGE} WHERE {column} IN ({{}})", new))
        seen.update(new)
    return dict(sorted(around.items()))


def merged_among(session: Session, visitors: Collection[int]) -> list[Pair]:
    """Return the pairs of these visitors that merges join."""
    pairs = fetch_in(session, _MERGED, sorted(visitors))
    return [(gone, kept) for gone, kept in pairs if kept in visitors]


def write(
    session: Session, workspace_id: int, before: Mapping[int, Edge], after: Mapping[int, Edge]
) -> None:
    """Write the edges that are new or differ."""
    known: dict[int, Edge] = remembered(session, _EDGES)
    new = {v: edge for v, edge in sorted(after.items()) if before.get(v) != edge}
    known |= new
    rows = [_row(workspace_id, visitor, edge) for visitor, edge in new.items()]
    insert_many(session, _UPSERT, rows, types=_TYPES)


_EDGE = """
/* identity.edges */
SELECT visitor_id, lead_id, own_lead_id, is_identified, decided_at, decided_by, heard_at,
       with_visitor_id, is_verified
FROM visitor_edge
"""
_MERGED = """
/* identity.merged */
SELECT absorbed_visitor_id, kept_visitor_id FROM merge
WHERE undone_at IS NULL AND absorbed_visitor_id IN ({})
"""
_UPSERT = """
/* identity.edges */
INSERT INTO visitor_edge
    (workspace_id, visitor_id, lead_id, own_lead_id, is_identified, decided_at, decided_by,
     heard_at, with_visitor_id, is_verified)
{}
ON CONFLICT (visitor_id) DO UPDATE SET
    lead_id = excluded.lead_id, own_lead_id = excluded.own_lead_id,
    decided_at = excluded.decided_at, decided_by = excluded.decided_by,
    heard_at = excluded.heard_at, with_visitor_id = excluded.with_visitor_id,
    is_verified = excluded.is_verified
"""
_TYPES = "bigint bigint bigint bigint boolean bigint bytea bigint bigint boolean"


def _read(rows: Iterable[Sequence[Any]]) -> dict[int, Edge]:
    edges = {}
    for visitor, lead, own, is_identified, at, by, heard, partner, is_verified in rows:
        decision = Decision(
            is_identified=bool(is_identified),
            order=None if at is None else (at, bytes(by)),
            heard=heard or 0,
            partner=partner,
            is_verified=bool(is_verified),
        )
        edges[visitor] = Edge(
            lead_id=lead, own_lead_id=lead if own is None else own, decision=decision
        )
    return edges


def _row(workspace_id: int, visitor: int, edge: Edge) -> Row:
    decision = edge.decision
    at, by = decision.order or (None, None)
    return (
        workspace_id,
        visitor,
        edge.lead_id,
        None if edge.own_lead_id == edge.lead_id else edge.own_lead_id,
        decision.is_identified,
        at,
        by,
        decision.heard or None,
        decision.partner,
        decision.is_verified,
    )
