"""Carry decisions and merges into edges: new leads, joined ones, parted ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import update
from sqlalchemy.orm import Session

from tracker.driver import chunks, fetch_in, insert_returning, remembered
from tracker.identity.domain import Decision, Pair, components, homes, host_of
from tracker.identity.edges import Edge, merged_among, neighbourhood, write
from tracker.identity.models import Lead
from tracker.ids import new_code

# The name under which known leads are known by heart.
_KNOWN = "identity.known"


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
    before = neighbourhood(session, changed, edges)
    decisions = {visitor: edge.decision for visitor, edge in before.items()} | dict(changed)
    own = _own(session, workspace_id, decisions, before)
    merged = merged_among(session, before)
    living = homes(own, decisions, merged) if merged else own
    after = {
        visitor: Edge(lead_id=living[visitor], own_lead_id=own[visitor], decision=decision)
        for visitor, decision in decisions.items()
    }
    write(session, workspace_id, before, after)
    _point(session, before, after)
    _mark(session, before, after, merged)
    refold = {
        lead
        for visitor, edge in before.items()
        if (went := after[visitor]).leads != edge.leads
        for lead in (*edge.leads, *went.leads)
    }
    leads = {visitor: edge.lead_id for visitor, edge in {**edges, **after}.items()}
    return Belonging(leads=leads, refold=refold)


def known_leads(session: Session, leads: Iterable[int]) -> set[int]:
    """Return which of some leads are known."""
    known: dict[int, bool] = remembered(session, _KNOWN)
    wanted = sorted(leads)
    unknown = [lead for lead in wanted if lead not in known]
    sql = "/* identity.known */ SELECT id, is_known FROM lead WHERE id IN ({})"
    known |= {lead: bool(is_known) for lead, is_known in fetch_in(session, sql, unknown)}
    return {lead for lead in wanted if known.get(lead)}


def _own(
    session: Session,
    workspace_id: int,
    decisions: Mapping[int, Decision],
    before: Mapping[int, Edge],
) -> dict[int, int]:
    """Give each group that decisions make one lead: a known one first, else the oldest free."""
    known = {e.own_lead_id for v, e in before.items() if decisions[v].is_identified}
    groups = components({visitor: decision.partner for visitor, decision in decisions.items()})
    taken: set[int] = set()
    own: dict[int, int] = {}
    # Older visitors choose first, so that a lead that parts keeps its earliest key.
    for group in sorted(groups, key=min):
        leads = {before[v].own_lead_id for v in group if v in before} - taken
        if leads:
            home = min(leads, key=lambda lead: (lead not in known, lead))
            taken.add(home)
            own |= dict.fromkeys(group, home)
    homeless = [group for group in groups if not group & own.keys()]
    if homeless:
        codes = [new_code() for _ in homeless]
        made = _new_leads(session, workspace_id, codes)
        for group, code in zip(homeless, codes, strict=True):
            own |= dict.fromkeys(group, made[code])
    return own


def _new_leads(session: Session, workspace_id: int, codes: Sequence[str]) -> dict[str, int]:
    rows = insert_returning(
        session,
        "/* identity.new */ INSERT INTO lead"
        " (workspace_id, code, is_known, is_verified, proven, name, email, title, phone, country,"
        " stated_company) {}",
        [(workspace_id, code, False, False, *[""] * 7) for code in codes],
        types="bigint text boolean boolean" + " text" * 7,
        returning="code, id",
    )
    by_heart: dict[int, bool] = remembered(session, _KNOWN)
    by_heart |= {number: False for _, number in rows}
    return {code: number for code, number in rows}


def _point(session: Session, before: Mapping[int, Edge], after: Mapping[int, Edge]) -> None:
    """Point leads without visitors to where theirs went, and revive those that have some."""
    moved = [v for v, edge in before.items() if edge.leads != after[v].leads]
    if not moved:
        return
    occupied = {edge.lead_id for edge in after.values()}
    hosts = host_of(
        {visitor: edge.own_lead_id for visitor, edge in after.items()},
        {visitor: edge.decision for visitor, edge in after.items()},
    )
    for lead in sorted({lead for v in moved for lead in (*before[v].leads, *after[v].leads)}):
        went = None
        if lead not in occupied and lead in hosts:
            went = after[hosts[lead]].lead_id
        elif lead not in occupied:
            gone = (after[v].own_lead_id for v in moved if before[v].own_lead_id == lead)
            went = min(gone, default=None)
        session.execute(update(Lead).where(Lead.id == lead).values(merged_into_id=went))


def _mark(
    session: Session,
    before: Mapping[int, Edge],
    after: Mapping[int, Edge],
    merged: Sequence[Pair],
) -> None:
    """Mark leads as known, and as verified: by a key that is, or by somebody who merged them."""
    known: set[int] = set()
    verified: set[int] = set()
    occupied = {lead for edge in after.values() for lead in edge.leads}
    for visitor, edge in after.items():
        if edge.decision.is_identified:
            leads = {*edge.leads}
            if visitor in before:
                # One that has no visitor any more stays what it was by its own.
                leads |= {before[visitor].own_lead_id} - occupied
            known |= leads
            verified |= leads if edge.decision.is_verified else set()
    verified |= {after[kept].lead_id for _, kept in merged} & known
    _set(session, known & verified, is_known=True, is_verified=True)
    _set(session, known - verified, is_known=True, is_verified=False)
    if any(len({*edge.leads, *after[v].leads}) > 1 for v, edge in before.items()):
        leads = {lead for edge in (*before.values(), *after.values()) for lead in edge.leads}
        _set(session, leads - known, is_known=False, is_verified=False)


def _set(session: Session, leads: set[int], *, is_known: bool, is_verified: bool) -> None:
    by_heart: dict[int, bool] = remembered(session, _KNOWN)
    by_heart |= dict.fromkeys(leads, is_known)
    for part in chunks(sorted(leads)):
        differs = Lead.is_known.is_not(is_known) | Lead.is_verified.is_not(is_verified)
        query = update(Lead).where(Lead.id.in_(part), differs)
        session.execute(query.values(is_known=is_known, is_verified=is_verified))
