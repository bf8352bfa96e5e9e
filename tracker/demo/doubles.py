"""People who come a second time as somebody else: another address, or a slip in the name."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tracker.demo.moments import DAY
from tracker.demo.people import Somebody
from tracker.demo.story import Door, End, Life

DOUBLES = 9
_APART = 2 * DAY


def doubles_of(people: Sequence[Life], *, now: datetime) -> list[Life]:
    """Return the second lives of some who left an address, a few days later."""
    known = [life for life in people if life.leaves_address and _came_early(life, now)]
    # Every third tells a telephone number: that speaks for one person too.
    chosen = known[:: max(1, len(known) // DOUBLES)][:DOUBLES]
    first = max(life.number for life in people) + 1
    return [
        _again(life, number=first + place * 3 - (first % 3), place=place)
        for place, life in enumerate(chosen)
    ]


def _came_early(life: Life, now: datetime) -> bool:
    is_plain = life.number % 3 == 0 and life.ready_at is None and life.door is Door.GUIDE
    return is_plain and life.starts_at < now - 12 * DAY


def _again(life: Life, *, number: int, place: int) -> Life:
    return replace(
        life,
        number=number,
        who=_other_self(life.who, place),
        starts_at=life.starts_at + _APART,
        door=None,
        end=End.NOWHERE,
        registers_only=False,
        has_second_browser=False,
        seed=life.seed ^ 1,
    )


def _other_self(who: Somebody, place: int) -> Somebody:
    given, surname = who.name.split()
    if place % 3 == 0:
        # From home: another address, the same name and number.
        return replace(who, email=f"{given}.{surname}@homemail.example".lower())
    if place % 3 == 1:
        return replace(who, email=f"{given[0]}.{surname}@{who.firm.domain}".lower())
    slip = f"{given} {surname[:-2]}{surname[-1]}{surname[-2]}"
    return replace(who, name=slip, email=slip.replace(" ", "").lower() + f"@{who.firm.domain}")
