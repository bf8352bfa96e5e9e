"""The funnel page, the people of a step, and the file."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from tracker.errors import NotFound
from tracker.pipeline import setup
from tracker.reports import people as lists
from tracker.reports import population, queries
from tracker.reports.domain import Funnel, Part
from tracker.reports.population import MISSING, Plan
from tracker.reports.readings import NOW, Reading, readable
from tracker.web.context import now, requires, session, workspace
from tracker.web.paging import page_of, url_with
from tracker.web.reports import picture
from tracker.web.reports.filters import (
    PRESETS,
    RECORDED,
    Chosen,
    chosen,
    people_words,
    period_words,
    reading_code,
    reading_words,
    source_words,
)
from tracker.web.spreadsheets import spreadsheet
from tracker.workspaces.domain import Role

PEOPLE = 20
SOURCES = 10

blueprint = Blueprint("reports", __name__)


@blueprint.get("/")
@requires(Role.VIEWER)
def funnel():
    """Show everyone's way from the first touch to the won deal."""
    told, planned = _planned()
    counted = queries.overview(session(), planned)
    found, origins = counted.funnel, counted.origins
    return render_template(
        "reports/funnel.html",
        told=told,
        found=found,
        steps=picture.columns(found, told),
        zoom=picture.zoom_of(found),
        doorway=picture.DOORWAY,
        island=picture.island(found, told),
        weakest=_finding(found, told),
        origins=origins if request.args.get("sources") == "all" else origins[:SOURCES],
        origin_count=len(origins),
        to_won=counted.to_won,
        choices=_choices(told),
        panel=_panel(told, planned, found) if "step" in request.args else None,
        is_empty=queries.lead_count(session(), workspace().id) == 0,
        people_words=people_words(found.population, told),
        period_words=period_words(told),
        source_words=source_words,
        span_words=picture.span_words,
        interval_words=picture.interval_words,
        reading=reading_code(told.filter.reading),
        until=planned.until,
        dormant_days=planned.model.dormant_after_days,
        url_with=url_with,
    )


@blueprint.get("/funnel/people")
@requires(Role.VIEWER)
def people():
    """Show exactly the people of a part of a step, to be put beside the picture."""
    told, planned = _planned()
    found = queries.funnel_of(session(), planned)
    return render_template("reports/people.html", **_panel(told, planned, found))


@blueprint.get("/funnel.csv")
@requires(Role.VIEWER)
def download():
    """Give the page's numbers as a file for a spreadsheet."""
    _told, planned = _planned()
    found = queries.funnel_of(session(), planned)
    return spreadsheet(picture.csv_rows(found), f"funnel-{now():%Y-%m-%d}.csv")


def _planned() -> tuple[Chosen, Plan]:
    home = workspace()
    told = chosen(request.args, now=now(), zone=home.zone)
    return told, population.plan(session(), home, told.filter, now=now())


def _finding(found: Funnel, told: Chosen):
    if found.weakest is None:
        return None
    before = found.columns[found.weakest.index - 1]
    return {
        "before": picture.step_name(before.step),
        "here": picture.step_name(found.columns[found.weakest.index].step),
        "says": picture.finding_words(found, found.weakest),
        "waiting": before.waiting,
        "left": before.left,
        "waiting_url": picture.people_url(told, before.step, Part.WAITING),
        "left_url": picture.people_url(told, before.step, Part.LEFT),
    }


def _panel(told: Chosen, planned: Plan, found: Funnel):
    code, part = request.args.get("step", ""), request.args.get("part", Part.REACHED.value)
    index = next((i for i, step in enumerate(planned.steps) if step.code == code), None)
    if index is None or part not in list(Part):
        raise NotFound("there is no such step")
    column = found.columns[index]
    page = page_of(picture.count_of(column, Part(part)), size=PEOPLE)
    window = lists.Window(now=now(), limit=page.size, offset=page.offset)
    listed = lists.at_step(session(), planned, index, Part(part), window)
    return {
        "step": picture.step_name(column.step),
        "part": picture.part_name(Part(part)),
        "rows": listed,
        "page": page,
        "previous_url": _at_page(told, code, part, page.number - 1) if page.previous_url else None,
        "next_url": _at_page(told, code, part, page.number + 1) if page.next_url else None,
        "close_url": told.url("reports.funnel"),
        "parts": [
            {
                "url": picture.people_url(told, column.step, one),
                "name": picture.part_name(one),
                "count": picture.count_of(column, one),
                "is_current": one == part,
            }
            for one in (Part.REACHED, Part.WENT_ON, Part.WAITING, Part.LEFT, Part.SKIPPED)
            if one == part or picture.count_of(column, one)
        ],
    }


def _at_page(told: Chosen, step: str, part: str, number: int) -> str:
    more = {"step": step, "part": part, "page": str(number)}
    return told.url("reports.funnel", **more) + "#people"


def _choices(told: Chosen):
    """Return what each filter can be set to."""
    home = workspace()
    names = [*queries.source_names(session(), home.id), MISSING]
    if told.filter.source and told.filter.source not in names:
        names.insert(0, told.filter.source)
    periods = [(str(days), _("Last %(days)s days", days=days)) for days in PRESETS]
    if told.preset and told.preset not in PRESETS:
        periods.insert(0, (str(told.preset), _("Last %(days)s days", days=told.preset)))
    if not told.preset and (told.filter.first or told.filter.last):
        periods = [("", _("Chosen days")), ("all", _("All time")), *periods]
    else:
        periods.insert(0, ("", _("All time")))
    return {
        "periods": periods,
        "sources": [("", _("All")), *((name, source_words(name)) for name in names)],
        "people": [("", _("Everyone")), ("known", _("Known only"))],
        "readings": [
            ("", reading_words(NOW)),
            (RECORDED, reading_words(Reading(is_recorded=True))),
            *(
                (f"v{row.version}", reading_words(Reading(version=row.version)))
                for row in readable(session(), home.id)
                if row.retired_at is not None or row.version == told.filter.reading.version
            ),
        ],
        "pipelines": [
            ("", _("All deals")),
            *((p.code, p.name) for p in setup.pipelines(session(), home.id)),
        ],
    }
