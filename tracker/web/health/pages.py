"""Health: where every message went, what waits, what runs, and how large it all is."""

import platform
from datetime import date, timedelta
from importlib.metadata import version

from babel.dates import format_skeleton
from babel.units import format_unit
from flask import Blueprint, current_app, render_template
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from tracker.collector import quarantine
from tracker.collector.domain import Outcome
from tracker.collector.quarantine import Which
from tracker.reports.accounting import NOBODY, accounting
from tracker.tasks import service as tasks
from tracker.tasks.runs import Runs
from tracker.web.context import database, now, requires, session
from tracker.web.health import troubles
from tracker.web.health.store import look
from tracker.web.sites.reasons import reason_words
from tracker.workspaces import service as workspaces
from tracker.workspaces.domain import Role

blueprint = Blueprint("health", __name__)

DAYS = 14
_UNITS = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")


@blueprint.get("/health")
@requires(Role.MARKETER)
def index():
    """Show where every message went, and how the house is now."""
    here = current_user.workspace_id
    today = now().date()
    counted = accounting(session(), here, last=today, days=DAYS)
    store = look(session(), database().engine)
    intake = current_app.extensions.get("intake")
    runs = current_app.extensions.get("runs", Runs()).last()
    interrupted = tasks.interrupted(session(), here, now=now())
    wrong = [
        *troubles.of_intake(intake),
        *troubles.of_store(store),
        *troubles.of_today(counted.of_day(today)),
        *troubles.of_work(runs, interrupted),
    ]
    return render_template(
        "health/index.html",
        today=counted.of_day(today),
        counted=counted,
        days=[(_short(day), counted.of_day(day)) for day in _days(today)],
        site_names=_site_names(),
        outcomes=_outcomes(),
        reason_words=reason_words,
        troubles=wrong,
        intake=intake,
        store=store,
        runs=runs,
        running=tasks.running(session(), here, now=now()),
        interrupted=interrupted,
        put_aside=quarantine.count(session(), Which(workspace_id=here)),
        oldest=quarantine.oldest(session(), here),
        versions=_versions(),
        size=size,
    )


def size(number: int) -> str:
    """Return bytes as people say them."""
    amount, unit = float(number), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    pattern = "#,##0.#" if unit else "#,##0"
    return format_unit(amount, _UNITS[unit], length="short", format=pattern, locale=get_locale())


def _days(today):
    return [today - timedelta(days=number) for number in range(DAYS)]


def _short(day: date) -> str:
    return format_skeleton("MMMd", day, locale=get_locale())


def _site_names() -> dict[int, str]:
    sites = workspaces.sites(session(), current_user.workspace_id)
    return {site.id: site.name for site in sites} | {NOBODY: _("No site: an unknown key")}


def _outcomes() -> dict[Outcome, str]:
    return {
        Outcome.ACCEPTED: _("Accepted"),
        Outcome.DUPLICATE: _("Duplicate"),
        Outcome.QUARANTINED: _("Quarantined"),
        Outcome.REFUSED: _("Refused"),
    }


def _versions() -> list[tuple[str, str]]:
    return [(_("Journey Tracker"), version("tracker")), ("Python", platform.python_version())]
