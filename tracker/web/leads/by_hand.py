"""Setting a lead's stage by hand, for people: the form, and its end."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker import journey
from tracker.errors import Invalid
from tracker.identity import service as identity
from tracker.identity.models import Lead
from tracker.reports import people as lists
from tracker.stages.domain import Stage
from tracker.stages.overrides import REASON, Placement
from tracker.web.context import commit, now, requires, roll_back, session, workspace
from tracker.web.leads import lines
from tracker.workspaces import audit
from tracker.workspaces.audit import AuditAction, By
from tracker.workspaces.domain import Role

blueprint = Blueprint("by_hand", __name__, url_prefix="/leads")


@blueprint.get("/<code>/stage")
@requires(Role.MARKETER, Role.REP)
def ask(code):
    """Ask where a lead stands, why, and until when."""
    return _form(_lead(code), {})


@blueprint.post("/<code>/stage")
@requires(Role.MARKETER, Role.REP)
def put(code):
    """Put a lead where somebody says that it stands."""
    lead = _lead(code)
    try:
        place(lead, _placement())
        commit()
    except Invalid as error:
        roll_back()
        return _form(_lead(code), error.fields), 422
    flash(_("The stage is set by hand. What the lead does is counted meanwhile."), "success")
    return redirect(url_for("leads.journey", code=lead.code))


@blueprint.post("/<code>/stage/end")
@requires(Role.MARKETER, Role.REP)
def end(code):
    """Let a lead stand where the rules say again."""
    lead = _lead(code)
    free(lead)
    commit()
    flash(_("The lead stands where the rules say again."), "success")
    return redirect(url_for("leads.journey", code=lead.code))


def place(lead: Lead, placement: Placement) -> None:
    """Put a lead somewhere by hand, and write down who did."""
    journey.override_stage(
        session(), lead.workspace_id, lead.id, placement, by=current_user.id, now=now()
    )
    detail = f"{placement.stage}: {placement.reason}"
    audit.write(session(), AuditAction.STAGE_SET, lead.code, by=_by(), detail=detail)


def free(lead: Lead) -> None:
    """End what was set by hand, and write down who did."""
    journey.end_override(session(), lead.workspace_id, lead.id, by=current_user.id, now=now())
    audit.write(session(), AuditAction.STAGE_FREED, lead.code, by=_by())


def _placement() -> Placement:
    stage = request.form.get("stage", "")
    if stage not in set(Stage):
        raise Invalid("choose a stage", fields={"stage": _("Choose a stage.")})
    return Placement(stage=Stage(stage), reason=request.form.get("reason", ""), until=_until())


def _until() -> datetime | None:
    """Return the end of the last day, in the workspace's zone; nothing where it is to stay."""
    text = request.form.get("until", "")
    if request.form.get("lasts") != "until":
        return None
    try:
        last = date.fromisoformat(text)
    except ValueError:
        raise Invalid("no date", fields={"until": _("Choose a day.")}) from None
    if last.year > 9000:
        raise Invalid("no date", fields={"until": _("Choose a day within ten years.")})
    return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(workspace().zone))


def _form(lead: Lead, errors):
    name = lines.name_of(lead, lists.known_as(session(), [lead]).get(lead.id, ""))
    return render_template(
        "leads/stage.html",
        lead=lead,
        name=name,
        errors=errors,
        stages=[(stage.value, stage.value.upper()) for stage in Stage],
        typed=request.form,
        reason_limit=REASON,
    )


def _lead(code: str) -> Lead:
    return identity.get(session(), current_user.workspace_id, code)


def _by() -> By:
    return By(workspace_id=current_user.workspace_id, user_id=current_user.id, now=now())
