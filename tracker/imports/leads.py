"""Leads from a file: each is made known and gets one first contact at its date."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import journey
from tracker.collector.domain import Hit, MessageType, Traits
from tracker.collector.traits import employees_of, traits_of
from tracker.driver import chunks
from tracker.imports.domain import Dates, Field, Row, RowProblem, Tally
from tracker.imports.values import identifier
from tracker.touches.domain import fold_email
from tracker.touches.models import TouchRow

FIRST_CONTACT = "First Contact"
FIELDS = (
    Field(name="user_id", words="the id that your own systems know the lead by"),
    Field(name="occurred_at", words="when the first contact was", is_needed=True),
    Field(name="email", words="the e-mail address (a lead needs this or user_id)"),
    Field(name="name", words="the name"),
    Field(name="company", words="the company"),
    Field(name="title", words="what the lead is there"),
    Field(name="phone", words="the telephone number"),
    Field(name="country", words="the country that the lead is in"),
    Field(name="website", words="the company's website; its host makes companies one"),
    Field(name="industry", words="what the company does"),
    Field(name="employees", words="how many people work there, as 250 or 51-200"),
    Field(name="source", words="where the lead came from; an empty cell means: not known"),
    Field(name="content", words="what the first contact was about, such as a landing page"),
)
_OWN = ("name", "title", "phone", "country")
_COMPANYS = ("website", "industry", "employees")
_LONGEST_TEXT = 255


@dataclass(frozen=True, kw_only=True)
class NewLead:
    """One lead as the file tells it."""

    line: int
    user_id: str
    email: str
    occurred_at: datetime
    source: str
    content: str
    traits: Traits

    @property
    def key(self) -> str:
        """Return what tells this lead apart from the others in the file."""
        return f"u:{self.user_id}" if self.user_id else f"e:{self.email}"


@dataclass(frozen=True, kw_only=True)
class LeadImport:
    """Where the leads go, and whether sales is to be called about them."""

    kind: ClassVar[str] = "leads"
    fields: ClassVar[tuple[Field, ...]] = FIELDS
    date_field: ClassVar[str] = "occurred_at"

    workspace_id: int
    site_id: int
    makes_offers: bool = False

    def parse(self, row: Row, dates: Dates) -> NewLead:
        """Return what a row says, or raise RowProblem."""
        user_id = identifier(row, "user_id")
        email = _email(row)
        if not user_id and not email:
            raise RowProblem("user_id", "", "is empty, and so is the e-mail")
        return NewLead(
            line=row.line,
            user_id=user_id,
            email=email,
            occurred_at=dates.read("occurred_at", row.values.get("occurred_at", "")),
            source=row.values.get("source", "")[:_LONGEST_TEXT],
            content=row.values.get("content", "")[:_LONGEST_TEXT],
            traits=traits_of(_told(row, email)),
        )

    def look(self, session: Session, leads: Sequence[NewLead]) -> Tally:
        """Say what `put` would do, and change nothing."""
        new = _new(session, self, leads)
        return Tally(created=len(new), unchanged=len(leads) - len(new))

    def put(
        self, session: Session, leads: Sequence[NewLead], *, batch_id: int, now: datetime
    ) -> Tally:
        """Put leads onto the journey; one that was imported before stays as it is."""
        new = _new(session, self, leads)
        hits = [hit for lead in new for hit in _hits(lead, self, batch_id, now)]
        journey.record(session, hits, now=now)
        return Tally(created=len(new), unchanged=len(leads) - len(new))


def _new(session: Session, target: LeadImport, leads: Sequence[NewLead]) -> list[NewLead]:
    by_id: dict[bytes, NewLead] = {}
    for lead in leads:
        by_id.setdefault(_message_id(FIRST_CONTACT, lead), lead)
    for part in chunks(list(by_id)):
        query = select(TouchRow.message_id).where(
            TouchRow.workspace_id == target.workspace_id,
            TouchRow.site_id == target.site_id,
            TouchRow.message_id.in_(part),
        )
        for stored in session.scalars(query):
            del by_id[bytes(stored)]
    return list(by_id.values())


def _hits(lead: NewLead, target: LeadImport, batch_id: int, now: datetime) -> tuple[Hit, Hit]:
    who = Hit(
        workspace_id=target.workspace_id,
        site_id=target.site_id,
        message_id=_message_id("identify", lead),
        type=MessageType.IDENTIFY,
        occurred_at=lead.occurred_at,
        received_at=now,
        user_id=lead.user_id,
        email=lead.email,
        traits=lead.traits,
        properties=_properties(lead.traits),
        is_verified=True,
        is_back_dated=not target.makes_offers,
        import_batch_id=batch_id,
    )
    what = Hit(
        workspace_id=target.workspace_id,
        site_id=target.site_id,
        message_id=_message_id(FIRST_CONTACT, lead),
        type=MessageType.TRACK,
        name=FIRST_CONTACT,
        asset=lead.content,
        source_label=lead.source,
        occurred_at=lead.occurred_at,
        received_at=now,
        user_id=lead.user_id,
        email=lead.email,
        is_verified=True,
        is_back_dated=not target.makes_offers,
        import_batch_id=batch_id,
    )
    return who, what


def _properties(traits: Traits) -> str:
    company = {
        "name": traits.company,
        "website": traits.company_website,
        "industry": traits.industry,
        "employees": traits.employees,
    }
    told = {name: getattr(traits, name) for name in ("email", *_OWN)} | {
        "company": {name: value for name, value in company.items() if value}
    }
    said = {name: value for name, value in told.items() if value}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) if said else ""


def _told(row: Row, email: str) -> dict[str, object]:
    size = row.values.get("employees", "")
    if size and employees_of(size) is None:
        raise RowProblem("employees", size, "is no number of people such as 250 or 51-200")
    company = {name: row.values.get(name, "") for name in _COMPANYS}
    own = {name: row.values.get(name, "") for name in _OWN}
    return own | {"email": email, "company": company | {"name": row.values.get("company", "")}}


def _message_id(kind: str, lead: NewLead) -> bytes:
    # The same lead in any file, on any day, is the same message: twice counts once.
    return hashlib.blake2b(f"{kind}|{lead.key}".encode(), digest_size=16).digest()


def _email(row: Row) -> str:
    text = row.values.get("email", "")
    folded = fold_email(text)
    if text and not folded:
        raise RowProblem("email", text, "is no e-mail address")
    return folded
