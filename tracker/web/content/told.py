"""What a classing does to those who touched what it changed, told again and in words."""

from collections.abc import Sequence

from flask import Response, jsonify, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from tracker import retelling
from tracker.reports import weighing
from tracker.touches.classing import Change
from tracker.touches.domain import ClassingWork
from tracker.touches.models import Classing
from tracker.web.context import database, now, session

# So much is done while somebody waits, a third of a second; jobs do the rest.
SLICES = 12


def retell(row: Classing) -> str:
    """Begin to tell the histories again, after the commit, and say what became of them."""
    number = row.id
    for _slice in range(SLICES):
        if not _one_slice(number):
            break
    return words(session().get_one(Classing, number))


def weighed(changes: Sequence[Change]) -> Response:
    """Return what would become of the next leads, for the page that adds it up."""
    text = request.args.get("after", "")
    after = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
    found = weighing.weigh(session(), current_user.workspace_id, changes, now=now(), after=after)
    return jsonify(leads=found.leads, up=found.up, down=found.down, offers=found.offers,
                   next=found.next)  # fmt: skip


def is_done(row: Classing) -> bool:
    """Return whether nobody's history is left to be told again, as far as is known."""
    return row.work in (None, ClassingWork.SETTLE)


def words(row: Classing) -> str:
    """Return what an act of classing did, or how far it is."""
    if row.work is ClassingWork.GATHER:
        return _("We are looking for the leads that touched it.")
    if not row.leads:
        return _("Nobody had touched it yet.")
    leads = ngettext("%(num)s lead had touched it", "%(num)s leads had touched it", row.leads)
    if row.work is ClassingWork.RETELL:
        return _("%(leads)s; their histories are being told again.", leads=leads)
    if not (row.up or row.down):
        return _("%(leads)s; nobody's stage changed.", leads=leads)
    return _("%(leads)s: %(up)s moved up, %(down)s moved down.", leads=leads, up=row.up,
             down=row.down)  # fmt: skip


def _one_slice(number: int) -> bool:
    with database().writing() as own:
        has_more = retelling.step(own, now=now(), only=number)
        own.commit()
    return has_more
