"""The catalogue: what people touched, what it is, what it is for, and which keys are one."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker.errors import Conflict, Invalid
from tracker.reports import items as reports
from tracker.reports import ledger
from tracker.reports.ledger import LedgerSort, Wanted
from tracker.stages import service as stages
from tracker.stages.domain import Stage
from tracker.touches import catalogue, classing, items
from tracker.touches.domain import ContentKind, IntendedStage, Purpose
from tracker.touches.models import Content
from tracker.touches.rulings import Said
from tracker.web.auth.pages import local
from tracker.web.content import forms, told
from tracker.web.context import commit, now, requires, roll_back, session
from tracker.web.leads.lines import name_of
from tracker.web.paging import page_of
from tracker.web.terms import classed_name, kind_name, purpose_name, stage_name
from tracker.workspaces.audit import By
from tracker.workspaces.domain import Role

blueprint = Blueprint("content", __name__, url_prefix="/content")

SIZE = 50
SHOWN = 20  # people and keys on an item's page; more are on pages of their own


@blueprint.get("")
@requires(Role.VIEWER)
def index():
    """Show the catalogue, the most touched first."""
    wanted = _wanted()
    page = page_of(ledger.count(session(), current_user.workspace_id, wanted), size=SIZE)
    entries = ledger.contents(session(), current_user.workspace_id, wanted, offset=page.offset)
    to_class = Wanted(is_unclassed=True)
    return render_template(
        "content/index.html",
        entries=entries,
        wanted=wanted,
        is_narrow=wanted != Wanted(sort=wanted.sort),
        page=page,
        unclassed=ledger.count(session(), current_user.workspace_id, to_class),
        **shared(),
    )


@blueprint.post("")
@requires(Role.MARKETER)
def create():
    """Make an item that nobody has touched yet."""
    try:
        wish = Said(**{"kind": ContentKind.PAGE, **forms.said(request.form)})
        title = request.form.get("title", "")
        item = items.create(session(), current_user.workspace_id, title, wish)
    except (Invalid, Conflict) as error:
        roll_back()
        fields = error.fields or {"title": _("There is an item of this name already.")}
        return _new(fields), 422
    commit()
    flash(_("“%(title)s” is in the catalogue. Say now what it takes in.", title=item.title),
          "success")  # fmt: skip
    return redirect(url_for("content.item", code=item.code))


@blueprint.get("/new")
@requires(Role.MARKETER)
def new():
    """Show the form of a new item."""
    return _new({})


@blueprint.get("/<code>")
@requires(Role.VIEWER)
def item(code):
    """Show one item: what it takes in, who touched it, who came to a stage by it."""
    content = catalogue.get_content(session(), current_user.workspace_id, code)
    if content.item_id is not None:
        home = session().get_one(Content, content.item_id)
        return redirect(url_for("content.item", code=home.code))
    return _item(content, {})


@blueprint.post("/<code>")
@requires(Role.MARKETER)
def reclass(code):
    """Say what an item is; whoever touched it gets a new history."""
    content = catalogue.get_content(session(), current_user.workspace_id, code)
    try:
        wish = forms.said(request.form)
    except Invalid as error:
        if "title" not in request.form:
            raise
        roll_back()
        content = catalogue.get_content(session(), current_user.workspace_id, code)
        return _item(content, error.fields), 422
    if "title" in request.form:
        content.title = " ".join(request.form["title"].split())[:300]
    title = items.name_of(content)
    before = classing.said_of(content)
    row = items.class_items(session(), [(content, replace(before, **wish))], subject=title, by=by())
    commit()
    said = told.retell(row)
    if wish.get("kind", before.kind) is before.kind:
        flash(_("“%(title)s” is saved.", title=title), "success")
    else:
        flash(_("“%(title)s” is of kind %(kind)s now. %(moved)s", title=title,
                kind=kind_name(wish["kind"]), moved=said), "success")  # fmt: skip
    return redirect(local(request.form.get("next") or url_for("content.item", code=code)))


@blueprint.post("/<code>/take-out")
@requires(Role.MARKETER)
def take_out(code):
    """Make a key an item of its own again."""
    content = catalogue.get_content(session(), current_user.workspace_id, code)
    title = items.name_of(content)
    row = items.take_out(session(), content, by=by())
    commit()
    said = told.retell(row)
    flash(_("“%(title)s” is an item of its own. %(moved)s", title=title, moved=said), "success")
    return redirect(local(request.form.get("next") or url_for("content.item", code=code)))


@blueprint.post("/<code>/let-go")
@requires(Role.MARKETER)
def let_go(code):
    """Let patterns and guesses say again what an item is."""
    content = catalogue.get_content(session(), current_user.workspace_id, code)
    row = items.let_go(session(), content, by=by())
    commit()
    flash(_("Patterns decide again what this is. %(moved)s", moved=told.retell(row)), "success")
    return redirect(url_for("content.item", code=code))


@blueprint.get("/<code>/people")
@requires(Role.VIEWER)
def people(code):
    """List everybody who touched an item."""
    content = catalogue.get_content(session(), current_user.workspace_id, code)
    entry = ledger.entry(session(), content)
    page = page_of(entry.tally.people, size=SIZE)
    found = reports.touchers(session(), content, limit=page.size, offset=page.offset)
    return render_template(
        "content/people.html", entry=entry, touchers=found, page=page, lead_name=name_of
    )


def by() -> By:
    """Return who asks, and when."""
    return By(workspace_id=current_user.workspace_id, user_id=current_user.id, now=now())


def shared():
    """Return what every page of the catalogue needs."""
    return {
        **forms.choices(),
        "kind_name": kind_name,
        "purpose_name": purpose_name,
        "stage_name": stage_name,
        "classed_name": classed_name,
        "may_write": current_user.may(Role.MARKETER),
    }


def key_words(content: Content) -> str:
    """Return what brings a touch to a key: an address, an event and its asset, a screen."""
    form, _colon, rest = content.key.partition(":")
    if form == "event":
        return " | ".join(part for part in rest.split("|", 1) if part)
    return _("Made by hand") if form == "item" else rest


def _new(errors):
    return render_template("content/new.html", errors=errors, typed=request.form, **shared())


def _item(content, errors):
    model_id, _model = stages.active(session(), content.workspace_id)
    entered = reports.entered(session(), content, model_id)
    return render_template(
        "content/item.html",
        entry=ledger.entry(session(), content),
        keys=reports.keys_of(session(), content, limit=SHOWN + 1),
        patterns=items.patterns_of(session(), content),
        touchers=reports.touchers(session(), content, limit=SHOWN),
        entered=[(stage, entered.get(stage, 0)) for stage in Stage],
        lead_name=name_of,
        key_words=key_words,
        owner_code=forms.owner_code(content),
        shown=SHOWN,
        errors=errors,
        typed=request.form,
        **shared(),
    )


def _wanted() -> Wanted:
    args = request.args
    kind, sort = args.get("kind", ""), args.get("sort", "")
    purpose, stage = args.get("purpose", ""), args.get("stage", "")
    owner = args.get("owner", "")
    owners = dict(forms.choices()["owners"])
    return Wanted(
        q=" ".join(args.get("q", "").split())[:200],
        kind=ContentKind(kind) if kind in set(ContentKind) else None,
        purpose=Purpose(purpose) if purpose in set(Purpose) else None,
        stage=IntendedStage(stage) if stage in set(IntendedStage) else None,
        owner_id=forms.owner_id(owner) if owner in owners else None,
        is_unclassed=args.get("unclassed", "") == "1",
        sort=LedgerSort(sort) if sort in set(LedgerSort) else LedgerSort.PEOPLE,
        limit=SIZE,
    )
