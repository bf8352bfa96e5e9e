"""The planted story: who the people of the demo are, and how far each will go.

The rates below are the truth. Webinars fill the middle of the funnel and hardly anybody who
attended one asks for a demo; guides and surveys bring fewer people, who go on. So the step
from MOFU to BOFU is the weakest, and webinars are the reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from random import Random

from tracker.demo.moments import DAY, midnight, some_day, some_time
from tracker.demo.people import Somebody, people
from tracker.demo.sources import WAYS, Way

PERIOD = 182
# A few became ready within the last day and wait for an answer when it all begins.
WAITING_HOURS = (0.3, 1.2, 2.6, 4.4, 7.1, 10.5, 14.2, 18.6, 22.1)


class Door(StrEnum):
    """What takes somebody into MOFU, or past it."""

    WEBINAR = "webinar"
    GUIDE = "guide"
    SURVEY = "survey"
    STRAIGHT = "straight"


class End(StrEnum):
    """How far somebody goes behind the door."""

    NOWHERE = "nowhere"
    PROOF = "proof"
    DEMO = "demo"


# Of everybody, who enters by which door (a way's quality raises or lowers it).
ENTER: Mapping[Door, float] = {
    Door.WEBINAR: 0.17,
    Door.GUIDE: 0.15,
    Door.SURVEY: 0.05,
    Door.STRAIGHT: 0.014,
}
# Of those behind a door, who asks for a demo, and who only looks at prices and proof.
ASKS_FOR_DEMO: Mapping[Door, float] = {
    Door.WEBINAR: 0.04,
    Door.GUIDE: 0.19,
    Door.SURVEY: 0.16,
    Door.STRAIGHT: 1.0,
}
LOOKS_AT_PROOF: Mapping[Door, float] = {
    Door.WEBINAR: 0.02,
    Door.GUIDE: 0.12,
    Door.SURVEY: 0.1,
    Door.STRAIGHT: 0.0,
}
# Of those who ask, who looked at proof first (and so was in BOFU before).
PROOF_FIRST = 0.3
# Whoever leaves an address at the door is known; a few get through without.
LEAVES_ADDRESS: Mapping[Door | None, float] = {
    Door.WEBINAR: 1.0,
    Door.GUIDE: 0.9,
    Door.SURVEY: 0.7,
    Door.STRAIGHT: 0.97,
    None: 0.08,
}
REGISTERS_ONLY = 0.06
# After this many days everybody has gone as far as they will.
SETTLED_AFTER = 30
HAS_SECOND_BROWSER = 0.14


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """One person and what is to become of them; `seed` decides everything smaller."""

    number: int
    who: Somebody
    way: Way
    starts_at: datetime
    door: Door | None
    end: End
    proof_first: bool
    leaves_address: bool
    # Registers for a webinar and does not come.
    registers_only: bool
    has_second_browser: bool
    # When somebody becomes ready whom sales is to find waiting.
    ready_at: datetime | None = None
    seed: int


def lives(rng: Random, *, now: datetime, leads: int, period: int = PERIOD) -> list[Life]:
    """Return the people of the period before now."""
    start = midnight(now) - period * DAY
    waiting = _waiting(now, leads)
    outcomes = {door: _outcomes(rng, door) for door in Door}
    made = []
    for number, who in enumerate(islice(people(rng), leads)):
        way = rng.choices(WAYS, [way.weight for way in WAYS])[0]
        ready_at = waiting.get(number)
        door = Door.GUIDE if ready_at else _door(rng, way)
        if ready_at:
            end = End.PROOF if number % 3 == 0 else End.DEMO
        else:
            end = next(outcomes[door]) if door else End.NOWHERE
        first_day = midnight(ready_at) - rng.randrange(4, 12) * DAY if ready_at else None
        made.append(
            Life(
                number=number,
                who=who,
                way=way,
                starts_at=some_time(rng, first_day or some_day(rng, start, period)),
                door=door,
                end=end,
                proof_first=ready_at is None and rng.random() < PROOF_FIRST,
                leaves_address=ready_at is not None or rng.random() < LEAVES_ADDRESS[door],
                registers_only=door is None and rng.random() < REGISTERS_ONLY,
                has_second_browser=rng.random() < HAS_SECOND_BROWSER,
                ready_at=ready_at,
                seed=rng.getrandbits(64),
            )
        )
    return made


def quota(rng: Random, rate: float) -> Iterator[bool]:
    """Give yes and no so evenly that every long stretch holds the rate: no luck in the story."""
    owed = rng.random()
    while True:
        owed += rate
        yield owed >= 1
        owed -= owed >= 1


def _waiting(now: datetime, leads: int) -> dict[int, datetime]:
    count = min(len(WAITING_HOURS), max(3, leads // 300))
    apart = min(40, leads // 10)
    return {
        number * apart + 1: now - timedelta(hours=hours)
        for number, hours in enumerate(WAITING_HOURS[:count])
    }


def _door(rng: Random, way: Way) -> Door | None:
    weights = [share * way.quality for share in ENTER.values()]
    weights[0] *= way.webinars
    stays_out = max(0.1, 1 - sum(weights))
    doors: list[Door | None] = [*ENTER, None]
    return rng.choices(doors, [*weights, stays_out])[0]


def _outcomes(rng: Random, door: Door) -> Iterator[End]:
    asks = quota(rng, ASKS_FOR_DEMO[door])
    # Of those who do not ask, so many look that the share of all comes out right.
    rest = 1 - ASKS_FOR_DEMO[door]
    looks = quota(rng, LOOKS_AT_PROOF[door] / rest if rest else 0.0)
    while True:
        if next(asks):
            yield End.DEMO
        else:
            yield End.PROOF if next(looks) else End.NOWHERE
