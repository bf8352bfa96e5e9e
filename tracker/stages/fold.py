"""What the fold knows of a lead after some of its touches, and what it says on the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from tracker.stages.domain import Cause, Override, Stage, StageModel
from tracker.stages.scoring import Groups, Line, add, total
from tracker.touches.domain import ContentKind, Order

# A moment in microseconds and the touch that came then.
Seen = tuple[int, int]

# An enumeration looks a value up in ten times the time.
_STAGES = {stage.value: stage for stage in Stage}


class Receipt(NamedTuple):
    """Why a transition happened: the rule, the very touches, and the score at that moment.

    `override` is the number of what somebody set by hand, where that decided.
    """

    rule: str
    version: int
    touches: tuple[int, ...]
    lines: tuple[Line, ...]
    override: int | None = None

    @property
    def score(self) -> int:
        """Return the score in milli-points: the sum of the lines, nothing else."""
        return sum(line.milli for line in self.lines)


class Transition(NamedTuple):
    """One change of stage, or of what lies beside it, at a place in the lead's order."""

    from_stage: Stage | None
    to_stage: Stage | None
    order: Order
    receipt: Receipt
    cause: Cause = Cause.RULE


@dataclass(slots=True)
class Fold:
    """What the fold carries from touch to touch; small however long a life is."""

    # The stages that rules have led to and the rules, the present one last.
    path: list[tuple[Stage, str]] = field(default_factory=list)
    entered_at: int = 0
    order: Order | None = None
    first_at: int = 0
    first_source: int | None = None
    count: int = 0
    # The last moment at which something changed without a touch.
    turned_at: int = 0
    is_dormant: bool = False
    # What was set by hand and holds, or will hold when what was set later is over.
    overrides: list[Override] = field(default_factory=list)
    # What was set by hand after the place that the fold has reached; never stored.
    coming: list[Override] = field(default_factory=list)
    held: Override | None = None
    # By when somebody looks whether time alone has changed something: never too late, and left
    # as it stands while touches only put it off.  Kept beside the state, not in it.
    due_by: int | None = None
    groups: Groups = field(default_factory=dict)
    # rule id -> the latest touches that the rule may still count.
    recent: dict[str, list[Seen]] = field(default_factory=dict)
    # rule id -> for each number of steps of its sequence the touches that began latest.
    chains: dict[str, list[list[Seen]]] = field(default_factory=dict)

    # The day whose score was asked for last, and that score; never stored.
    summed: tuple[int, int] | None = None

    def count_touch(
        self, model: StageModel, kind: ContentKind, item: int | None, *, day: int
    ) -> None:
        """Let a touch count in the score."""
        more = add(model, self.groups, kind, item, day)
        if self.summed is not None and self.summed[0] == day and more is not None:
            self.summed = (day, self.summed[1] + more)
        else:
            self.summed = None

    def score(self, model: StageModel, *, day: int) -> int:
        """Return the score on a day in milli-points: most touches come on the day of the last."""
        if model.caps:
            return total(model, self.groups, day=day)
        if self.summed is None or self.summed[0] != day:
            self.summed = (day, total(model, self.groups, day=day))
        return self.summed[1]

    @property
    def ruled(self) -> Stage | None:
        """Return the stage that the rules say."""
        return self.path[-1][0] if self.path else None

    @property
    def stage(self) -> Stage | None:
        """Return where the lead stands: where somebody set it, else where the rules say."""
        return self.ruled if self.held is None else self.held.stage

    def change(
        self, cause: Cause, *, before: Stage | None, order: Order, why: Receipt
    ) -> Transition:
        """Return the transition from a stage to where the lead stands now."""
        if self.stage is not before:
            self.entered_at = order[0]
        return Transition(
            from_stage=before, to_stage=self.stage, order=order, cause=cause, receipt=why
        )

    def is_past(self, order: Order) -> bool:
        """Return whether the fold has gone beyond a place already."""
        is_touched = self.order is not None and order < self.order
        return is_touched or order[0] < self.turned_at

    def take(self, overrides: Iterable[Override]) -> None:
        """Take what was set by hand, as it is at the place that the fold has reached."""
        at = self.order[0] if self.order else 0
        left = [o for o in overrides if o.ends_at is None or o.ends_at > max(at, o.started_at)]
        self.overrides = [o for o in left if o.started_at <= at]
        self.coming = [o for o in left if o.started_at > at]
        self.held = latest(self.overrides)

    def dumps(self, *, is_checkpoint: bool = False) -> str:
        """Return the state as compact JSON, equal for equal states.

        A checkpoint leaves out what was set by hand: that may end otherwise than it looks.
        """
        order = None if self.order is None else (self.order[0], self.order[1].hex())
        entered = self.entered_at if self.stage else 0
        columns = (entered, order, self.first_at, self.first_source, self.count, self.is_dormant)
        return _pack((columns, self._rest(() if is_checkpoint else self.overrides)))

    def dumps_rest(self) -> str:
        """Return what no column of a standing says: every touch writes it, so it is short."""
        return _pack(self._rest(self.overrides))

    @classmethod
    def loads(cls, text: str) -> "Fold":
        """Return the state that was dumped."""
        (entered, order, first_at, source, count, is_dormant), rest = orjson.loads(text)
        state = cls(
            entered_at=entered,
            order=(order[0], bytes.fromhex(order[1])) if order else None,
            first_at=first_at,
            first_source=source,
            count=count,
            is_dormant=is_dormant,
        )
        state._take_rest(rest)
        return state

    def loads_rest(self, text: str) -> "Fold":
        """Take what no column of a standing says, and return the state."""
        self._take_rest(orjson.loads(text))
        return self

    def _rest(self, held: Sequence[Override]) -> tuple[object, ...]:
        by_hand = sorted((o.id, o.stage, o.started_at, o.ends_at) for o in held) if held else ()
        return self.path, self.turned_at, by_hand, self.groups, self.recent, self.chains

    def _take_rest(self, rest: Sequence[Any]) -> None:
        path, self.turned_at, held, self.groups, self.recent, self.chains = rest
        self.path = [(_STAGES[stage], rule) for stage, rule in path]
        if held:
            self.overrides = [
                Override(id=number, stage=_STAGES[stage], started_at=start, ends_at=end)
                for number, stage, start, end in held
            ]
            self.held = latest(self.overrides)


def _pack(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def latest(overrides: Iterable[Override]) -> Override | None:
    """Return what holds of some that were set by hand: what was set last."""
    return max(overrides, key=lambda o: (o.started_at, o.id), default=None)
