"""Companies for programs."""

from dataclasses import asdict, replace

from flask_login import current_user

from tracker import journey
from tracker.identity import companies, corrections
from tracker.identity.corrections import CompanyFacts
from tracker.reports import companies as lists
from tracker.reports import log
from tracker.reports.companies import CompanySearch
from tracker.reports.log import TouchSearch
from tracker.web.api.blueprint import ApiBlueprint, exists
from tracker.web.api.shapes import PageArgs, page
from tracker.web.companies.schemas import (
    CompanyArgs,
    CompanyDetailSchema,
    CompanyPageSchema,
    CorrectionSchema,
    IntoSchema,
)
from tracker.web.context import by, commit, requires, session
from tracker.web.touches.schemas import TouchPageSchema
from tracker.workspaces.domain import Role

blueprint = ApiBlueprint("companies", "Companies: their people, their deals, what is known.")


@blueprint.get("")
@requires(Role.VIEWER)
@blueprint.arguments(CompanyArgs, location="query")
@blueprint.response(200, CompanyPageSchema)
def index(args):
    """List the companies that a search finds; their people are leads with `company`."""
    home = current_user.workspace_id
    search = CompanySearch(text=args["q"].strip(), sorting=args["sort"])
    part = {"limit": args["limit"], "offset": args["offset"]}
    rows = lists.companies(session(), home, search, **part)
    return page(rows, lists.count(session(), home, search), args)


@blueprint.get("/<code>")
@requires(Role.VIEWER)
@blueprint.response(200, CompanyDetailSchema)
def one(code):
    """Return one company; the code of a merged one finds where it went."""
    return _detail(companies.get(session(), current_user.workspace_id, code))


@blueprint.get("/<code>/touches")
@requires(Role.VIEWER)
@exists(companies.get)
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, TouchPageSchema)
def touches(args, code):
    """List the touches of all its people, the latest first; robots' too, which never count."""
    company = companies.get(session(), current_user.workspace_id, code)
    search = TouchSearch(company_id=company.id)
    total = log.count(session(), company.workspace_id, search)
    return page(log.touches(session(), company.workspace_id, search, **args), total, args)


@blueprint.patch("/<code>")
@requires(Role.MARKETER)
@exists(companies.get)
@blueprint.arguments(CorrectionSchema)
@blueprint.response(200, CompanyDetailSchema)
def correct(said, code):
    """Write down what is true of a company: from then on nothing that is heard changes it."""
    company = companies.get(session(), current_user.workspace_id, code)
    facts = replace(CompanyFacts.of(company), **said)
    corrections.correct(session(), company, facts, by=by())
    commit()
    return one_again(code)


@blueprint.post("/<code>/merge")
@requires(Role.MARKETER)
@exists(companies.get)
@blueprint.arguments(IntoSchema)
@blueprint.response(200, CompanyDetailSchema)
def merge(said, code):
    """Make it part of another company; its people, deals and touches are the other's then."""
    home = current_user.workspace_id
    company, into = (companies.get(session(), home, each) for each in (code, said["into"]))
    journey.merge_companies(session(), company, into, by=by())
    commit()
    return one_again(code)


@blueprint.post("/<code>/part")
@requires(Role.MARKETER)
@blueprint.response(200, CompanyDetailSchema)
def part(code):
    """Undo the merge of a company by the code that it had before."""
    company = corrections.get_merged(session(), current_user.workspace_id, code)
    journey.part_companies(session(), company, by=by())
    commit()
    return one_again(code)


def one_again(code):
    """Return a company as it stands after the change."""
    return _detail(companies.get(session(), current_user.workspace_id, code))


def _detail(company):
    return {
        **asdict(lists.one(session(), company)),
        "website": company.website,
        "stated": [field for field in company.stated.split(",") if field],
        "deals": lists.sums_of(session(), company),
        "merged": corrections.merged_into(session(), company),
    }
