"""What staff says of companies: it counts above what is heard, and makes two of them one."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.collector.traits import MOST_EMPLOYEES
from tracker.errors import Conflict, Invalid, NotFound
from tracker.identity import companies, profiles
from tracker.identity import service as identity
from tracker.identity.company_keys import fold_name
from tracker.identity.free_mail import is_domain, shared_in
from tracker.identity.models import Company, CompanyKey, Lead
from tracker.workspaces import audit
from tracker.workspaces.audit import AuditAction, By

LONGEST = {"name": 255, "domain": 253, "website": 255, "industry": 255, "country": 64}


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyFacts:
    """What is known of a company; empty where nothing is."""

    name: str
    domain: str = ""
    website: str = ""
    industry: str = ""
    employees: int | None = None
    country: str = ""

    @classmethod
    def of(cls, company: Company) -> "CompanyFacts":
        """Return what is known of a company now."""
        return cls(**{name: getattr(company, name) for name in cls.__dataclass_fields__})


def correct(session: Session, company: Company, facts: CompanyFacts, *, by: By) -> Company:
    """Write down what is true of a company; what staff has changed is never filled in again."""
    session.refresh(company, with_for_update=True)
    before, now = asdict(CompanyFacts.of(company)), asdict(_checked(facts))
    changed = [name for name in now if now[name] != before[name]]
    if "domain" in changed:
        _take_domain(session, company, now["domain"])
    if "name" in changed:
        _take(session, company, f"n:{fold_name(now['name'])}")
    for name in changed:
        setattr(company, name, now[name])
    company.stated = ",".join(sorted({*company.stated.split(","), *changed} - {""}))
    session.flush()
    if changed:
        detail = "; ".join(
            f"{name}: {before[name] or '-'} → {now[name] or '-'}" for name in changed
        )
        audit.write(session, AuditAction.COMPANY_CHANGED, company.name, by=by, detail=detail)
    return company


def find(session: Session, workspace_id: int, words: str) -> Company | None:
    """Return the company that is called so, or has that domain."""
    keys = (f"d:{words.strip().casefold()}", f"n:{fold_name(words)}")
    known = companies.keys_known(session, workspace_id, keys)
    number = next((known[key] for key in keys if key in known), None)
    return None if number is None else session.get_one(Company, number)


def get_merged(session: Session, workspace_id: int, code: str) -> Company:
    """Return the company that had this code before it was merged."""
    query = select(Company).filter_by(workspace_id=workspace_id, code=code)
    company = session.scalar(query)
    if company is None:
        raise NotFound("there is no such company")
    return company


def merge(session: Session, company: Company, into: Company, *, by: By) -> Company:
    """Make two companies one: people and keys of the first lead to the other from now on."""
    if company.id == into.id:
        raise Conflict("these two are one company already")
    _hold(session, (company.id, into.id))
    if company.merged_into_id is not None or into.merged_into_id is not None:
        raise Conflict("somebody has merged one of the two meanwhile")
    company.merged_into_id = into.id
    session.execute(update(Lead).where(Lead.company_id == company.id).values(company_id=into.id))
    session.flush()
    audit.write(session, AuditAction.COMPANY_MERGED, company.name, by=by, detail=into.name)
    return into


def part(session: Session, company: Company, *, by: By) -> Company:
    """Undo the merge of a company, and return the one that it was part of.

    Who spoke of it is with it again, also those who did so only meanwhile.
    """
    if company.merged_into_id is None:
        raise Conflict("this company is not merged")
    into = companies.get(session, company.workspace_id, company.code)
    _hold(session, (company.id, into.id))
    people = list(session.scalars(select(Lead.id).where(Lead.company_id == into.id)))
    identity.hold(session, people)
    company.merged_into_id = None
    session.flush()
    profiles.learn(session, company.workspace_id, (), {}, refold=people)
    audit.write(session, AuditAction.COMPANY_PARTED, company.name, by=by, detail=into.name)
    return into


def merged_into(session: Session, company: Company) -> list[Company]:
    """Return the companies that staff has joined to this one, and to those, by name."""
    found: dict[int, Company] = {}
    wanted = [company.id]
    while wanted:
        near = list(session.scalars(select(Company).where(Company.merged_into_id.in_(wanted))))
        found |= {each.id: each for each in near}
        wanted = [each.id for each in near]
    return sorted(found.values(), key=lambda each: (each.name.casefold(), each.id))


def _checked(facts: CompanyFacts) -> CompanyFacts:
    said = asdict(facts)
    said |= {name: " ".join(said[name].split()) for name in LONGEST}
    said["domain"] = said["domain"].casefold()
    wrong = {
        name: f"at most {longest} characters"
        for name, longest in LONGEST.items()
        if len(said[name]) > longest
    }
    if not said["name"]:
        wrong["name"] = "a company has a name"
    if said["domain"] and not is_domain(said["domain"]):
        wrong["domain"] = "as in acme.example"
    if said["employees"] is not None and not 1 <= said["employees"] <= MOST_EMPLOYEES:
        wrong["employees"] = f"a whole number from 1 to {MOST_EMPLOYEES}"
    if wrong:
        raise Invalid("this cannot be said of a company", fields=wrong)
    return CompanyFacts(**said)


def _take_domain(session: Session, company: Company, domain: str) -> None:
    if not domain:
        return
    if domain in shared_in(session, company.workspace_id):
        why = "many people have an address or a page there"
        raise Invalid("this domain is nobody's own", fields={"domain": why})
    if not _take(session, company, f"d:{domain}"):
        raise Conflict("another company is known by this domain: merge the two")


def _take(session: Session, company: Company, key: str) -> bool:
    """Let a key find a company, unless it finds another; say whether it finds this one."""
    known = companies.keys_known(session, company.workspace_id, [key])
    if key not in known:
        session.add(CompanyKey(workspace_id=company.workspace_id, key=key, company_id=company.id))
        session.flush()
    return known.get(key, company.id) == company.id


def _hold(session: Session, numbers: Iterable[int]) -> None:
    query = select(Company).where(Company.id.in_(sorted(numbers))).order_by(Company.id)
    session.execute(query.with_for_update().execution_options(populate_existing=True)).all()
