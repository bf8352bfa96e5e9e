"""What is said about a lead: the first that was said stays, whoever says something later."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.collector.domain import MessageType, Traits
from tracker.identity.models import Company, Lead
from tracker.touches.dimensions import find_or_create
from tracker.touches.domain import Touch, fold_email
from tracker.touches.models import Visitor

# People at these write for themselves, not for an organisation.
FREE_MAIL = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com",
     "icloud.com", "me.com", "aol.com", "gmx.de", "gmx.net", "web.de", "proton.me",
     "protonmail.com", "wp.pl", "o2.pl", "onet.pl", "interia.pl", "mail.ru", "yandex.ru"}
)  # fmt: skip


def learn(
    session: Session,
    workspace_id: int,
    touches: Sequence[Touch],
    leads: Mapping[int, int],
) -> None:
    """Fill in what leads lack from the traits and e-mail keys of these touches, in order."""
    telling = [t for t in touches if _tells(t) and t.visitor_id is not None]
    if not telling:
        return
    emails = _emails(session, [t.email_id for t in telling if t.email_id is not None])
    for touch in sorted(telling, key=lambda t: t.order):
        if touch.visitor_id is None:
            continue
        lead = session.get(Lead, leads[touch.visitor_id])
        if lead is not None:
            session.refresh(lead)
            _fill(session, workspace_id, lead, touch.traits or Traits(), emails, touch)
    session.flush()


def company_of(session: Session, workspace_id: int, name: str, website: str = "") -> int:
    """Return the company with a name, made if it is new; case and spaces do not matter."""
    key = " ".join(name.split()).casefold()[:255]
    rows = {key: {"name": " ".join(name.split())[:255], "website": website[:255]}}
    found = find_or_create(session, Company, "key", workspace_id=workspace_id, rows=rows)
    company_id: int = found[key].id
    return company_id


def _tells(touch: Touch) -> bool:
    return touch.email_id is not None or (
        touch.traits is not None and touch.type in (MessageType.IDENTIFY, MessageType.GROUP)
    )


def _emails(session: Session, visitors: Sequence[int]) -> dict[int, str]:
    query = select(Visitor.id, Visitor.key).where(Visitor.id.in_(set(visitors)))
    return {row.id: row.key[2:] for row in session.execute(query)}


def _fill(
    session: Session,
    workspace_id: int,
    lead: Lead,
    traits: Traits,
    emails: Mapping[int, str],
    touch: Touch,
) -> None:
    is_group = touch.type is MessageType.GROUP
    email = fold_email(traits.email) or emails.get(touch.email_id or 0, "")
    lead.email = lead.email or email
    if not is_group:
        lead.name = lead.name or traits.name
        lead.title = lead.title or traits.title
        lead.phone = lead.phone or traits.phone
    if lead.company_id is None:
        company = traits.name if is_group else traits.company
        domain = email.rpartition("@")[2]
        if not company and domain and domain not in FREE_MAIL:
            company = domain
        if company:
            lead.company_id = company_of(session, workspace_id, company, traits.website)
