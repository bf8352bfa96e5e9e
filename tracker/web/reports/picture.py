"""The funnel in words and figures, as the page, its script and the file need them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from babel.units import format_unit
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from tracker.db import MICROSECOND
from tracker.imports.cells import plain
from tracker.reports.domain import Column, Finding, Funnel, Part, Ratio, Side, Step, Wait
from tracker.web.reports.filters import Chosen
from tracker.web.words import number, percent

DOORWAY = 3
_ZOOMS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_UNITS = (
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
)


def step_name(step: Step) -> str:
    """Return what a step is called."""
    named = {"offered": _("Handed off"), "accepted": _("Accepted"), "won": _("Won")}
    return step.name or named.get(step.key, step.key.upper())


def part_name(part: Part) -> str:
    """Return what the people of a part have in common."""
    return {
        Part.REACHED: _("Reached or passed"),
        Part.DIRECT: _("Seen here"),
        Part.SKIPPED: _("Skipped"),
        Part.WENT_ON: _("Went on"),
        Part.WAITING: _("Still waiting"),
        Part.LEFT: _("Left"),
    }[part]


def count_of(column: Column, part: Part) -> int:
    """Return how many people are in a part of a step."""
    return {
        Part.REACHED: column.reached,
        Part.DIRECT: column.direct,
        Part.SKIPPED: column.skipped,
        Part.WENT_ON: column.went,
        Part.WAITING: column.waiting,
        Part.LEFT: column.left,
    }[part]


def span_words(micros: int) -> str:
    """Return a span in its largest unit, with at most one decimal: "14.7 days"."""
    span = micros * MICROSECOND
    for unit, one in _UNITS:
        if abs(span) >= one:
            locale = get_locale() or "en"
            return str(format_unit(span / one, f"duration-{unit}", format="#,##0.#", locale=locale))
    return _("at once")


def interval_words(ratio: Ratio | None) -> str:
    """Return between which shares the truth plausibly lies."""
    if ratio is None or ratio.interval is None:
        return ""
    low, high = ratio.interval
    return _(
        "Plausibly between %(low)s and %(high)s (95 %% interval)",
        low=percent(low),
        high=percent(high),
    )


def wait_words(wait: Wait | None) -> str:
    """Return over how many people a median wait was taken."""
    if wait is None:
        return ""
    return ngettext(
        "Median over %(n)s person, since the step they were seen at before.",
        "Median over %(n)s people, since the step they were seen at before.",
        wait.people,
        n=number(wait.people),
    )


def columns(found: Funnel, told: Chosen) -> list[dict[str, Any]]:
    """Return the steps as the macro and the table of the page need them."""
    widest = max(1, found.columns[0].reached)
    return [
        {
            "name": step_name(column.step),
            "code": column.step.code,
            "side": column.step.side.value,
            "reached": column.reached,
            "width": column.reached / widest,
            # Of nobody there is nothing to say.
            "of": (column.rate.denominator or None) if column.rate else None,
            "share": column.rate.share if column.rate else None,
            "interval": interval_words(column.rate),
            "wait": span_words(column.wait.micros) if column.wait else "",
            "skipped": column.skipped,
            "wait_words": wait_words(column.wait),
            "url": people_url(told, column.step),
            "marker": _marker(found, index),
            "says": "",
            "column": column,
            "parts": {part.value: people_url(told, column.step, part) for part in Part},
        }
        for index, column in enumerate(found.columns)
    ]


def people_url(told: Chosen, step: Step, part: Part = Part.REACHED) -> str:
    """Return where exactly the people of a part are listed."""
    return told.url("reports.funnel", step=step.code, part=part.value) + "#people"


def zoom_of(found: Funnel) -> int:
    """Return how many times as tall the bars behind the doorway are drawn, to be seen at all."""
    first, behind = found.columns[0].reached, found.columns[DOORWAY].reached
    fitting = [zoom for zoom in _ZOOMS if behind * zoom <= first * 0.8]
    return fitting[-1] if fitting and behind else 1


def island(found: Funnel, told: Chosen) -> dict[str, Any]:
    """Return what the script draws from."""
    zoom = zoom_of(found)
    return {
        "steps": [
            {
                "name": step_name(column.step),
                "code": column.step.code,
                "side": column.step.side.value,
                "reached": column.reached,
                "skipped": column.skipped,
                "waiting": column.waiting,
                "left": column.left,
                "zoom": 1 if column.step.side is Side.MARKETING else zoom,
                "tips": _tips(column),
            }
            for column in found.columns
        ],
        "people": told.url("reports.people"),
        "page": told.url("reports.funnel"),
    }


def finding_words(found: Funnel, finding: Finding) -> str:
    """Return the sentence about a step that stands out."""
    before = step_name(found.columns[finding.index - 1].step)
    here = step_name(found.columns[finding.index].step)
    ratio = finding.ratio
    said = _(
        "From %(before)s to %(here)s went %(n)s of %(of)s (%(share)s).",
        before=before, here=here, n=number(ratio.numerator), of=number(ratio.denominator),
        share=percent(ratio.share),
    )  # fmt: skip
    gain = round(finding.gain)
    if gain < 1:
        return said
    more = ngettext(
        "Five points more here would win about %(n)s more lead.",
        "Five points more here would win about %(n)s more leads.",
        gain,
        n=number(gain),
    )
    return f"{said} {more}"


def csv_rows(found: Funnel) -> Iterator[list[str]]:
    """Give the same numbers as the page, as the rows of a file."""
    yield [
        "step", "side", "reached_or_passed", "seen_here", "skipped", "went_on", "waiting", "left",
        "rate_numerator", "rate_denominator", "rate", "rate_low", "rate_high",
        "cumulative_numerator", "cumulative_denominator", "cumulative", "median_wait_days",
        "wait_people",
    ]  # fmt: skip
    for column in found.columns:
        counts = (column.reached, column.direct, column.skipped, column.went, column.waiting,
                  column.left)  # fmt: skip
        wait = column.wait
        days = f"{wait.micros * MICROSECOND / timedelta(days=1):.6f}" if wait else ""
        yield [
            plain(step_name(column.step)),
            column.step.side.value,
            *map(str, counts),
            *_ratio_cells(column.rate, with_interval=True),
            *_ratio_cells(column.cumulative, with_interval=False),
            days,
            str(wait.people) if wait else "",
        ]


def _tips(column: Column) -> dict[str, str]:
    seen = column.went - column.skipped
    return {
        "reached": _("%(n)s won", n=number(column.reached))
        if column.step.side is Side.WON
        else _("%(n)s were seen here and went on", n=number(seen)),
        "skipped": _("%(n)s passed without being seen here", n=number(column.skipped)),
        "waiting": _("%(n)s still waiting here", n=number(column.waiting)),
        "left": _("%(n)s left here", n=number(column.left)),
    }


def _marker(found: Funnel, index: int) -> str | None:
    if found.weakest and found.weakest.index == index:
        return "weak"
    return "best" if found.best and found.best.index == index else None


def _ratio_cells(ratio: Ratio | None, *, with_interval: bool) -> list[str]:
    if ratio is None:
        return [""] * (5 if with_interval else 3)
    share = "" if ratio.share is None else f"{ratio.share:.6f}"
    cells = [str(ratio.numerator), str(ratio.denominator), share]
    if with_interval:
        cells += [f"{edge:.6f}" for edge in ratio.interval] if ratio.interval else ["", ""]
    return cells
