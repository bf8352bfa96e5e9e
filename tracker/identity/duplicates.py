"""Known leads that may be one person: found from what is stored now, dismissed by staff.

Nothing of this is kept but what staff dismissed, so the list never says what the leads' own
pages do not say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.driver import fetch
from tracker.errors import Conflict, Invalid, NotFound
from tracker.identity.free_mail import shared_in
from tracker.identity.likeness import FEW, LIKELY, Clue, Profile, Twins, candidates, compare
from tracker.identity.models import Dismissal, Lead
from tracker.workspaces import audit
from tracker.workspaces.audit import AuditAction, By

Pair = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What may be duplicates, the surest first, and which of them staff has dismissed."""

    open: list[Twins]
    dismissed: list[Twins]


def find(session: Session, workspace_id: int, *, least: int = LIKELY) -> Found:
    """Return the pairs of leads that may be one person, as far as it is sure enough."""
    profiles = _profiles(session, workspace_id)
    heard = _heard(session, workspace_id, profiles)
    pairs, common = candidates(profiles)
    shared = shared_in(session, workspace_id)
    told: dict[Pair, Twins] = {}
    for both in pairs | heard.keys():
        one, other = (profiles[lead] for lead in both)
        known = heard.get(both, {})
        twins = compare(one, other, heard=known, common=common, shared=shared)
        if twins is not None and twins.score >= least:
            told[both] = twins
    put_away = _dismissed(session, workspace_id)
    ordered = sorted(told.items(), key=lambda each: (-each[1].score, each[0]))
    is_away = {pair: facts_of(twins) <= put_away.get(pair, frozenset()) for pair, twins in ordered}
    return Found(
        open=[twins for pair, twins in ordered if not is_away[pair]],
        dismissed=[twins for pair, twins in ordered if is_away[pair]],
    )


def dismiss(session: Session, one: Lead, other: Lead, *, by: By) -> Twins:
    """Say that two leads are two people: they are not shown until something new speaks for it."""
    twins = _twins(session, one, other)
    row = _dismissal(session, one.workspace_id, twins)
    facts = facts_of(twins)
    if row is not None and facts <= frozenset(row.facts.split("\n")):
        raise Conflict("these two have been dismissed already")
    if row is None:
        row = Dismissal(workspace_id=one.workspace_id, lead_id=twins.lead, other_id=twins.other)
        session.add(row)
    row.facts, row.dismissed_at, row.dismissed_by_id = "\n".join(sorted(facts)), by.now, by.user_id
    session.flush()
    _write(session, AuditAction.DUPLICATE_DISMISSED, one, other, by)
    return twins


def restore(session: Session, one: Lead, other: Lead, *, by: By) -> Twins:
    """Undo a dismissal."""
    twins = _twins(session, one, other)
    row = _dismissal(session, one.workspace_id, twins)
    if row is None:
        raise Conflict("these two are not dismissed")
    session.delete(row)
    session.flush()
    _write(session, AuditAction.DUPLICATE_RESTORED, one, other, by)
    return twins


def get_lead(session: Session, workspace_id: int, code: str) -> Lead:
    """Return the lead with a code, itself and not where it went: it is one side of a pair."""
    lead = session.scalar(select(Lead).filter_by(workspace_id=workspace_id, code=code))
    if lead is None:
        raise NotFound("there is no such lead")
    if lead.merged_into_id is not None:
        raise Conflict("somebody has merged this lead meanwhile")
    return lead


def facts_of(twins: Twins) -> frozenset[str]:
    """Return what speaks for two being one, as a dismissal remembers it."""
    return frozenset(f"{clue}: {what}" for clue, what in twins.clues.items())


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


_KNOWN = """
/* duplicates.profiles */
SELECT id, name, email, phone, company_id FROM lead
WHERE workspace_id = ? AND is_known = ? AND merged_into_id IS NULL
"""


def _profiles(session: Session, workspace_id: int, only: Sequence[int] = ()) -> dict[int, Profile]:
    sql, values = _KNOWN, [workspace_id, True]
    if only:
        sql = f"{_KNOWN} AND id IN ({','.join('?' * len(only))})"
        values += only
    return {
        lead: Profile.of(lead, name=name, email=email, phone=phone, company=company)
        for lead, name, email, phone, company in fetch(session, sql, values)
    }


# Who was named beside somebody else's address or browser when they said who they are (3: the
# type of identify messages, written out so that the index over these alone is taken).
_HEARD = """
/* duplicates.heard */
SELECT DISTINCT mine.lead_id, theirs.lead_id, theirs.is_identified, v.key
FROM touch t
JOIN visitor_edge mine ON mine.visitor_id = t.visitor_id
JOIN visitor_edge theirs ON theirs.visitor_id IN (t.email_id, t.anonymous_id)
JOIN visitor v ON v.id = theirs.visitor_id
WHERE t.workspace_id = ? AND t.type = 3 AND theirs.lead_id <> mine.lead_id
"""


def _heard(
    session: Session, workspace_id: int, known: Mapping[int, Profile], only: Sequence[int] = ()
) -> dict[Pair, dict[Clue, str]]:
    sql, values = _HEARD, [workspace_id]
    if only:
        marks = ",".join("?" * len(only))
        sql = f"{sql} AND mine.lead_id IN ({marks}) AND theirs.lead_id IN ({marks})"
        values += [*only, *only]
    named: dict[str, list[tuple[Pair, bool]]] = {}
    for mine, theirs, is_address, key in fetch(session, sql, values):
        if mine in known and theirs in known:
            named.setdefault(key, []).append((_pair(mine, theirs), bool(is_address)))
    found: dict[Pair, dict[Clue, str]] = {}
    for key, told in named.items():
        # What many were named beside is a kiosk or an office's address.
        for pair, is_address in told if len(told) < FEW else ():
            clue = Clue.CLAIMED if is_address else Clue.BROWSER
            found.setdefault(pair, {})[clue] = key[2:]
    return found


def _dismissed(session: Session, workspace_id: int) -> dict[Pair, frozenset[str]]:
    query = select(Dismissal).filter_by(workspace_id=workspace_id)
    return {
        (row.lead_id, row.other_id): frozenset(row.facts.split("\n"))
        for row in session.scalars(query)
    }


def _twins(session: Session, one: Lead, other: Lead) -> Twins:
    if one.id == other.id:
        raise Invalid("a lead is no duplicate of itself", fields={"other": "choose another one"})
    both = _pair(one.id, other.id)
    home = one.workspace_id
    profiles = _profiles(session, home, both)
    if len(profiles) < 2:
        raise Conflict("one of the two is not known any more")
    heard = _heard(session, home, profiles, both).get(both, {})
    first, second = (profiles[lead] for lead in both)
    shared = shared_in(session, home)
    twins = compare(first, second, heard=heard, common=(), shared=shared)
    if twins is None:
        raise Conflict("nothing speaks for these two being one person")
    return twins


def _dismissal(session: Session, workspace_id: int, twins: Twins) -> Dismissal | None:
    query = select(Dismissal).filter_by(
        workspace_id=workspace_id, lead_id=twins.lead, other_id=twins.other
    )
    return session.scalar(query.with_for_update())


def _write(session: Session, action: AuditAction, one: Lead, other: Lead, by: By) -> None:
    names: Iterable[str] = (lead.name or lead.email or lead.code for lead in (one, other))
    audit.write(session, action, " / ".join(names), by=by)
