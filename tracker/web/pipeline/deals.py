"""The page of one deal: where it stands, what was done, and what may be done next."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker import journey
from tracker.errors import Invalid
from tracker.handoff import briefing
from tracker.handoff import service as handoff
from tracker.identity import service as identity
from tracker.identity.models import Lead
from tracker.pipeline import queries, service, setup
from tracker.pipeline.domain import DealStatus, check_title, parse_value, ripeness, title_of
from tracker.pipeline.models import Deal
from tracker.web.context import commit, now, requires, roll_back, session, workspace
from tracker.web.handoff.cards import reasons_why
from tracker.web.pipeline.cards import owner_name
from tracker.web.pipeline.moves import as_seen
from tracker.workspaces.domain import Role

READS = 6

blueprint = Blueprint("deals", __name__)


@blueprint.get("/deals/<code>")
@requires(Role.VIEWER)
def deal(code):
    """Show a deal."""
    return _page(service.get(session(), workspace().id, code))


@blueprint.get("/deals/<code>/edit")
@requires(Role.REP)
def ask_facts(code):
    """Ask for a deal's title, value and owner."""
    found = service.get(session(), workspace().id, code)
    owner = found.owner.code if found.owner else ""
    typed = {"title": found.title, "value": found.value, "owner": owner}
    return _facts_form(found, typed)


@blueprint.post("/deals/<code>/edit")
@requires(Role.REP)
def edit(code):
    """Change a deal's title, value and owner."""
    found = as_seen(code)
    owners = {user.code: user.id for user in queries.owners(session(), found.workspace_id)}
    try:
        service.edit(
            session(),
            found,
            title=request.form.get("title", ""),
            value=parse_value(request.form.get("value", "")),
            owner_id=_owner_id(found, owners),
        )
    except Invalid as error:
        return _facts_form(_as_stored(code), request.form, error), 422
    commit()
    return _to(found)


@blueprint.get("/deals/<code>/win")
@requires(Role.REP)
def ask_value(code):
    """Ask what a deal was won for."""
    found = service.get(session(), workspace().id, code)
    return render_template("pipeline/win.html", deal=found, value=found.value, errors={})


@blueprint.post("/deals/<code>/win")
@requires(Role.REP)
def win(code):
    """Win a deal."""
    found = as_seen(code)
    typed = request.form.get("value", "")
    try:
        journey.win_deal(session(), found, by=_by(), value=parse_value(typed))
    except Invalid as error:
        stored = _as_stored(code)
        form = render_template("pipeline/win.html", deal=stored, value=typed, errors=error.fields)
        return form, 422
    commit()
    flash(_("Won. Well done!"), "success")
    return _to(found)


@blueprint.get("/deals/<code>/lose")
@requires(Role.REP)
def ask_reason(code):
    """Ask why a deal is lost."""
    return _reason_form(service.get(session(), workspace().id, code), {})


@blueprint.post("/deals/<code>/lose")
@requires(Role.REP)
def lose(code):
    """Lose a deal, and say why."""
    found = as_seen(code)
    reason, note = request.form.get("reason", ""), request.form.get("note", "")
    try:
        journey.lose_deal(session(), found, reason, by=_by(), note=note)
    except Invalid as error:
        return _reason_form(_as_stored(code), error.fields), 422
    commit()
    flash(_("Lost, and kept with its reason."), "message")
    return _to(found)


@blueprint.post("/deals/<code>/reopen")
@requires(Role.REP)
def reopen(code):
    """Open a deal again."""
    found = as_seen(code)
    journey.reopen_deal(session(), found, by=_by())
    commit()
    return _to(found)


@blueprint.post("/deals/<code>/notes")
@requires(Role.REP)
def note(code):
    """Write down what was said or done."""
    found = service.get(session(), workspace().id, code)
    text = request.form.get("text", "")
    try:
        service.note(session(), found, text, by=_by())
    except Invalid as error:
        return _page(_as_stored(code), text=text, errors=error.fields), 422
    commit()
    return redirect(url_for("deals.deal", code=code) + "#notes")


