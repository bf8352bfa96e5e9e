"""Companies: found by what people and their servers say of them, and filled in by it.

A key never leaves the company that it was first heard of with, so the same words find the same
company at any time; two companies that we both know are only made one by a person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.collector.domain import Traits
from tracker.driver import chunks, fetch, fetch_in, remembered
from tracker.errors import NotFound
from tracker.identity.company_keys import keys_of, states
from tracker.identity.free_mail import Shared, domains_of, shared_in
from tracker.identity.models import Company, CompanyKey, Lead
from tracker.touches.dimensions import find_or_create
from tracker.workspaces.models import Workspace

Facts = Mapping[str, str | int | None]


def told_by_group(traits: Traits) -> Traits:
    """Return what a group message's traits say, told as of a person's company."""
    return Traits(
        company=traits.name,
        group=traits.group,
        company_website=traits.website,
        company_country=traits.country,
        industry=traits.industry,
        employees=traits.employees,
    )


def place(
    session: Session, workspace_id: int, told: Sequence[tuple[Lead, Sequence[Traits]]]
) -> None:
    """Put leads into the companies that their words are about, and fill in what they say of it.

    The first words that name a company count; without any the domain of the address does.
    """
    homeless: list[tuple[Lead | None, Traits]] = []
    for lead, said in told:
        stating = [words for words in said if states(words)]
        if not lead.stated_company and (stating or lead.company_id is None):
            first = stating.pop(0) if stating else Traits()
            lead.stated_company = (first.company or first.company_website or first.group)[:255]
            homeless.append((lead, replace(first, email=lead.email)))
        homeless += [(None, words) for words in stating]
    found = settle(session, workspace_id, [words for _, words in homeless])
    for (homecomer, _), company_id in zip(homeless, found, strict=True):
        if homecomer is not None:
            homecomer.company_id = company_id
    beside = [(lead.company_id, words) for lead, said in told for words in said]
    about = [(home, _facts(words)) for home, words in beside if home and not states(words)]
    _fill(session, workspace_id, about)


def get(session: Session, workspace_id: int, code: str) -> Company:
    """Return the company with a code; a merged one's code finds where it went."""
    found = session.scalar(select(Company).filter_by(workspace_id=workspace_id, code=code))
    if found is None:
        raise NotFound("there is no such company")
    return session.get_one(Company, _root(session, found.id, found.merged_into_id))


def settle(session: Session, workspace_id: int, said: Sequence[Traits]) -> list[int | None]:
    """Return the company that each of some words are about, made if it is new.

    What it lacks is filled in; None where nothing tells a company.
    """
    shared = _shared(session, workspace_id) if said else Shared()
    keys = [keys_of(words, shared) for words in said]
    known = _known(session, workspace_id, {key for own in keys for key in own})
    homes, founders = _join(known, keys)
    made = _make(session, workspace_id, {keys[n][0]: _facts(said[n], keys[n]) for n in founders})
    new = {key: made.get(home, home) for key, home in homes.items() if key not in known}
    known = known | _attach(session, workspace_id, new)
    found = [known[own[0]] if own else None for own in keys]
    told = zip(found, said, keys, strict=True)
    about = [(home, _facts(words, own)) for home, words, own in told if home is not None]
    _fill(session, workspace_id, about)
    return found


def share(session: Session, workspace: Workspace, *, free: str, companies: str) -> int:
    """Say which domains many share in spite of the kept list, and which are a company's.

    Returns how many leads that makes members of another company, or of none.
    """
    before = shared_in(session, workspace.id)
    workspace.free_mail = domains_of(free, "free_mail")
    workspace.company_mail = domains_of(companies, "company_mail")
    after = shared_in(session, workspace.id)
    query = select(Lead.id, Lead.email).filter_by(workspace_id=workspace.id, stated_company="")
    moved: dict[str, list[int]] = {}
    for lead_id, email in session.execute(query.where(Lead.email != "")):
        domain = email.rpartition("@")[2]
        if (domain in before) != (domain in after):
            moved.setdefault(domain, []).append(lead_id)
    homes = settle(session, workspace.id, [Traits(email=f"@{domain}") for domain in moved])
    for home, leads in zip(homes, moved.values(), strict=True):
        for part in chunks(leads):
            session.execute(update(Lead).where(Lead.id.in_(part)).values(company_id=home))
    return sum(map(len, moved.values()))


def keys_known(session: Session, workspace_id: int, keys: Iterable[str]) -> dict[str, int]:
    """Return the companies that some keys find, where they are now."""
    rows = fetch_in(session, _KEYS, sorted(keys), before=(workspace_id,))
    return {key: _root(session, company, into) for key, company, into in rows}


