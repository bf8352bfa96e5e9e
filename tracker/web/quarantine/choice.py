"""Which messages in quarantine are meant: by the address of the list, or by a form."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _

from tracker.collector.domain import DropReason
from tracker.collector.quarantine import Facets, Which
from tracker.errors import Invalid
from tracker.web import words
from tracker.web.sites.reasons import reason_words
from tracker.workspaces.models import Site

NAMES = ("reason", "site", "day")


def chosen(asked: Mapping[str, str], sites: Mapping[str, Site], workspace_id: int) -> Which:
    """Return what a list's address or a form asks for; Invalid where there is no such thing."""
    which = Which(workspace_id=workspace_id)
    if reason := asked.get("reason"):
        which = replace(which, reason=_reason(reason))
    if code := asked.get("site"):
        which = replace(which, site_id=_site(code, sites))
    if day := asked.get("day"):
        which = replace(which, day=_day(day))
    return which


def options(facets: Facets, sites: Sequence[Site]) -> dict[str, list[tuple[str, str]]]:
    """Return what each filter offers, with how many messages there are of it."""
    return {
        "reason": [
            (reason.value, _many(reason_words(reason.value).capitalize(), number))
            for reason, number in sorted(facets.reasons.items(), key=lambda each: -each[1])
        ],
        "site": [
            (site.code, _many(site.name, facets.sites[site.id]))
            for site in sites
            if site.id in facets.sites
        ],
        "day": [(day.isoformat(), _many(words.day(day), n)) for day, n in facets.days.items()],
    }


def kept(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return the part of an address or a form that narrows the list."""
    return {name: asked[name] for name in NAMES if asked.get(name)}


def _reason(text: str) -> DropReason:
    try:
        return DropReason(text)
    except ValueError:
        raise Invalid(_("there is no such reason"), fields={"reason": text[:50]}) from None


def _site(code: str, sites: Mapping[str, Site]) -> int:
    if code not in sites:
        raise Invalid(_("there is no such site"), fields={"site": code[:50]})
    return sites[code].id


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(_("a day is written as 2026-03-04"), fields={"day": text[:50]}) from None


def _many(name: str, number: int) -> str:
    return f"{name} ({words.number(number)})"
