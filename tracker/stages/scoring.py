"""What touches are worth: whole points that halve with time, summed to the thousandth.

A group (a kind, or one item of the catalogue) keeps its last days apart and what was before
in one entry, so that a long life is as small as a short one; what an entry is worth is kept
in millionths of a point as of its day.  The lines of a receipt are the entries, and the score
is the sum of the lines, nothing else.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import NamedTuple

from tracker.stages.domain import StageModel
from tracker.touches.domain import ContentKind

DAY = 86_400_000_000
SCALE = 1 << 20
# After this many half-lives a touch is worth nothing any more.
FORGET_AFTER = 12
# So many days of a group are kept apart.
DAYS_APART = 4
_POINT, _MILLI = 1_000_000, 1_000

# A kind, or `kind:item` where the item has points of its own: a key that JSON can have.
Group = str
# The day (since 1970), the touches, and what they were worth on that day.
Entry = tuple[int, int, int]
Groups = dict[Group, list[Entry]]
# An entry's day, its kind and item (0 for none), its touches, and what they are worth on another
# day in milli-points.
Worth = tuple[int, tuple[ContentKind, int], int, int]
_KINDS = {kind.value: kind for kind in ContentKind}


class Line(NamedTuple):
    """One line of a receipt's arithmetic in milli-points: touches up to a day."""

    kind: ContentKind
    day: int
    touches: int
    milli: int
    item: int | None = None


def add(
    model: StageModel, groups: Groups, kind: ContentKind, item: int | None, day: int
) -> int | None:
    """Add a touch to its group; days only ever go forward.

    Returns by how much the score of that day has grown, None where it is to be summed up anew.
    """
    own = 0 if item is None or item not in model.worths else item
    points = model.worths[own] if own else model.points.get(kind, 0)
    if not points:
        return 0
    group = f"{kind.value}:{own}" if own else kind.value
    entries = groups.get(group)
    if entries is None:
        if groups:
            _forget(model, groups, day)
        groups[group] = [(day, 1, points * _POINT)]
        return points * _MILLI
    last, touches, worth = entries[-1]
    if last == day:
        entries[-1] = (day, touches + 1, worth + points * _POINT)
        return points * _MILLI
    entries.append((day, 1, points * _POINT))
    if len(entries) > DAYS_APART + 1:
        # Two that fade as one are rounded once instead of twice.
        entries[:2] = [_together(entries[0], entries[1], model.half_life(kind))]
        return None
    return points * _MILLI


def lines(model: StageModel, groups: Groups, *, day: int) -> tuple[Line, ...]:
    """Return what touches are worth on a day, by kind, item and day."""
    found = _capped(model, groups, day) if model.caps else sorted(_worths(model, groups, day))
    return tuple(
        [
            Line(kind, then, touches, milli, item or None)
            for then, (kind, item), touches, milli in found
        ]
    )


def total(model: StageModel, groups: Groups, *, day: int) -> int:
    """Return the score on a day in milli-points: the sum of the lines."""
    found = _capped(model, groups, day) if model.caps else _worths(model, groups, day)
    return sum([worth[3] for worth in found])


def first_day_below(
    model: StageModel, groups: Groups, *, points: int, after: int, by: int | None = None
) -> int | None:
    """Return the first day after another on which the score is below some points.

    There is one in the end, when nothing is left; None if it does not come `by` a day.
    """
    if by is None:
        last = max([after, *(entries[-1][0] for entries in groups.values())])
        by = last + FORGET_AFTER * max([model.half_life_days, *model.half_lives.values()])
    return _first(*_sides(model, groups), points * _MILLI, (after + 1, by))


def decay(days: int, half_life: int) -> int:
    """Return SCALE halved once for each half-life, and evenly at every day between."""
    if days <= 0:
        return SCALE
    halvings, rest = divmod(days, half_life)
    return _factors(half_life)[rest] >> halvings if halvings < FORGET_AFTER else 0


@lru_cache(maxsize=256)
def _factors(half_life: int) -> tuple[int, ...]:
    # Decimals round each step alike on every machine, which floats do not promise.
    with localcontext(prec=28):
        step = -Decimal(2).ln() / half_life
        return tuple(int(SCALE * (step * day).exp()) for day in range(half_life))


def _named(group: Group) -> tuple[ContentKind, int]:
    kind, _, item = group.partition(":")
    return _KINDS[kind], int(item or 0)


def _left(worth: int, days: int, half_life: int) -> int:
    """Return what is left after some days of what something was worth."""
    left = abs(worth) * decay(days, half_life) // SCALE
    # Rounded towards nothing on both sides: what speaks against somebody fades away too.
    return left if worth >= 0 else -left


def _worths(model: StageModel, groups: Groups, day: int) -> list[Worth]:
    found = []
    for group, entries in groups.items():
        named = _named(group)
        half_life = model.half_life(named[0])
        for then, touches, worth in entries:
            left = worth if day <= then else _left(worth, day - then, half_life)
            milli = left // _MILLI if left >= 0 else -(-left // _MILLI)
            if milli:
                found.append((then, named, touches, milli))
    return found


def _capped(model: StageModel, groups: Groups, day: int) -> Iterator[Worth]:
    """Give lines cut so that no kind counts for more than its cap; the oldest count first."""
    left: dict[tuple[ContentKind, bool], int] = {}
    for then, named, touches, milli in sorted(_worths(model, groups, day)):
        side = (named[0], milli > 0)
        cap = model.caps.get(named[0])
        room = abs(milli) if cap is None else left.get(side, cap * _MILLI)
        kept = max(-room, min(room, milli))
        left[side] = room - abs(kept)
        if kept:
            yield then, named, touches, kept


def _forget(model: StageModel, groups: Groups, day: int) -> None:
    gone = [
        group
        for group, entries in groups.items()
        if day - entries[-1][0] >= FORGET_AFTER * model.half_life(_named(group)[0])
    ]
    for group in gone:
        del groups[group]


def _together(earlier: Entry, later: Entry, half_life: int) -> Entry:
    left = _left(earlier[2], later[0] - earlier[0], half_life)
    touches = earlier[1] if left else 0
    return later[0], touches + later[1], left + later[2]


def _sides(model: StageModel, groups: Groups) -> tuple[Callable[[int], int], Callable[[int], int]]:
    # Each side alone only ever falls, which lets us look for a day without asking every one.
    def side(is_for: bool) -> Callable[[int], int]:
        own = {group: [e for e in entries if (e[2] > 0) is is_for]
               for group, entries in groups.items()}  # fmt: skip
        return lambda day: abs(total(model, own, day=day))

    return side(True), side(False)


def _first(
    up: Callable[[int], int], down: Callable[[int], int], milli: int, days: tuple[int, int]
) -> int | None:
    """Return the first of some days on which `up` is not so much more than `down`."""
    low, high = days
    if low > high or up(high) - down(low) >= milli:
        return None
    if low == high:
        return low
    middle = (low + high) // 2
    found = _first(up, down, milli, (low, middle))
    return _first(up, down, milli, (middle + 1, high)) if found is None else found
