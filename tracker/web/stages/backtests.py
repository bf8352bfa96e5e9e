"""The back-test of a version: how it does on deals that ended, beside the version in force."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker import versions as way
from tracker.errors import NotFound
from tracker.reports.backtest import Fate, Figure, Shift, counts_deals, verdict
from tracker.reports.cases import Side, load, members
from tracker.stages import service as stages
from tracker.web.context import requires, session
from tracker.web.paging import page_of
from tracker.web.reports.picture import interval_words
from tracker.web.stages.drafts import chosen_row
from tracker.web.words import number
from tracker.workspaces.domain import Role

blueprint = Blueprint("backtests", __name__, url_prefix="/stages/backtest")

SIZE = 50


@blueprint.get("")
@requires(Role.MARKETER)
def show():
    """Show how a version does on deals that ended, as far as that is known."""
    row = chosen_row()
    _live_id, live = stages.active(session(), row.workspace_id)
    found = load(session(), row, until=row.compared_at) if row.compared_at else None
    return render_template(
        "stages/backtest.html",
        row=row,
        live=live,
        task=way.progress(session(), row),
        sides=[(side, verdict(found.side(side))) for side in Side] if found else [],
        won=sum(deal.is_won for deal in found.version.deals) if found else 0,
        lost=sum(not deal.is_won for deal in found.version.deals) if found else 0,
        span=found.version.span if found else None,
        interval_words=interval_words,
        shift_words=shift_words,
    )


@blueprint.get("/cases")
@requires(Role.MARKETER)
def cases():
    """List exactly the deals or offers behind a figure."""
    row = chosen_row()
    side, figure = request.args.get("side", ""), request.args.get("figure", "")
    if side not in set(Side) or figure not in set(Figure) or row.compared_at is None:
        raise NotFound("there is no such list")
    trial = load(session(), row, until=row.compared_at).side(Side(side))
    page = page_of(trial.count(Figure(figure)), size=SIZE)
    _live_id, live = stages.active(session(), row.workspace_id)
    return render_template(
        "stages/cases.html",
        row=row,
        version=row.version if side == Side.VERSION else live.version,
        figure=Figure(figure),
        title=figure_words(Figure(figure)),
        about_deals=counts_deals(Figure(figure)),
        cases=members(session(), trial, Figure(figure), window=(page.size, page.offset)),
        fate_words=fate_words,
        page=page,
    )


def figure_words(figure: Figure) -> str:
    """Return what the deals or offers of a figure have in common."""
    return {
        Figure.BEFORE: _("Won deals whose lead would have been offered before the deal opened"),
        Figure.IN_TIME: _("Won deals whose lead would have been offered before the deal closed"),
        Figure.MISSED: _("Won deals whose lead would not have been offered in time"),
        Figure.SHIFTED: _("Deals whose lead was offered, and would have been offered"),
        Figure.OFFERS: _("Leads that would have been offered"),
        Figure.RIGHT: _("Offers whose lead was won"),
        Figure.FALSE: _("Offers that came to nothing"),
        Figure.LATE: _("Offers that would have come after everything was decided"),
        Figure.OPEN: _("Offers whose lead is not decided yet"),
        Figure.UNTRIED: _("Offers whose lead nobody has ever tried"),
    }[figure]


def fate_words(fate: Fate) -> str:
    """Return what became of a lead."""
    return {
        Fate.WON: _("Won"),
        Fate.LOST: _("Lost"),
        Fate.REFUSED: _("Never accepted"),
        Fate.OPEN: _("Open"),
        Fate.UNTRIED: _("Never offered"),
    }[fate]


def shift_words(shift: Shift) -> str:
    """Return a shift in words: "2.5 days earlier"."""
    days = number(abs(round(shift.median, 1)))
    if round(shift.median, 1) == 0:
        return _("at the same time")
    if shift.median < 0:
        return ngettext("%(n)s day earlier", "%(n)s days earlier", abs(shift.median), n=days)
    return ngettext("%(n)s day later", "%(n)s days later", abs(shift.median), n=days)