_KEYS = """
/* companies.keys */
SELECT k.key, k.company_id, c.merged_into_id
FROM company_key k JOIN company c ON c.id = k.company_id
WHERE k.workspace_id = ? AND k.key IN ({})
"""


def _shared(session: Session, workspace_id: int) -> Shared:
    by_heart: dict[str, Shared] = remembered(session, "companies.shared", workspace_id)
    if "" not in by_heart:
        by_heart[""] = shared_in(session, workspace_id)
    return by_heart[""]


def _known(session: Session, workspace_id: int, keys: Iterable[str]) -> dict[str, int]:
    by_heart: dict[str, int] = remembered(session, "companies.keys", workspace_id)
    wanted = set(keys)
    by_heart |= keys_known(session, workspace_id, wanted - by_heart.keys())
    return {key: by_heart[key] for key in wanted if key in by_heart}


def _root(session: Session, company: int, into: int | None) -> int:
    while into is not None:
        company = into
        sql = "/* companies.root */ SELECT merged_into_id FROM company WHERE id = ?"
        into = fetch(session, sql, (company,))[0][0]
    return company


def _join(
    known: Mapping[str, int], keys: Sequence[tuple[str, ...]]
) -> tuple[dict[str, int | str], list[int]]:
    """Return where each key leads, a new company by its first key; and whose words make one."""
    homes: dict[str, int | str] = dict(known)
    founders = []
    for number, own in enumerate(keys):
        home = next((homes[key] for key in own if key in homes), None)
        if home is None and own:
            home = own[0]
            founders.append(number)
        for key in own:
            homes.setdefault(key, home or "")
    return homes, founders


def _make(
    session: Session, workspace_id: int, founded: Mapping[str, Facts]
) -> dict[int | str, int]:
    rows = {key: {"name": key[2:], **facts} for key, facts in founded.items()}
    found = find_or_create(session, Company, ("key", "id"), workspace_id=workspace_id, rows=rows)
    return {key: number for key, (number,) in found.items()}


def _attach(session: Session, workspace_id: int, homes: Mapping[str, int | str]) -> dict[str, int]:
    rows = {key: {"company_id": home} for key, home in homes.items()}
    found = find_or_create(
        session, CompanyKey, ("key", "company_id"), workspace_id=workspace_id, rows=rows
    )
    attached = {key: number for key, (number,) in found.items()}
    by_heart: dict[str, int] = remembered(session, "companies.keys", workspace_id)
    by_heart |= attached
    return attached


def _facts(said: Traits, keys: Sequence[str] = ()) -> dict[str, str | int]:
    told = {
        "name": " ".join(said.company.split())[:255],
        "domain": next((key[2:] for key in keys if key.startswith("d:")), ""),
        "website": said.company_website,
        "industry": said.industry,
        "employees": said.employees,
        "country": said.company_country,
    }
    return {field: value for field, value in told.items() if value}


def _fill(session: Session, workspace_id: int, told: Iterable[tuple[int, Facts]]) -> None:
    """Fill in what companies lack: of each field what was heard first counts, staff's above all."""
    first: dict[int, dict[str, str | int | None]] = {}
    for company, facts in told:
        first[company] = {**facts, **first.get(company, {})}
    lacking = _lacking(
        session, workspace_id, [company for company, facts in first.items() if facts]
    )
    for company, fields in sorted(lacking.items()):
        for field in sorted(fields & first[company].keys()):
            _write_once(session, company, field, first[company][field])
            fields.discard(field)


_COMPANY = """
/* companies.facts */
SELECT id, key, stated, name, domain, website, industry, employees, country
FROM company WHERE id IN ({})
"""
_FIELDS = ("name", "domain", "website", "industry", "employees", "country")


def _lacking(session: Session, workspace_id: int, companies: Iterable[int]) -> dict[int, set[str]]:
    by_heart: dict[int, set[str]] = remembered(session, "companies.lacking", workspace_id)
    wanted = set(companies)
    for number, key, stated, *values in fetch_in(session, _COMPANY, wanted - by_heart.keys()):
        facts = dict(zip(_FIELDS, values, strict=True))
        lacks = {field for field, value in facts.items() if not value}
        if facts["name"] in (facts["domain"], key[2:]) and not key.startswith("n:"):
            lacks.add("name")
        by_heart[number] = lacks - set(stated.split(","))
    return {number: by_heart[number] for number in wanted}


def _write_once(session: Session, company: int, field: str, value: str | int | None) -> None:
    # Of several writers at once the first is heard: the row decides, not what has been read.
    is_lacking: dict[str, ColumnElement[bool]] = {
        "name": or_(Company.name == Company.domain, Company.name == func.substr(Company.key, 3)),
        "employees": Company.employees.is_(None),
    }
    column = getattr(Company, field)
    query = update(Company).where(Company.id == company, is_lacking.get(field, column == ""))
    session.execute(query.values({field: value}))
