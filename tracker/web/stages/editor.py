"""The editor of the stage model: one form in sections, or YAML; both are kept as the draft."""

import json
from dataclasses import asdict
from hashlib import sha256

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker import versions as way
from tracker.errors import Conflict, Invalid
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.stages.documents import dump, from_yaml, to_yaml
from tracker.stages.domain import FitField, Stage, Work
from tracker.stages.models import StageModelRow
from tracker.stages.yaml_lines import line_of, lines_of
from tracker.touches import titles as catalogue
from tracker.touches.domain import ContentKind
from tracker.web.context import commit, now, requires, roll_back, session
from tracker.web.stages import forms
from tracker.web.stages.faults import fault_places
from tracker.web.stages.sentences import fit_sentence, rule_sentence
from tracker.web.terms import fit_field_name, kind_name
from tracker.workspaces import audit
from tracker.workspaces.audit import AuditAction, By
from tracker.workspaces.domain import Role

blueprint = Blueprint("editor", __name__, url_prefix="/stages/edit")

FOUND = 20


@blueprint.get("")
@requires(Role.MARKETER)
def edit():
    """Show the draft, or what is in force, as a form."""
    base = _base()
    return _form(json.loads(base.document), seen=_print_of(base))


@blueprint.post("")
@requires(Role.MARKETER)
def save():
    """Keep what was typed as the draft, or say what is wrong with it."""
    seen = request.form.get("seen", "")
    if request.form.get("do"):
        return _form(forms.read(forms.act(request.form)), seen=seen, is_changed=True)
    raw = forms.read(request.form)
    try:
        return _keep(dump(raw), seen)
    except Invalid as error:
        roll_back()
        return _form(raw, error.fields, seen=seen, is_changed=True), 422
    except Conflict:
        roll_back()
        return _form(raw, seen=_print_of(_base()), is_changed=True, is_stale=True), 409


@blueprint.get("/yaml")
@requires(Role.MARKETER)
def edit_yaml():
    """Show the draft, or what is in force, as YAML."""
    base = _base()
    return _yaml(to_yaml(base.document), seen=_print_of(base))


@blueprint.post("/yaml")
@requires(Role.MARKETER)
def save_yaml():
    """Keep a model in YAML as the draft, or say in which lines it is wrong."""
    text, seen = _yaml_sent(), request.form.get("seen", "")
    try:
        return _keep(from_yaml(text), seen)
    except Invalid as error:
        roll_back()
        return _yaml(text, error.fields or {"document": error.message}, seen=seen), 422
    except Conflict:
        roll_back()
        return _yaml(text, seen=_print_of(_base()), is_stale=True), 409


@blueprint.get("/words")
@requires(Role.MARKETER)
def words():
    """Say one rule in words, or what it still lacks."""
    rule = forms.read_rule(request.args)
    return jsonify(asdict(rule_sentence(rule, _titles(rule.get("items", ())))))


@blueprint.get("/fit-words")
@requires(Role.MARKETER)
def fit_words():
    """Say one rule about fit in words, or what it still lacks."""
    return jsonify(asdict(fit_sentence(forms.read_fit_rule(request.args))))


@blueprint.get("/items")
@requires(Role.MARKETER)
def items():
    """Find items of the catalogue."""
    asked = " ".join(request.args.get("q", "").replace("\0", "").split())[:200]
    found = catalogue.matching(session(), current_user.workspace_id, asked, limit=FOUND)
    return jsonify(
        [
            {"key": item.key, "title": f"{catalogue.title_of(item)} ({kind_name(item.kind)})"}
            for item in found
        ]
    )


def _keep(document: str, seen: str):
    if seen != _print_of(_base()):
        raise Conflict("somebody else has changed the draft a moment ago")
    row = versions.save_draft(session(), current_user.workspace_id, document)
    unknown = versions.bind(session(), row)
    if unknown:
        raise Invalid("the catalogue has no such item", fields=unknown)
    way.begin(session(), row, Work.COMPARE, now=now())
    by = By(workspace_id=current_user.workspace_id, user_id=current_user.id, now=now())
    audit.write(session(), AuditAction.STAGES_DRAFTED, str(row.version), by=by)
    commit()
    flash(_("The draft is saved. Nothing changes for anybody until it is published."), "success")
    return redirect(url_for("drafts.show"))


def _form(raw, faults=None, *, seen, is_changed=False, is_stale=False):
    faults = faults or {}
    named = {key for rule in raw["rules"] for key in rule.get("items", ())}
    titles = _titles(named | set(raw.get("item_points", ())))
    return render_template(
        "stages/edit.html",
        raw=raw,
        faults=faults,
        places=fault_places(raw, faults),
        # Rows with a fault stand open: "rules[3", "fit.rules[0".
        faulty={field.partition("]")[0] for field in faults},
        titles=titles,
        rule_sentence=rule_sentence,
        fit_sentence=fit_sentence,
        form_of=forms.form_of,
        kinds=[(kind.value, kind_name(kind)) for kind in ContentKind],
        stages=list(Stage),
        fields=[(field.value, fit_field_name(field)) for field in FitField],
        grades=raw.get("fit", {}).get("grades") or forms.GRADES,
        seen=seen,
        is_changed=is_changed,
        is_stale=is_stale,
    )


def _yaml(text, faults=None, *, seen, is_stale=False):
    lines = lines_of(text) if faults else {}
    split = text.split("\n")
    wrong = [(line_of(lines, field), field, reason) for field, reason in (faults or {}).items()]
    wrong.sort(key=lambda fault: fault[0] or 0)
    return render_template(
        "stages/yaml.html",
        text=text,
        wrong=[
            (line, split[line - 1] if line and line <= len(split) else "", field, reason)
            for line, field, reason in wrong
        ],
        seen=seen,
        is_stale=is_stale,
    )


def _yaml_sent() -> str:
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        text = upload.read().decode("utf-8", errors="replace")
    else:
        text = request.form.get("yaml", "")
    return text.replace("\r\n", "\n")


def _base() -> StageModelRow:
    """Return the draft, or what is in force while there is none."""
    home = current_user.workspace_id
    draft = versions.draft_of(session(), home)
    return draft or versions.get(session(), home, stages.active(session(), home)[1].version)


def _print_of(row: StageModelRow) -> str:
    """Return what a page remembers of the document that it began with."""
    return sha256(row.document.encode()).hexdigest()[:16]


def _titles(keys) -> dict[str, str]:
    return catalogue.titles(session(), current_user.workspace_id, keys) if keys else {}
