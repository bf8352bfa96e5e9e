"""What a form says of items: read with care, refused at the field."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_login import current_user

from tracker.errors import Invalid, NotFound
from tracker.touches import catalogue
from tracker.touches.domain import ContentKind, IntendedStage, Purpose, Subject
from tracker.touches.items import NewPattern
from tracker.touches.models import Content
from tracker.touches.patterns import parse
from tracker.web.context import session
from tracker.web.terms import kind_name, purpose_name, stage_name, subject_name
from tracker.workspaces import users
from tracker.workspaces.models import User

# Says in a form for many: leave it as it is.
KEEP = "keep"


def said(form: Mapping[str, str], *, of_many: bool = False) -> dict[str, Any]:
    """Return the columns of an item that a form fills; those it leaves alone are not there."""
    found: dict[str, Any] = {}
    for name, kinds in (("kind", ContentKind), ("intended_stage", IntendedStage),
                        ("purpose", Purpose)):  # fmt: skip
        if name in form and not (of_many and form[name] == KEEP):
            found[name] = _one_of(kinds, form[name], name, must=name == "kind")
    if "owner" in form and not (of_many and form["owner"] == KEEP):
        found["owner_id"] = owner_id(form["owner"])
    return found


def kind_of(form: Mapping[str, str]) -> ContentKind:
    """Return the kind that a form names."""
    kind: ContentKind = _one_of(ContentKind, form.get("kind", ""), "kind", must=True)
    return kind


def owner_id(code: str) -> int | None:
    """Return the number of a user, None for nobody; raise Invalid at the field."""
    if not code:
        return None
    try:
        return users.get(session(), current_user.workspace_id, code).user_id
    except NotFound:
        reason = {"owner": _("There is nobody of this code.")}
        raise Invalid(_("Nobody is called so."), fields=reason) from None


def owner_code(content: Content) -> str:
    """Return the code of an item's owner, '' for nobody."""
    owner = session().get(User, content.owner_id) if content.owner_id else None
    return owner.code if owner else ""


def pattern(form: Mapping[str, str]) -> NewPattern:
    """Return the pattern that a form describes; raise Invalid with everything that is wrong."""
    target = item(form.get("item", ""))
    subject = form.get("subject", "address")
    wrong: dict[str, str] = {}
    others: dict[str, Any] = {}
    try:
        parse(_one_of(Subject, subject, "subject", must=True), form.get("text", ""))
    except Invalid as error:
        wrong |= error.fields
    try:
        others = {} if target else said({**form, "kind": form.get("kind", "")})
    except Invalid as error:
        wrong |= error.fields
    if wrong:
        raise Invalid(_("Something here is not right."), fields=wrong)
    return NewPattern(subject=Subject(subject), text=form.get("text", ""), item=target, **others)


def item(code: str) -> Content | None:
    """Return the item of a code, None for no code; raise NotFound."""
    return catalogue.get_content(session(), current_user.workspace_id, code) if code else None


def choices() -> dict[str, Any]:
    """Return what can be chosen of items."""
    members = users.members(session(), current_user.workspace_id)
    return {
        "kinds": [(kind.value, kind_name(kind)) for kind in ContentKind],
        "purposes": [(one.value, purpose_name(one)) for one in Purpose],
        "stages": [(one.value, stage_name(one)) for one in IntendedStage],
        "owners": [(member.user.code, member.user.name) for member in members],
        "subjects": [(one.value, subject_name(one)) for one in Subject],
    }


def _one_of(kinds: type[StrEnum], text: str, field: str, *, must: bool = False) -> Any:
    if not text and not must:
        return None
    if text not in set(kinds):
        raise Invalid(_("Something here is not right."), fields={field: _("Choose one.")})
    return kinds(text)
