"""Companies: found by what people and their servers say of them, and filled in by it."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from tracker.collector.domain import Traits
from tracker.identity.models import Company
from tracker.touches.dimensions import find_or_create

# People at these write for themselves, not for an organisation.
FREE_MAIL = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com",
     "icloud.com", "me.com", "aol.com", "gmx.de", "gmx.net", "web.de", "proton.me",
     "protonmail.com", "wp.pl", "o2.pl", "onet.pl", "interia.pl", "mail.ru", "yandex.ru"}
)  # fmt: skip


def told_by_group(traits: Traits) -> Traits:
    """Return what a group message's traits say, told as of a person's company."""
    return Traits(
        company=traits.name,
        company_website=traits.website,
        company_country=traits.country,
        industry=traits.industry,
        employees=traits.employees,
    )


def company_of(session: Session, workspace_id: int, said: Traits) -> int | None:
    """Return the company that somebody is with, made if it is new; None where nothing says it.

    Case and spaces of its name do not matter.  What it lacks is filled in.
    """
    name = " ".join((said.company or _domain(said.email)).split())
    if not name:
        return None
    key = name.casefold()[:255]
    rows = {key: {"name": name[:255], "website": said.company_website or said.website}}
    found = find_or_create(session, Company, ("key", "id"), workspace_id=workspace_id, rows=rows)
    company_id: int = found[key][0]
    _fill(session, company_id, said)
    return company_id


def _fill(session: Session, company_id: int, said: Traits) -> None:
    # Of several writers at once the first one is heard: the row decides, not what we have read.
    known = update(Company).where(Company.id == company_id)
    if said.industry:
        session.execute(known.where(Company.industry == "").values(industry=said.industry))
    if said.company_country:
        session.execute(known.where(Company.country == "").values(country=said.company_country))
    if said.employees:
        empty = Company.employees.is_(None)
        session.execute(known.where(empty).values(employees=said.employees))


def _domain(email: str) -> str:
    domain = email.rpartition("@")[2]
    return "" if domain in FREE_MAIL else domain
