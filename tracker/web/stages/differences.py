"""What is different in the documents of two stage models, line by line."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One place of a document: what stands there in force, and what would."""

    place: str
    before: str
    after: str


def differences(before: str, after: str) -> list[Difference]:
    """Return where two stored documents differ; "" is where nothing is said."""
    old, new = (dict(_lines(json.loads(document))) for document in (before, after))
    return [
        Difference(place=place, before=old.get(place, ""), after=new.get(place, ""))
        for place in sorted(old.keys() | new.keys())
        if old.get(place, "") != new.get(place, "")
    ]


def _lines(raw: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(raw, Mapping):
        for name, part in raw.items():
            yield from _lines(part, f"{place} \N{MIDDLE DOT} {name}" if place else str(name))
    elif isinstance(raw, list) and raw and isinstance(raw[0], Mapping):
        for number, part in enumerate(raw, 1):
            # A rule is found again by its name, wherever it stands in the list.
            name = part.get("id", number)
            rest = {key: value for key, value in part.items() if key != "id"}
            yield from _lines(rest, f"{place} \N{MIDDLE DOT} {name}")
    elif raw not in (None, [], {}, ""):
        yield place, _said(raw)


def _said(value: Any) -> str:
    return ", ".join(map(_said, value)) if isinstance(value, list) else str(value)
