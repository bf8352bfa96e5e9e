"""What each person does and when: visits, the door, what comes after, in the order of a life."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from random import Random

from tracker.demo.catalogue import (
    ARTICLES,
    CASES,
    DEMO,
    GUIDES,
    HOME,
    PAGES,
    POSTS,
    PRICING,
    PROOF,
    SURVEYS,
    WEBINARS,
    Piece,
    signup,
)
from tracker.demo.moments import DAY, on_a_weekday, some_time
from tracker.demo.sources import BACK_BY_MAIL, BACK_DIRECT, Way
from tracker.demo.story import Door, End, Life

_DOOR_PIECES = {Door.GUIDE: GUIDES, Door.SURVEY: SURVEYS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One thing that somebody does; without a piece they only say who they are.

    `way` is set where a visit begins; `browser` is None where another system tells us.
    """

    at: datetime
    piece: Piece | None = None
    browser: int | None = 0
    way: Way | None = None


def acts_of(life: Life, webinars: Sequence[datetime]) -> list[Act]:
    """Return everything that somebody does, in order."""
    rng = Random(life.seed)
    acts = _first_visits(rng, life)
    after = acts[-1].at
    if life.door is not None:
        at_door = _door(rng, life, after, webinars)
        acts += at_door
        acts += _behind(rng, life, at_door[-1].at)
    elif life.registers_only:
        acts += _registration(rng, _next_webinar(webinars, after), rng.choice(WEBINARS))
    elif life.leaves_address:
        acts.append(Act(at=after + timedelta(seconds=rng.randrange(20, 200))))
    if life.has_second_browser:
        acts += _on_the_phone(rng, life, acts)
    return sorted(acts, key=lambda act: act.at)


def _first_visits(rng: Random, life: Life) -> list[Act]:
    visits = rng.choices((1, 2, 3, 4), (58, 24, 12, 6) if life.door is None else (30, 35, 22, 13))[
        0
    ]
    acts: list[Act] = []
    at = life.starts_at
    for number in range(visits):
        way = life.way if number == 0 else _way_back(rng, life)
        acts += _visit(rng, at, way, _reading(rng, life))
        at = some_time(rng, at + rng.randrange(1, 9) * DAY)
        if life.ready_at is not None and at > life.ready_at - 2 * DAY:
            break
    return acts


def _way_back(rng: Random, life: Life) -> Way:
    return life.way if rng.random() < 0.3 else BACK_DIRECT


def _reading(rng: Random, life: Life) -> list[Piece]:
    pages = rng.choices((1, 2, 3, 4), (46, 28, 16, 10))[0]
    social = "linkedin" in life.way.referrer or "facebook" in life.way.referrer
    first = rng.choice(POSTS) if social and rng.random() < 0.5 else None
    rest = [_something(rng) for _ in range(pages)]
    return [first, *rest] if first else rest


def _something(rng: Random) -> Piece:
    chance = rng.random()
    if chance < 0.62:
        return _popular(rng, ARTICLES)
    if chance < 0.95:
        return _popular(rng, PAGES)
    return PRICING if chance < 0.985 else rng.choice(CASES)


def _popular(rng: Random, pieces: Sequence[Piece]) -> Piece:
    # The first ones are read most.
    return pieces[int(len(pieces) * rng.random() ** 1.6)]


def _visit(
    rng: Random, at: datetime, way: Way, pieces: Sequence[Piece], browser: int = 0
) -> list[Act]:
    acts = []
    for number, piece in enumerate(pieces):
        acts.append(Act(at=at, piece=piece, browser=browser, way=way if number == 0 else None))
        at += timedelta(seconds=rng.randrange(15, 240), microseconds=rng.randrange(1_000_000))
    return acts


def _door(rng: Random, life: Life, after: datetime, webinars: Sequence[datetime]) -> list[Act]:
    if life.door is Door.STRAIGHT:
        return _visit(rng, _some_days_on(rng, after, 1, 8), BACK_DIRECT, [HOME, PRICING])
    if life.door is Door.WEBINAR:
        acts: list[Act] = []
        times = 1 if rng.random() < 0.75 else 2
        for piece in rng.sample(WEBINARS, times):
            held_at = _next_webinar(webinars, after)
            acts += [*_registration(rng, held_at, piece, after), _attended(rng, held_at, piece)]
            after = held_at + 2 * DAY
        return acts
    piece = _popular(rng, _DOOR_PIECES[Door(life.door or Door.GUIDE)])
    at = after + timedelta(minutes=rng.randrange(1, 9))
    if life.ready_at is None and rng.random() < 0.6:
        at = _some_days_on(rng, after, 1, 10)
    if not life.leaves_address:
        return [Act(at=at, piece=piece)]
    return [Act(at=at), Act(at=at + timedelta(seconds=1), piece=piece)]


