"""The list of companies, one company's page, and the form for what staff knows better."""

from collections import defaultdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker import journey
from tracker.collector.traits import employees_of
from tracker.db import to_micros
from tracker.errors import Conflict, Invalid
from tracker.identity import companies, corrections
from tracker.identity.corrections import CompanyFacts
from tracker.reports import companies as lists
from tracker.reports import people
from tracker.reports.companies import CompanySearch, CompanySort
from tracker.reports.company_line import company_line
from tracker.reports.people import LeadSearch, Window
from tracker.stages import service as stages
from tracker.web import terms
from tracker.web.context import by, commit, now, requires, roll_back, session
from tracker.web.leads import lines
from tracker.web.leads.pages import before_of
from tracker.web.paging import page_of, url_with
from tracker.web.reports.filters import source_words
from tracker.workspaces.domain import Role

SIZE = 50
# So many people and deals stand on a company's own page; the lists have all of them.
PEOPLE, DEALS = 12, 12

blueprint = Blueprint("companies", __name__, url_prefix="/companies")


@blueprint.get("")
@requires(Role.VIEWER)
def index():
    """List the companies that a search finds."""
    home, sort = current_user.workspace_id, request.args.get("sort", "")
    search = CompanySearch(
        text=request.args.get("q", "").strip()[:200],
        sorting=CompanySort(sort) if sort in set(CompanySort) else CompanySort.LAST_SEEN,
    )
    page = page_of(lists.count(session(), home, search), size=SIZE)
    rows = lists.companies(session(), home, search, limit=SIZE, offset=page.offset)
    return render_template(
        "companies/index.html",
        rows=rows,
        page=page,
        search=search,
        sorted_url=lambda by: url_with(sort=by),
    )


@blueprint.get("/<code>")
@requires(Role.VIEWER)
def company(code):
    """Show a company: who is there, what they did, and what sales made of it."""
    found = companies.get(session(), current_user.workspace_id, code)
    if found.code != code:
        return redirect(url_for("companies.company", code=found.code))
    model_id, _model = stages.active(session(), found.workspace_id)
    search = LeadSearch(company_id=found.id)
    line = company_line(session(), found, model_id, before=before_of(request.args))
    named = people.known_as(session(), [entry.lead for entry in line.entries])
    return render_template(
        "companies/company.html",
        company=found,
        row=lists.one(session(), found),
        people=people.leads(session(), found.workspace_id, search, Window(now=now(), limit=PEOPLE)),
        deals=lists.deals_of(session(), found, limit=DEALS),
        sums=lists.sums_of(session(), found),
        merged=corrections.merged_into(session(), found),
        line=line,
        is_continued="before" in request.args,
        older_url=url_with(before=to_micros(line.older)) if line.older else None,
        name_of=lambda lead: lines.name_of(lead, named.get(lead.id, "")),
        may_edit=current_user.may(Role.MARKETER),
        lines=lines,
        terms=terms,
        source_words=source_words,
    )


@blueprint.get("/<code>/edit")
@requires(Role.MARKETER)
def ask_facts(code):
    """Ask what is true of a company."""
    found = companies.get(session(), current_user.workspace_id, code)
    facts = CompanyFacts.of(found)
    return _form(found, {name: getattr(facts, name) for name in facts.__dataclass_fields__})


@blueprint.post("/<code>/edit")
@requires(Role.MARKETER)
def correct(code):
    """Write down what is true of a company."""
    found = companies.get(session(), current_user.workspace_id, code)
    texts = ("name", "domain", "website", "industry", "country")
    try:
        said = {name: request.form.get(name, "") for name in texts}
        facts = CompanyFacts(**said, employees=_employees())
        corrections.correct(session(), found, facts, by=by())
    except Invalid as error:
        return _refused(code, error.fields), 422
    except Conflict as error:
        return _refused(code, {"domain": error.message}), 409
    commit()
    flash(_("Saved. What is heard of this company does not change it any more."), "success")
    return redirect(url_for("companies.company", code=found.code))


@blueprint.post("/<code>/merge")
@requires(Role.MARKETER)
def merge(code):
    """Make a company part of another one that is named by its name or domain."""
    home, words = current_user.workspace_id, request.form.get("into", "")
    found = companies.get(session(), home, code)
    into = corrections.find(session(), home, words)
    if into is None or into.id == found.id:
        why = _("No other company is known by this name or domain.")
        return _refused(code, {"into": why}), 422
    journey.merge_companies(session(), found, into, by=by())
    commit()
    flash(_("“%(name)s” is a part of this company now.", name=found.name), "success")
    return redirect(url_for("companies.company", code=into.code))


@blueprint.post("/<code>/part")
@requires(Role.MARKETER)
def part(code):
    """Undo the merge of a company."""
    found = corrections.get_merged(session(), current_user.workspace_id, code)
    journey.part_companies(session(), found, by=by())
    commit()
    flash(_("“%(name)s” is a company of its own again.", name=found.name), "success")
    return redirect(url_for("companies.company", code=found.code))


def _employees():
    text = request.form.get("employees", "").strip()
    number = employees_of(text)
    if text and number is None:
        raise Invalid("no number", fields={"employees": _("A number of people, such as 250.")})
    return number


def _refused(code, errors):
    typed = request.form.to_dict()
    roll_back()
    found = companies.get(session(), current_user.workspace_id, code)
    facts = CompanyFacts.of(found)
    stored = {name: getattr(facts, name) for name in facts.__dataclass_fields__}
    return _form(found, stored | typed, errors)


def _form(found, typed, errors=None):
    return render_template(
        "companies/edit.html",
        company=found,
        typed=defaultdict(str, typed),
        errors=defaultdict(str, errors or {}),
    )
