"""The filter of a report: from the query string, back into it, and in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.errors import Invalid
from tracker.reports.population import MISSING, Filter
from tracker.reports.readings import NOW, Reading
from tracker.touches.domain import Channel
from tracker.web.words import day, number

PRESETS = (30, 90, 180, 365)
LONGEST = 255
RECORDED = "recorded"
_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A filter, and how its period was chosen: by a preset or by two days."""

    filter: Filter
    preset: int | None = None

    def query(self) -> dict[str, str]:
        """Return what the query string says of it; nothing for what is not narrowed."""
        told = self.filter
        dates = {"from": told.first, "to": told.last}
        given = {name: str(on) for name, on in dates.items() if on} if not self.preset else {}
        return {
            name: value
            for name, value in {
                "period": str(self.preset or ""),
                **given,
                "source": told.source,
                "channel": told.channel.value if told.channel else "",
                "who": "known" if told.is_known else "",
                "pipeline": told.pipeline,
                "stages": reading_code(told.reading),
            }.items()
            if value
        }

    def url(self, endpoint: str, **more: str) -> str:
        """Return the address of a page under this filter."""
        query = urlencode(self.query() | more)
        # Not as arguments of url_for, which would read some names as its own.
        return f"{url_for(endpoint)}?{query}" if query else url_for(endpoint)

    @property
    def is_narrow(self) -> bool:
        """Return whether it leaves anybody out."""
        return self.filter != Filter(reading=self.filter.reading)


def chosen(args: Mapping[str, str], *, now: datetime, zone: str) -> Chosen:
    """Return the filter that a query string asks for; a wrong one raises Invalid."""
    preset = _preset(args.get("period", ""))
    first, last = _day(args, "from"), _day(args, "to")
    if preset is not None:
        first = now.astimezone(ZoneInfo(zone)).date() - timedelta(days=preset - 1)
        last = None
    if first and last and first > last:
        raise Invalid("the period ends before it begins", fields={"to": "before from"})
    return Chosen(
        filter=Filter(
            first=first,
            last=last,
            source=args.get("source", "")[:LONGEST],
            channel=_channel(args.get("channel", "")),
            is_known=_is_known(args.get("who", "")),
            pipeline=args.get("pipeline", "")[:LONGEST],
            reading=_reading(args.get("stages", "")),
        ),
        preset=preset,
    )


def period_words(told: Chosen) -> str:
    """Return the period as the end of a sentence: "in the last 90 days"."""
    first, last = told.filter.first, told.filter.last
    if told.preset:
        return ngettext("in the last %(num)s day", "in the last %(num)s days", told.preset)
    if first and last:
        return _("from %(first)s to %(last)s", first=day(first), last=day(last))
    if first:
        return _("since %(first)s", first=day(first))
    return _("until %(last)s", last=day(last)) if last else _("so far")


def people_words(count: int, told: Chosen) -> str:
    """Return how many people a report is about, in words."""
    if told.filter.is_known:
        return ngettext("%(n)s known lead", "%(n)s known leads", count, n=number(count))
    return ngettext("%(n)s lead", "%(n)s leads", count, n=number(count))


def reading_code(reading: Reading) -> str:
    """Return what the query string says of how stages are read."""
    if reading.is_recorded:
        return RECORDED
    return "" if reading.version is None else f"v{reading.version}"


def reading_words(reading: Reading) -> str:
    """Return how stages are read, as a choice."""
    if reading.is_recorded:
        return _("As recorded")
    if reading.version is not None:
        return _("As under version %(number)s", number=reading.version)
    return _("As believed now")


def source_words(name: str) -> str:
    """Return a source's name, and for none a word that says so."""
    return _("(missing)") if name == MISSING else name


def _preset(text: str) -> int | None:
    if text in ("", "all"):
        return None
    if text.isascii() and text.isdigit() and 0 < int(text[:5]) <= 3660:
        return int(text[:5])
    raise Invalid("there is no such period", fields={"period": "a number of days, or all"})


def _day(args: Mapping[str, str], name: str) -> date | None:
    text = args.get(name, "")
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not _EARLIEST <= found <= _LATEST:
        raise Invalid("this is no day", fields={name: "a day as in 2026-03-31"})
    return found


def _channel(text: str) -> Channel | None:
    if not text:
        return None
    if text not in list(Channel):
        raise Invalid("there is no such channel", fields={"channel": ", ".join(Channel)})
    return Channel(text)


def _reading(text: str) -> Reading:
    if text in ("", "now"):
        return NOW
    if text == RECORDED:
        return Reading(is_recorded=True)
    digits = text.removeprefix("v")
    if text != digits and digits.isascii() and digits.isdigit() and len(digits) < 9:
        return Reading(version=int(digits))
    raise Invalid("stages are not read like that", fields={"stages": "now, recorded or v1, v2, …"})


def _is_known(text: str) -> bool:
    if text not in ("", "everyone", "known"):
        raise Invalid("choose everyone or known", fields={"who": "everyone or known"})
    return text == "known"
