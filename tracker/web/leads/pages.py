"""The list of leads, and one lead's journey."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from tracker.db import from_micros, to_micros
from tracker.errors import Invalid
from tracker.handoff import briefing
from tracker.handoff import service as handoff
from tracker.handoff.domain import HandoffStatus
from tracker.identity import companies
from tracker.identity import service as identity
from tracker.identity.models import Company
from tracker.reports import people as lists
from tracker.reports import queries, standing
from tracker.reports.fits import Graded, fit_today
from tracker.reports.people import Knowing, LeadSearch, Sorting, Window
from tracker.reports.population import MISSING
from tracker.reports.timeline import Change, Timeline, timeline
from tracker.stages import service as stages
from tracker.stages.domain import Stage
from tracker.touches import titles as catalogue
from tracker.web import receipts, terms
from tracker.web.context import now, requires, session, workspace
from tracker.web.fits import fit_lines, fit_words
from tracker.web.handoff.cards import reason_name, withdrawn_words
from tracker.web.leads import lines
from tracker.web.paging import page_of, url_with
from tracker.web.reports.filters import source_words
from tracker.web.stages.changes import titles_in
from tracker.web.stages.rules import rule_words
from tracker.workspaces.domain import Role, may

LEADS = 50
LONGEST = 200
_FURTHEST = 2**53

blueprint = Blueprint("leads", __name__, url_prefix="/leads")


@blueprint.get("")
@requires(Role.VIEWER)
def index():
    """List the leads that a search finds."""
    home = workspace()
    company = _company(home.id, request.args.get("company", ""))
    search = replace(_search(request.args), company_id=company.id if company else None)
    _model_id, model = stages.active(session(), home.id)
    total = lists.count(session(), home.id, search)
    page = page_of(total, size=LEADS)
    window = Window(now=now(), limit=page.size, offset=page.offset)
    names = [*queries.source_names(session(), home.id), MISSING]
    if search.source and search.source not in names:
        names.insert(0, search.source)
    return render_template(
        "leads/index.html",
        rows=lists.leads(session(), home.id, search, window),
        page=page,
        search=search,
        company=company,
        is_narrow=search != LeadSearch(sorting=search.sorting),
        is_empty=total == 0 and queries.lead_count(session(), home.id) == 0,
        without_company=url_with(company=None),
        sorted_url=lambda by: url_with(sort=by),
        sources=[("", _("All")), *((name, source_words(name)) for name in names)],
        tenths=terms.tenths,
        has_fit=bool(model.fit.rules),
        fit_words=fit_words,
        source_words=source_words,
    )


@blueprint.get("/<code>")
@requires(Role.VIEWER)
def journey(code):
    """Show one lead's journey from the first touch on."""
    home = workspace()
    lead = identity.get(session(), home.id, code)
    if lead.code != code:
        return redirect(url_for("leads.journey", code=lead.code))
    model_id, model = stages.active(session(), home.id)
    line = timeline(session(), lead, model_id, model, before=before_of(request.args))
    # One that made room for another says nothing about where the lead stands.
    every = handoff.of_lead(session(), home.id, lead.id)
    offers = [offer for offer in every if offer.yielded_to_id is None]
    return render_template(
        "leads/journey.html",
        lead=lead,
        name=lines.name_of(lead, lists.known_as(session(), [lead]).get(lead.id, "")),
        line=line,
        is_continued="before" in request.args,
        older_url=url_with(before=to_micros(line.older)) if line.older else None,
        today=standing.today(session(), lead, model_id, model, now=now()),
        known_since=standing.known_since(session(), lead),
        half_life_days=model.half_life_days,
        offer=offers[-1] if offers else None,
        deals=standing.deals_of(session(), lead),
        to_show=briefing.to_show(session(), lead, model_id),
        may_answer=may(current_user.role, Role.REP),
        may_merge=may(current_user.role, Role.MARKETER),
        may_set=current_user.may(Role.MARKETER, Role.REP),
        item_names=_item_names(line),
        item_titles=titles_in(model),
        rule_words=rule_words,
        receipts=receipts,
        is_waiting=bool(offers) and offers[-1].status is HandoffStatus.OFFERED,
        lines=lines,
        reason_name=reason_name,
        withdrawn_words=partial(withdrawn_words, session()),
        fit=fit_today(model.fit, lead, lead.company),
        fit_lines=fit_lines,
        terms=terms,
        source_words=source_words,
    )


def _item_names(line: Timeline) -> dict[int, str]:
    """Return what to call the items that have lines of their own on receipts."""
    told = [entry.receipt.lines for entry in line.entries if isinstance(entry, Change)]
    return catalogue.names(session(), {part.item for lines in told for part in lines if part.item})


def _company(workspace_id: int, code: str) -> Company | None:
    return companies.get(session(), workspace_id, code) if code else None


def _search(args: MultiDict[str, str]) -> LeadSearch:
    stage, who = args.get("stage", ""), args.get("who", "")
    if stage not in ("", "none", *Stage):
        raise Invalid("there is no such stage", fields={"stage": "tofu, mofu, bofu or none"})
    if who not in ("", "everyone", *Knowing):
        raise Invalid("choose known or anonymous", fields={"who": "known or anonymous"})
    if args.get("fit", "") not in ("", *Graded):
        raise Invalid("there is no such grade", fields={"fit": "A, B, C or none"})
    sorting = args.get("sort", "")
    return LeadSearch(
        text=args.get("q", "").replace("\0", "").strip()[:LONGEST],
        stage=stage,
        source=args.get("source", "").replace("\0", "")[:LONGEST],
        knowing=Knowing(who) if who in list(Knowing) else None,
        grade=Graded(args["fit"]) if args.get("fit") else None,
        sorting=Sorting(sorting) if sorting in list(Sorting) else Sorting.LAST_SEEN,
    )


def before_of(args: MultiDict[str, str]) -> datetime | None:
    """Return the moment before which a journey is asked for."""
    text = args.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:17]) < _FURTHEST):
        raise Invalid("this is no moment", fields={"before": "microseconds since 1970"})
    return from_micros(int(text[:17]))
