"""The settings of a workspace: its name, zone and currency; its API tokens; its audit."""

import zoneinfo
from collections import defaultdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from tracker.errors import Invalid
from tracker.identity import companies
from tracker.web import context
from tracker.web.context import commit, now, requires, session, workspace
from tracker.web.paging import page_of
from tracker.workspaces import audit, service, tokens
from tracker.workspaces.audit import AuditAction, By
from tracker.workspaces.domain import Role, Scope

blueprint = Blueprint("settings", __name__)

LINES = 50
# First in the list; every other one of the locale follows.
USUAL = ("EUR", "USD", "GBP", "PLN", "CHF", "SEK", "NOK", "DKK", "CZK", "JPY")


@blueprint.get("/settings")
@requires(Role.OWNER)
def settings():
    """Show the workspace's name, zone, currency and mail domains."""
    place = workspace()
    names = ("name", "zone", "currency", "free_mail", "company_mail", "requires_proof")
    return _page({name: getattr(place, name) for name in names})


@blueprint.post("/settings")
@requires(Role.OWNER)
def change():
    """Change the workspace's name, zone, currency and mail domains."""
    place, form = workspace(), request.form
    before = _facts(place)
    try:
        service.change(
            session(),
            place,
            name=form.get("name", ""),
            zone=form.get("zone", ""),
            currency=form.get("currency", ""),
        )
        lists = {"free": form.get("free_mail", ""), "companies": form.get("company_mail", "")}
        companies.share(session(), place, **lists)
        is_required = form.get("requires_proof") == "1"
        service.require_proof(session(), place, is_required=is_required)
    except Invalid as error:
        context.roll_back()
        return _page(form, error.fields), 422
    if _facts(place) != before:
        detail = f"{before} → {_facts(place)}"
        audit.write(session(), AuditAction.WORKSPACE_CHANGED, place.name, by=_by(), detail=detail)
    commit()
    flash(_("Saved."), "success")
    return redirect(url_for("settings.settings"))


@blueprint.get("/settings/tokens")
@requires(Role.OWNER)
def api_tokens():
    """Show the keys to the JSON API."""
    return _tokens_page()


@blueprint.post("/settings/tokens")
@requires(Role.OWNER)
def add_token():
    """Make a key to the JSON API; its secret is shown this once."""
    try:
        token, secret = tokens.add(
            session(),
            current_user.workspace_id,
            request.form.get("name", ""),
            scopes=_scopes(),
            now=now(),
        )
    except Invalid as error:
        context.roll_back()
        return _tokens_page(errors=error.fields, form=request.form), 422
    audit.write(session(), AuditAction.TOKEN_ADDED, token.name, by=_by(), detail=token.scopes)
    commit()
    return _tokens_page(secret=secret, made=token)


@blueprint.post("/settings/tokens/<code>/revoke")
@requires(Role.OWNER)
def revoke_token(code):
    """Take a key out of use for good."""
    token = tokens.revoke(session(), current_user.workspace_id, code, now=now())
    audit.write(session(), AuditAction.TOKEN_REVOKED, token.name, by=_by())
    commit()
    flash(_("“%(name)s” opens nothing any more.", name=token.name), "success")
    return redirect(url_for("settings.api_tokens"))


@blueprint.get("/settings/audit")
@requires(Role.OWNER)
def audit_lines():
    """Show who changed what, and when."""
    page = page_of(audit.count(session(), current_user.workspace_id), size=LINES)
    lines = audit.lines(session(), current_user.workspace_id, limit=LINES, offset=page.offset)
    return render_template(
        "settings/audit.html", lines=lines, page=page, actions=_actions(), **_tabs("audit_lines")
    )


def _page(form, errors=None):
    names = get_locale().currencies
    rest = sorted(code for code in names if code not in USUAL)
    return render_template(
        "settings/workspace.html",
        form=defaultdict(str, form),
        errors=defaultdict(str, errors or {}),
        zones=[(zone, zone.replace("_", " ")) for zone in sorted(zoneinfo.available_timezones())],
        currencies=[(code, f"{code} · {names[code]}") for code in (*USUAL, *rest)],
        **_tabs("settings"),
    )


def _tokens_page(*, errors=None, form=None, secret=None, made=None):
    return render_template(
        "settings/tokens.html",
        tokens=tokens.tokens(session(), current_user.workspace_id),
        scopes=_scope_words(),
        errors=defaultdict(str, errors or {}),
        form=defaultdict(str, form or {}),
        chosen=request.form.getlist("scopes") or [Scope.READ],
        secret=secret,
        made=made,
        **_tabs("api_tokens"),
    )


def _tabs(current: str):
    names = {
        "settings.settings": _("Workspace"),
        "settings.api_tokens": _("API tokens"),
        "imports.index": _("Imports"),
        "settings.audit_lines": _("Audit"),
    }
    here = f"settings.{current}"
    return {"tabs": [(url_for(name), words, name == here) for name, words in names.items()]}


def _scope_words() -> dict[Scope, str]:
    return {
        Scope.READ: _("Read: leads, touches, handoffs, deals and the funnel"),
        Scope.WRITE: _("Write: answer handoffs, open and move deals, keep content"),
    }


def _actions() -> dict[str, str]:
    return {
        AuditAction.WORKSPACE_FOUNDED: _("Workspace founded"),
        AuditAction.WORKSPACE_CHANGED: _("Workspace changed"),
        AuditAction.USER_ADDED: _("User added"),
        AuditAction.USER_ROLE_CHANGED: _("Role changed"),
        AuditAction.USER_DISABLED: _("User deactivated"),
        AuditAction.USER_ENABLED: _("User activated again"),
        AuditAction.USER_PASSWORD_CHANGED: _("Password changed"),
        AuditAction.USER_PASSWORD_RESET: _("Password reset by an owner"),
        AuditAction.TOKEN_ADDED: _("API token made"),
        AuditAction.TOKEN_REVOKED: _("API token revoked"),
        AuditAction.DUPLICATE_DISMISSED: _("Taken for two people"),
        AuditAction.DUPLICATE_RESTORED: _("May be one person again"),
        AuditAction.COMPANY_CHANGED: _("Company changed"),
        AuditAction.COMPANY_MERGED: _("Company merged"),
        AuditAction.COMPANY_PARTED: _("Merge of a company undone"),
    }


def _scopes() -> list[Scope]:
    try:
        return [Scope(word) for word in request.form.getlist("scopes")]
    except ValueError as error:
        raise Invalid("there is no such scope", fields={"scopes": ", ".join(Scope)}) from error


def _facts(place) -> str:
    own = f"{place.name}, {place.zone}, {place.currency}"
    mail = [("free mail", place.free_mail), ("companies' mail", place.company_mail)]
    proof = ["proof required"] if place.requires_proof else []
    return "; ".join(
        [own, *proof, *(f"{name}: {' '.join(lines.split())}" for name, lines in mail if lines)]
    )


def _by() -> By:
    return By(workspace_id=current_user.workspace_id, user_id=current_user.id, now=now())
