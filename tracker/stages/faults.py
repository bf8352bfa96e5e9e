"""What a field of a document may hold: the reason goes into a table, by the field."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

Faults = dict[str, str]


def unknown(faults: Faults, place: str, raw: Mapping[Any, Any], known: Collection[str]) -> None:
    """Ask that a table has no fields but those that are known."""
    for name in raw:
        if name not in known:
            faults[f"{place}{short(name)}"] = "there is no such field"


def whole(faults: Faults, name: str, value: Any, *, least: int, most: int) -> bool:
    """Ask for a whole number within two others."""
    # A bool is an int to Python, and a NaN is a float to JSON: neither is a number of days.
    if type(value) is not int:
        faults[name] = "must be a whole number"
    elif not least <= value <= most:
        faults[name] = f"must be from {least} to {most}"
    return name not in faults


def text(faults: Faults, name: str, value: Any, *, most: int) -> bool:
    """Ask for one line of text."""
    if not isinstance(value, str) or not value.strip():
        faults[name] = "must be some text"
    elif len(value) > most:
        faults[name] = f"must have at most {most} characters"
    elif not value.isprintable():
        faults[name] = "must be one line of readable text"
    return name not in faults


def one_of(faults: Faults, name: str, value: Any, choices: type[StrEnum], what: str) -> bool:
    """Ask for one of some words; `what` they are is said of another."""
    if not isinstance(value, str) or value not in set(choices):
        faults[name] = f"{short(value)} is no {what}"
    return name not in faults


def short(value: Any) -> str:
    """Return how a value is named when something is wrong with it."""
    # Of a whole tree we say only that it is one: an alias in YAML makes it endless.
    return str(value)[:40] if isinstance(value, str | int | float) else "this"
