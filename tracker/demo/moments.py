"""When things happen: more on weekday mornings than at night, less in summer and at Christmas."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random

DAY = timedelta(days=1)
_WEEKDAYS = (1.0, 1.1, 1.1, 1.05, 0.85, 0.3, 0.35)
_MONTHS = (0.95, 1.0, 1.05, 1.0, 1.0, 0.95, 0.85, 0.75, 1.05, 1.1, 1.1, 0.7)
_HOURS = (1, 0.5, 0.3, 0.3, 0.5, 1, 3, 6, 11, 13, 13, 11, 8, 10, 12, 11, 9, 7, 5, 5, 6, 5, 4, 2)
_OPENS, _CLOSES = 8, 18


def some_day(rng: Random, start: datetime, days: int) -> datetime:
    """Return midnight of a day in the period: later days are busier, the company is growing."""
    number = rng.choices(range(days), cum_weights=_busyness(start, days))[0]
    return start + number * DAY


def some_time(rng: Random, day: datetime) -> datetime:
    """Return a likely moment of a day."""
    hour = rng.choices(range(24), _HOURS)[0]
    return midnight(day) + timedelta(hours=hour, microseconds=rng.randrange(3_600_000_000))


def midnight(moment: datetime) -> datetime:
    """Return when a moment's day began."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def at_work(rng: Random, moment: datetime) -> datetime:
    """Return the moment, or one soon after the doors open next.

    On Saturday and Sunday somebody looks in before noon.
    """
    closes = _CLOSES if moment.weekday() < 5 else 12
    if _OPENS <= moment.hour < closes:
        return moment
    day = midnight(moment) + (DAY if moment.hour >= closes else timedelta())
    return day + timedelta(hours=_OPENS, microseconds=rng.randrange(5_400_000_000))


def on_a_weekday(moment: datetime) -> datetime:
    """Return the moment, moved from a weekend to the Monday after it."""
    return moment + max(0, 7 - moment.weekday()) * DAY if moment.weekday() >= 5 else moment


def webinar_dates(start: datetime, end: datetime) -> list[datetime]:
    """Return when webinars were held: every other Tuesday at two in the afternoon."""
    first = midnight(start) + (1 - start.weekday()) % 7 * DAY + timedelta(hours=14)
    return [first + 14 * number * DAY for number in range((end - first).days // 14 + 2)]


@lru_cache(maxsize=4)
def _busyness(start: datetime, days: int) -> tuple[float, ...]:
    period = [start + number * DAY for number in range(days)]
    return tuple(
        accumulate(
            _WEEKDAYS[day.weekday()] * _MONTHS[day.month - 1] * (1 + 0.5 * number / days)
            for number, day in enumerate(period)
        )
    )
