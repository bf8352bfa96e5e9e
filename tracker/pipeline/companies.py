"""Deals go with their companies when staff makes two of them one, and come back."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.identity.models import Company, Lead
from tracker.pipeline.models import Deal


def join(session: Session, company: Company, into: Company) -> None:
    """Give the deals of a company to the one that it is merged into."""
    # Whoever looks at a deal meanwhile has not been overtaken: no new version.
    session.execute(update(Deal).where(Deal.company_id == company.id).values(company_id=into.id))


def part(session: Session, company: Company, *, from_id: int) -> None:
    """Give a company that is on its own again the deals of its people."""
    people = select(Lead.id).where(Lead.company_id == company.id)
    own = (Deal.company_id == from_id) & Deal.lead_id.in_(people)
    session.execute(
        update(Deal)
        .where(own)
        .values(company_id=company.id)
        .execution_options(synchronize_session=False)
    )
