"""How well leads fit, by what is known of them and their companies at this moment."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache, partial
from typing import Any

from sqlalchemy import Select, or_
from sqlalchemy.orm import Session

from tracker.identity.models import Company, Lead
from tracker.stages.domain import FitField, FitRules
from tracker.stages.fit import Facts, Fit, fit_of, grade_of, worth


class Graded(StrEnum):
    """By which grade leads are looked for; none is one too."""

    A = "A"
    B = "B"
    C = "C"
    NONE = "none"


def fit_today(rules: FitRules, lead: Lead, company: Company | None) -> Fit:
    """Return how well a lead fits."""
    return fit_of(
        rules,
        Facts(
            title=lead.title,
            employees=company.employees if company else None,
            industry=company.industry if company else "",
            # Where somebody works says more than where the company is registered.
            country=lead.country or (company.country if company else ""),
        ),
    )


def fitting(
    session: Session,
    query: Select[*tuple[Any, ...]],
    rules: FitRules,
    grade: Graded | None,
    *,
    best_first: bool = False,
) -> list[int]:
    """Return the leads of a query that have a grade, in its order or the best first.

    The query joins companies.  Nobody's fit is stored: it is asked of everybody anew, so it
    can never be behind what was said last, or behind the rules.
    """
    facts = query.with_only_columns(
        Lead.id, Lead.title, Company.employees, Company.industry, Lead.country, Company.country
    )
    if grade not in (None, Graded.NONE):
        facts = facts.where(or_(Lead.title != "", Lead.country != "", Lead.company_id.is_not(None)))
    rows: Iterable[Any] = session.execute(facts)
    # Many have the same title, industry or size: each is asked about once.
    title_worth, size_worth, industry_worth, country_worth = (
        cache(partial(worth, rules, field)) for field in FitField
    )
    found = []
    for lead_id, title, employees, industry, own_country, country in rows:
        points = (
            title_worth(title)
            + size_worth(employees)
            + industry_worth(industry)
            + country_worth(own_country or country)
        )
        if grade is None or grade == (grade_of(rules, points) or Graded.NONE):
            found.append((points, lead_id))
    if best_first:
        found.sort(key=lambda one: -one[0])
    return [lead_id for _, lead_id in found]