@blueprint.get("/leads/<code>/deals/new")
@requires(Role.REP)
def ask_new(code):
    """Ask what a new deal of a lead is about."""
    lead = identity.get(session(), workspace().id, code)
    typed = {"title": _usual_title(lead), "value": ""}
    return render_template("pipeline/new.html", lead=lead, typed=typed, errors={})


@blueprint.post("/leads/<code>/deals")
@requires(Role.REP)
def open_deal(code):
    """Open a deal by hand."""
    home = workspace()
    lead = identity.get(session(), home.id, code)
    try:
        new = service.NewDeal(
            lead=lead,
            title=check_title(request.form.get("title", "") or _usual_title(lead)),
            currency=home.currency,
            value=parse_value(request.form.get("value", "")),
            owner_id=current_user.id,
        )
    except Invalid as error:
        roll_back()
        lead = identity.get(session(), workspace().id, code)
        form = render_template(
            "pipeline/new.html", lead=lead, typed=request.form, errors=error.fields
        )
        return form, 422
    opened = journey.open_deal(session(), new, by=_by())
    commit()
    return _to(opened)


def _as_stored(code: str) -> Deal:
    # Nobody waits for the pen while the form is drawn again.
    roll_back()
    return service.get(session(), workspace().id, code)


def _usual_title(lead: Lead) -> str:
    return title_of(lead.company.name if lead.company else "", lead.name, lead.email)


def _page(found: Deal, text: str = "", errors=None):
    pipeline = setup.get_pipeline(session(), found.workspace_id, found.pipeline.code)
    reads = briefing.last_reads(session(), [found.lead_id], each=READS)
    offer = None
    if found.handoff_id is not None:
        offers = handoff.of_lead(session(), found.workspace_id, found.lead_id)
        offer = next((h for h in offers if h.id == found.handoff_id), None)
    return render_template(
        "pipeline/deal.html",
        deal=found,
        pipeline=pipeline,
        moves=queries.moves(session(), found),
        activities=queries.activities(session(), found),
        reads=reads.get(found.lead_id, ()),
        offer=offer,
        why=reasons_why(session(), found.workspace_id, [offer])[offer.id] if offer else None,
        is_early=_is_early(found),
        owner=owner_name(found),
        age=ripeness(found.entered_at, found.stage.rot_days, now=now()),
        age_days=(now() - found.entered_at).days,
        may_change=current_user.may(Role.REP),
        note_limit=service.NOTE,
        text=text,
        errors=errors or {},
    )


def _is_early(found: Deal) -> bool:
    if found.status is not DealStatus.WON or found.closed_at is None:
        return False
    first = briefing.first_contact(session(), found.lead_id)
    return first is not None and found.closed_at < first


def _facts_form(found: Deal, typed, error: Invalid | None = None):
    people = queries.owners(session(), found.workspace_id)
    return render_template(
        "pipeline/edit.html",
        deal=found,
        typed=typed,
        owners=[("", found.owner_label or _("nobody")), *((u.code, u.name) for u in people)],
        errors=error.fields if error else {},
    )


def _reason_form(found: Deal, errors):
    reasons = setup.lost_reasons(session(), found.workspace_id)
    return render_template(
        "pipeline/lose.html",
        deal=found,
        reasons=[("", _("Choose a reason")), *((r.code, r.name) for r in reasons)],
        reason=request.form.get("reason", ""),
        note=request.form.get("note", ""),
        note_limit=service.NOTE,
        errors=errors,
    )


def _owner_id(found: Deal, owners: dict[str, int]) -> int | None:
    owner = request.form.get("owner", "")
    if found.owner is not None and owner == found.owner.code:
        return found.owner_id
    if owner and owner not in owners:
        raise Invalid("this person is not in the team", fields={"owner": "choose one of the list"})
    return owners.get(owner)


def _by() -> service.By:
    return service.By(user_id=current_user.id, now=now())


def _to(found: Deal):
    return redirect(url_for("deals.deal", code=found.code))
