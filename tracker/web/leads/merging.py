"""Merging two leads on pages: search for the other, see what would happen, do it, undo it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker import journey
from tracker.errors import Conflict, Invalid, NotFound
from tracker.identity import merges
from tracker.identity.models import Lead
from tracker.reports import merging
from tracker.reports import people as lists
from tracker.reports.people import LeadSearch, Window
from tracker.web import terms
from tracker.web.context import commit, now, requires, roll_back, session
from tracker.web.leads import lines
from tracker.workspaces.domain import Role

blueprint = Blueprint("merging", __name__, url_prefix="/leads")

FOUND = 8
LONGEST = 200


@blueprint.get("/<code>/merge")
@requires(Role.MARKETER)
def ask(code):
    """Ask which lead is the same person, and show what merging would do."""
    lead = merges.lead(session(), current_user.workspace_id, code)
    if lead.merged_into_id is not None:
        return redirect(url_for("leads.journey", code=code))
    return _page(lead, request.args)


@blueprint.post("/<code>/merge")
@requires(Role.MARKETER)
def merge(code):
    """Merge two leads; the form says which of them is kept."""
    home, form = current_user.workspace_id, request.form
    lead = merges.lead(session(), home, code)
    other = merges.lead(session(), home, form.get("with", ""))
    kept, absorbed = (other, lead) if form.get("keep") == other.code else (lead, other)
    try:
        journey.merge_leads(
            session(),
            kept,
            absorbed,
            by=current_user.id,
            reason=form.get("reason", ""),
            now=now(),
        )
    except Invalid as error:
        if "reason" not in error.fields:
            raise
        roll_back()
        return _page(merges.lead(session(), home, code), form, error.fields), 422
    commit()
    flash(_("Merged. The line below says so, and undoes it."), "success")
    return redirect(url_for("leads.journey", code=kept.code))


@blueprint.post("/<code>/merges/<merge_code>/undo")
@requires(Role.MARKETER)
def undo(code, merge_code):
    """Take a merge back."""
    made = merges.get(session(), current_user.workspace_id, merge_code, of=code)
    journey.undo_merge(session(), made, by=current_user.id, now=now())
    commit()
    flash(_("Undone. Both leads are themselves again."), "success")
    return redirect(url_for("leads.journey", code=code))


def _page(lead: Lead, said, errors=None):
    text = said.get("q", "").replace("\0", "").strip()[:LONGEST]
    guesses = [text] if text else [lead.name, *lead.name.split()[-1:], lead.email.partition("@")[0]]
    other = _other(lead, said.get("with", ""))
    kept, absorbed = (lead, other)
    if other is not None and said.get("keep") == other.code:
        kept, absorbed = other, lead
    rows = [] if other else _alike(lead, guesses)
    leads = [lead, *([other] if other else [])]
    known = lists.known_as(session(), leads)
    return render_template(
        "leads/merge.html",
        lead=lead,
        other=other,
        kept=kept,
        absorbed=absorbed,
        names={one.id: lines.name_of(one, known.get(one.id, "")) for one in leads},
        preview=merging.preview(session(), kept, absorbed, now=now()) if absorbed else None,
        rows=rows,
        is_guess=not text,
        text=text,
        reason=said.get("reason", ""),
        errors=errors or {},
        terms=terms,
        lines=lines,
    )


def _alike(lead: Lead, guesses):
    for text in filter(None, guesses):
        window = Window(now=now(), limit=FOUND + 1)
        found = lists.leads(session(), lead.workspace_id, LeadSearch(text=text), window)
        rows = [row for row in found if row.code != lead.code][:FOUND]
        if rows:
            return rows
    return []


def _other(lead: Lead, code: str) -> Lead | None:
    if not code:
        return None
    found = merges.lead(session(), lead.workspace_id, code)
    try:
        merges.check(lead, found)
    except (Invalid, Conflict) as error:
        raise NotFound(error.message) from None
    return found
