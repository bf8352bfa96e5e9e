"""What the traits of an identify or group message say, whichever way they are written."""

import re
from collections.abc import Mapping
from typing import Any

from tracker.collector import keys
from tracker.collector.domain import Traits

MOST_EMPLOYEES = 10_000_000

# The first number in a text, its thousands apart or not: "1,200", "1 200", "51-200", "10.001+".
_NUMBER = re.compile(r"(?<![\d.,-])(?:\d{1,3}(?:[,.' \u00a0\u2019\u202f]\d{3})+|\d+)(?![\d.,]*\d)")


def traits_of(raw: Mapping[str, Any]) -> Traits:
    """Return what we use of an identify or group message's traits; camelCase is snake_case."""
    said = _folded(raw)
    about = _folded(said.get("company"))
    name = _text(said.get("name"))
    if not name:
        name = f"{_text(said.get('firstname'))} {_text(said.get('lastname'))}".strip()
    return Traits(
        email=_text(said.get("email"))[:254],
        name=name[:255],
        title=_text(said.get("title"))[:255],
        phone=_text(said.get("phone"))[:64],
        website=_text(said.get("website"))[:255],
        country=_country(said),
        company=_text(about.get("name") if about else said.get("company"))[:255],
        group=keys.key(about.get("id") or said.get("groupid")),
        company_website=_text(about.get("website"))[:255],
        company_country=_country(about),
        industry=(_text(about.get("industry")) or _text(said.get("industry")))[:255],
        employees=_employees(about) or _employees(said),
    )


def employees_of(value: object) -> int | None:
    """Return how many people a company has: of a range the lower end, of nonsense nothing.

    The lower end is what is certain: a rule that asks for at least so many is never met by a guess.
    """
    if isinstance(value, str):
        found = _NUMBER.search(value)
        value = int(re.sub(r"\D", "", found.group())) if found and len(value) <= 64 else None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        return None
    return int(value) if 0 < value <= MOST_EMPLOYEES else None


def _folded(raw: object) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        return {}
    return {str(name).replace("_", "").casefold(): value for name, value in raw.items()}


def _country(said: Mapping[str, Any]) -> str:
    around = _folded(said.get("address")).get("country")
    return (_text(around) or _text(said.get("country")))[:64]


def _employees(said: Mapping[str, Any]) -> int | None:
    names = ("employees", "employeecount", "numberofemployees")
    return next((n for name in names if (n := employees_of(said.get(name)))), None)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