def _registration(
    rng: Random, held_at: datetime, piece: Piece, after: datetime | None = None
) -> list[Act]:
    at = held_at - timedelta(hours=rng.randrange(3, 24 * 9), seconds=rng.randrange(3600))
    if after is not None and at <= after:
        at = after + (held_at - after) * rng.uniform(0.05, 0.9)
    return [Act(at=at), Act(at=at + timedelta(seconds=1), piece=signup(piece))]


def _attended(rng: Random, held_at: datetime, piece: Piece) -> Act:
    # The webinar's own system tells who was there until the end.
    at = held_at + timedelta(
        minutes=50, seconds=rng.randrange(900), microseconds=rng.randrange(999)
    )
    return Act(at=at, piece=piece, browser=None)


def _next_webinar(webinars: Sequence[datetime], after: datetime) -> datetime:
    return next((held_at for held_at in webinars if held_at > after), webinars[-1])


def _behind(rng: Random, life: Life, door_at: datetime) -> list[Act]:
    acts: list[Act] = []
    at = door_at
    if rng.random() < 0.55:
        at = _some_days_on(rng, at, 1, 7)
        pieces = [rng.choice((*ARTICLES, *PAGES)) for _ in range(rng.randrange(1, 4))]
        if life.ready_at is None or at < life.ready_at - DAY:
            acts += _visit(rng, at, rng.choice((BACK_DIRECT, BACK_BY_MAIL)), pieces)
    if life.end is End.NOWHERE:
        return acts
    if life.end is End.PROOF or life.proof_first:
        at = life.ready_at or _some_days_on(rng, at, 1, 9)
        pieces = rng.sample(PROOF, 1 if life.ready_at else rng.randrange(1, 4))
        acts += _visit(rng, at, rng.choice((BACK_DIRECT, BACK_BY_MAIL)), pieces)
    if life.end is End.DEMO:
        acts += _demo(rng, life, life.ready_at or _some_days_on(rng, at, 1, 9))
    return acts


def _demo(rng: Random, life: Life, at: datetime) -> list[Act]:
    arrives_at = at - timedelta(seconds=rng.randrange(60, 600))
    acts = [Act(at=arrives_at, piece=rng.choice((*PAGES, *ARTICLES)), way=BACK_DIRECT)]
    if life.leaves_address:
        acts.append(Act(at=at - timedelta(seconds=1)))
    return [*acts, Act(at=at, piece=DEMO)]


def _on_the_phone(rng: Random, life: Life, acts: Sequence[Act]) -> list[Act]:
    last = acts[-1].at if life.ready_at is None else life.ready_at - DAY
    met_at = some_time(rng, life.starts_at + (last - life.starts_at) * rng.random())
    visit = _visit(rng, met_at, life.way, [_something(rng)], browser=1)
    said = [act.at for act in acts if act.piece is None and act.at < last]
    if not said or rng.random() < 0.2:
        return visit
    # A link in a later mail says whose it is: what the phone did before belongs to them too.
    at = max(met_at, *said) + rng.uniform(0.5, 4) * DAY
    if life.ready_at is not None:
        at = min(at, life.ready_at - timedelta(hours=rng.randrange(2, 20)))
    again = _visit(rng, at, BACK_BY_MAIL, [rng.choice(ARTICLES)], browser=1)
    return [*visit, *again, Act(at=at + timedelta(seconds=3), browser=1)]


def _some_days_on(rng: Random, at: datetime, fewest: int, most: int) -> datetime:
    # Soon rather than late: the mean lies in the first third.
    number = min(most, fewest + int(rng.expovariate(3 / (most - fewest))))
    return max(on_a_weekday(some_time(rng, at + number * DAY)), at + timedelta(minutes=5))


def all_acts(lives: Sequence[Life], webinars: Sequence[datetime]) -> list[tuple[Act, Life]]:
    """Return what everybody does, in order; of two at one moment the older life's comes first."""
    every = chain.from_iterable(((act, life) for act in acts_of(life, webinars)) for life in lives)
    return sorted(every, key=lambda pair: (pair[0].at, pair[1].number))
