"""What is said about a lead: of each thing, what we heard first; nobody overwrites it later.

Not what is said to have happened first: a stranger may claim any time for his words.  What was
said with proof comes before any other word.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.collector.domain import MessageType, Traits
from tracker.driver import chunks
from tracker.identity import companies
from tracker.identity.company_keys import states
from tracker.identity.models import Lead, VisitorEdge
from tracker.touches import service as log
from tracker.touches.domain import Order, Touch
from tracker.touches.models import Visitor

OWN = ("email", "name", "title", "phone", "country")
_TELLING = (MessageType.IDENTIFY, MessageType.GROUP)


def learn(
    session: Session,
    workspace_id: int,
    touches: Sequence[Touch],
    leads: Mapping[int, int],
    *,
    refold: Iterable[int],
) -> None:
    """Fill in what leads lack from new touches; start over where a past has changed."""
    telling: dict[int, list[Touch]] = {lead: [] for lead in refold}
    for touch in touches:
        if _tells(touch) and touch.visitor_id is not None:
            telling.setdefault(leads[touch.visitor_id], []).append(touch)
    if not telling:
        return
    emails = _emails(session, touches)
    told: list[tuple[Lead, Sequence[Traits]]] = []
    for lead in _load(session, telling):
        new = sorted(telling[lead.id], key=_heard)
        said = [_said(t, lead.id, emails, leads) for t in new]
        is_proven = [touch.is_verified for touch in new]
        if (
            lead.id in refold
            or _is_late(lead, new)
            or _may_move(lead, said)
            or _may_correct(lead, said, is_proven)
        ):
            said = _start_over(session, lead)
        else:
            lead.profiled_at = new[-1].received_at
        _write(lead, said)
        told.append((lead, said))
    companies.place(session, workspace_id, told)
    session.flush()


def told_by(session: Session, visitors: Iterable[int]) -> Traits:
    """Return what would be said about a lead that has these visitors."""
    own = set(visitors)
    touches = _telling(session, own)
    emails = _emails(session, touches)
    known = Traits()
    for touch in touches:
        known = _then(known, _said(touch, 0, emails, dict.fromkeys(own, 0)))
    return known


def _tells(touch: Touch) -> bool:
    return touch.email_id is not None or (touch.traits is not None and touch.type in _TELLING)


def _load(session: Session, lead_ids: Iterable[int]) -> list[Lead]:
    leads: list[Lead] = []
    for part in chunks(sorted(lead_ids)):
        query = select(Lead).where(Lead.id.in_(part)).order_by(Lead.id)
        leads += session.scalars(query.execution_options(populate_existing=True))
    return leads


def _is_late(lead: Lead, touches: Sequence[Touch]) -> bool:
    if lead.profiled_at is None:
        return False
    return touches[0].received_at <= lead.profiled_at


def _may_move(lead: Lead, said: Sequence[Traits]) -> bool:
    # What tells the company has changed: what was said before speaks of the other one.
    if lead.profiled_at is None:
        return False
    is_reached = not lead.email and any(words.email for words in said)
    is_stated = not lead.stated_company and any(states(words) for words in said)
    return is_reached or is_stated


def _may_correct(lead: Lead, said: Sequence[Traits], is_proven: Sequence[bool]) -> bool:
    # What was said without proof gives way to the first word with proof, whenever that comes.
    told = {
        name for words, sure in zip(said, is_proven, strict=True) if sure for name in _told(words)
    }
    return not told <= set(lead.proven.split())


def _told(words: Traits) -> set[str]:
    names = {name for name in OWN if getattr(words, name)}
    return names | {"company"} if states(words) else names


def _heard(touch: Touch) -> tuple[datetime, Order]:
    return touch.received_at, touch.order


def _emails(session: Session, touches: Sequence[Touch]) -> dict[int, str]:
    visitors = {t.email_id for t in touches if t.email_id is not None}
    found: dict[int, str] = {}
    for part in chunks(sorted(visitors)):
        query = select(Visitor.id, Visitor.key).where(Visitor.id.in_(part))
        found |= {row.id: row.key[2:] for row in session.execute(query)}
    return found


def _said(
    touch: Touch, lead_id: int, emails: Mapping[int, str], leads: Mapping[int, int]
) -> Traits:
    # An address that belongs to somebody else is only claimed, and not written down here.
    owns = touch.email_id is not None and leads.get(touch.email_id) == lead_id
    email = emails.get(touch.email_id or 0, "") if owns else ""
    traits = touch.traits or Traits()
    if touch.type is MessageType.GROUP:
        return companies.told_by_group(traits)
    return replace(traits, email=email)


def _start_over(session: Session, lead: Lead) -> list[Traits]:
    own = set(session.scalars(select(VisitorEdge.visitor_id).filter_by(lead_id=lead.id)))
    touches = _telling(session, own)
    heard_at = max((touch.received_at for touch in touches), default=None)
    lead.email = lead.name = lead.title = lead.phone = lead.country = lead.stated_company = ""
    lead.company_id = None
    emails = _emails(session, touches)
    lead.profiled_at = heard_at
    said = [_said(t, lead.id, emails, dict.fromkeys(own, lead.id)) for t in touches]
    proven = [words for touch, words in zip(touches, said, strict=True) if touch.is_verified]
    lead.proven = " ".join(sorted({name for words in proven for name in _told(words)}))
    return said


def _telling(session: Session, visitors: Iterable[int]) -> list[Touch]:
    """Return what visitors were told to be: with proof first, each in the order we heard it."""
    touches = [touch for touch in log.of_visitors(session, visitors) if _tells(touch)]
    return sorted(touches, key=lambda touch: (not touch.is_verified, _heard(touch)))


def _write(lead: Lead, said: Sequence[Traits]) -> None:
    known = Traits(
        email=lead.email,
        name=lead.name,
        title=lead.title,
        phone=lead.phone,
        country=lead.country,
    )
    for more in said:
        known = _then(known, more)
    lead.email, lead.name, lead.title = known.email, known.name, known.title
    lead.phone, lead.country = known.phone, known.country


def _then(known: Traits, later: Traits) -> Traits:
    """Return what holds when something else is said later: what was empty is filled in."""
    names = [field.name for field in fields(Traits)]
    return replace(known, **{n: getattr(known, n) or getattr(later, n) for n in names})
