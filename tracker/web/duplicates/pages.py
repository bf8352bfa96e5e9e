"""The screen of probable duplicates: merge them, or say that they are two people."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker import journey
from tracker.identity import duplicates
from tracker.identity.likeness import LIKELY, WEAK, Clue, Twins
from tracker.identity.models import Lead
from tracker.reports import people
from tracker.web.auth.pages import local
from tracker.web.context import by, commit, now, requires, session
from tracker.web.duplicates.words import clues_of, how_sure
from tracker.web.leads import lines
from tracker.web.paging import page_of, url_with
from tracker.workspaces.domain import Role

SIZE = 20

blueprint = Blueprint("duplicates", __name__, url_prefix="/duplicates")


@blueprint.get("")
@requires(Role.VIEWER)
def index():
    """Show leads that may be one person, side by side, the surest first."""
    is_weak, is_dismissed = (request.args.get(name) == "1" for name in ("weak", "dismissed"))
    found = duplicates.find(session(), current_user.workspace_id, least=WEAK if is_weak else LIKELY)
    pairs = found.dismissed if is_dismissed else found.open
    page = page_of(len(pairs), size=SIZE)
    shown = pairs[page.offset : page.offset + SIZE]
    return render_template(
        "duplicates/index.html",
        cards=_cards(shown),
        page=page,
        is_weak=is_weak,
        is_dismissed=is_dismissed,
        tabs=[
            (url_with(dismissed=None), _("May be one person"), not is_dismissed),
            (url_with(dismissed=1), _("Taken for two"), is_dismissed),
        ],
        may_write=current_user.may(Role.MARKETER),
        how_sure=how_sure,
        clues_of=clues_of,
    )


@blueprint.post("/merge")
@requires(Role.MARKETER)
def merge():
    """Make two leads one, by the word of who looked at both; the lead's page can undo it."""
    kept, absorbed = _leads()
    if request.form.get("kept") == absorbed.code:
        kept, absorbed = absorbed, kept
    why = request.form.get("reason", "").strip() or _("Found among the duplicates")
    journey.merge_leads(session(), kept, absorbed, by=current_user.id, reason=why, now=now())
    words = {"one": lines.name_of(absorbed), "other": lines.name_of(kept)}
    commit()
    flash(_("“%(one)s” is “%(other)s” now. The lead's page can undo it.", **words), "success")
    return _back()


@blueprint.post("/dismiss")
@requires(Role.MARKETER)
def dismiss():
    """Take two leads for two people."""
    one, other = _leads()
    duplicates.dismiss(session(), one, other, by=by())
    words = {"one": lines.name_of(one), "other": lines.name_of(other)}
    commit()
    flash(_("“%(one)s” and “%(other)s” are two people, until something new speaks for one.",
            **words), "success")  # fmt: skip
    return _back()


@blueprint.post("/restore")
@requires(Role.MARKETER)
def restore():
    """Undo a dismissal."""
    duplicates.restore(session(), *_leads(), by=by())
    commit()
    flash(_("The two may be one person again."), "success")
    return _back()


def _leads() -> list[Lead]:
    home = current_user.workspace_id
    codes = (request.form.get(name, "") for name in ("lead", "other"))
    return [duplicates.get_lead(session(), home, code) for code in codes]


def _back():
    return redirect(local(request.form.get("next") or url_for("duplicates.index")))


def _cards(pairs: list[Twins]) -> list[dict[str, object]]:
    wanted = {lead for twins in pairs for lead in (twins.lead, twins.other)}
    home = current_user.workspace_id
    rows = people.chosen(session(), home, wanted, now=now())
    leads = {lead: session().get_one(Lead, lead) for lead in wanted}
    return [
        {
            "twins": twins,
            "both": [(leads[n], rows[n]) for n in (twins.lead, twins.other)],
            "is_device": Clue.BROWSER in twins.clues,
        }
        for twins in pairs
    ]
