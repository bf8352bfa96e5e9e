"""The catalogue for programs."""

from dataclasses import replace
from typing import Any

from flask_login import current_user

from tracker.reports import items as reports
from tracker.reports import ledger
from tracker.reports.ledger import Entry, Wanted
from tracker.touches import catalogue, classing, items
from tracker.touches.models import Classing, Content
from tracker.touches.rulings import Said
from tracker.web.api.blueprint import ApiBlueprint, exists
from tracker.web.api.shapes import page
from tracker.web.content import forms, told
from tracker.web.content.pages import by
from tracker.web.content.schemas import (
    ClassingSchema,
    ContentArgs,
    ItemDetailSchema,
    ItemPageSchema,
    NewItemSchema,
    UnderSchema,
    WishSchema,
)
from tracker.web.context import commit, requires, session
from tracker.workspaces.domain import Role

blueprint = ApiBlueprint("content", "The catalogue: what is touched, what it is and is for.")
classings = ApiBlueprint("classings", "What was classed anew, and how far it is told again.")

KEYS = 200


@blueprint.get("")
@requires(Role.VIEWER)
@blueprint.arguments(ContentArgs, location="query")
@blueprint.response(200, ItemPageSchema)
def index(args):
    """List items of the catalogue, the most touched first."""
    wanted = Wanted(
        q=" ".join(args["q"].split()),
        kind=args["kind"],
        purpose=args["purpose"],
        stage=args["stage"],
        owner_id=forms.owner_id(args["owner"]),
        is_unclassed=args["unclassed"],
        sort=args["sort"],
        limit=args["limit"],
    )
    home = current_user.workspace_id
    found = ledger.contents(session(), home, wanted, offset=args["offset"])
    rows = [row(entry) for entry in found]
    return page(rows, ledger.count(session(), home, wanted), args)


@blueprint.post("")
@requires(Role.MARKETER)
@blueprint.arguments(NewItemSchema)
@blueprint.response(201, ItemDetailSchema)
def create(said):
    """Make an item that nobody has touched yet; keys come under it by hand or by pattern."""
    title = said.pop("title")
    wish = Said(**_columns(said))
    code = items.create(session(), current_user.workspace_id, title, wish).code
    commit()
    return _detail(code)


@blueprint.get("/<code>")
@requires(Role.VIEWER)
@blueprint.response(200, ItemDetailSchema)
def one(code):
    """Return one item; the code of a part finds its item."""
    return _detail(code)


@blueprint.patch("/<code>")
@requires(Role.MARKETER)
@exists(catalogue.get_content)
@blueprint.arguments(WishSchema)
@blueprint.response(200, ItemDetailSchema)
def edit(said, code):
    """Say by hand what an item is; whoever touched it gets a new history."""
    content = _content(code)
    content.title = said.pop("title", content.title)
    wish = replace(classing.said_of(content), **_columns(said))
    _follow(items.class_items(session(), [(content, wish)], subject=_name(content), by=by()))
    return _detail(code)


@blueprint.post("/<code>/put-under")
@requires(Role.MARKETER)
@exists(catalogue.get_content)
@blueprint.arguments(UnderSchema)
@blueprint.response(200, ItemDetailSchema)
def put_under(said, code):
    """Make an item a part of another: whoever touched it has touched that one."""
    item = _content(said["item"])
    _follow(items.put_under(session(), item, [_content(code)], by=by()))
    return _detail(code)


@blueprint.post("/<code>/take-out")
@requires(Role.MARKETER)
@blueprint.response(200, ItemDetailSchema)
def take_out(code):
    """Make a part an item of its own again."""
    _follow(items.take_out(session(), _content(code), by=by()))
    return _detail(code)


@classings.get("/<code>")
@requires(Role.VIEWER)
@classings.response(200, ClassingSchema)
def act(code):
    """Return one act of classing, and how far it is."""
    return told_row(classing.get(session(), current_user.workspace_id, code))


@classings.post("/<code>/undo")
@requires(Role.MARKETER)
@classings.response(200, ClassingSchema)
def undo(code):
    """Put back what an act changed, unless something has been said of it since."""
    row = classing.get(session(), current_user.workspace_id, code)
    _follow(classing.undo(session(), row, by=by()))
    return told_row(classing.get(session(), current_user.workspace_id, code))


def told_row(act: Classing) -> dict[str, Any]:
    """Return an act of classing as it goes out."""
    return {
        "code": act.code,
        "at": act.at,
        "subject": act.subject,
        "keys": act.keys,
        "leads": act.leads,
        "up": act.up,
        "down": act.down,
        "is_done": told.is_done(act),
        "is_undone": act.undone_at is not None,
    }


def row(entry: Entry) -> dict[str, Any]:
    """Return an item as it goes out."""
    content, tally = entry.content, entry.tally
    owner = forms.owner_code(content)
    return {
        "code": content.code,
        "key": content.key,
        "title": entry.title,
        "url": content.url,
        "kind": content.kind,
        "intended_stage": content.intended_stage,
        "purpose": content.purpose,
        "owner": {"code": owner, "name": entry.owner} if owner else None,
        "classed": content.classed,
        "keys": entry.keys,
        "people": tally.people,
        "touches": tally.touches,
        "last_at": tally.last_at,
    }


def _detail(code: str) -> dict[str, Any]:
    content = _content(code)
    if content.item_id is not None:
        content = session().get_one(Content, content.item_id)
    keys = reports.keys_of(session(), content, limit=KEYS)
    under = [{"code": key.code, "key": key.key, "touches": number} for key, number in keys]
    return {**row(ledger.entry(session(), content)), "under": under}


def _columns(said: dict[str, Any]) -> dict[str, Any]:
    if "owner" in said:
        said["owner_id"] = forms.owner_id(said.pop("owner") or "")
    return said


def _content(code: str) -> Content:
    return catalogue.get_content(session(), current_user.workspace_id, code)


def _name(content: Content) -> str:
    return items.name_of(content)


def _follow(act: Classing) -> None:
    commit()
    told.retell(act)
