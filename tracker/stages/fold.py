"""What the fold knows of a lead after some of its touches, and what it says on the way."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from tracker.stages.domain import Cause, Override, Stage
from tracker.stages.scoring import Groups, Line
from tracker.touches.domain import ContentKind, Order

# A moment in microseconds and the touch that came then.
Seen = tuple[int, int]

# Made once: `json.dumps` with separators makes an encoder for every call.
_compact = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """One change of stage, or of what lies beside it, at a place in the lead's order."""

    from_stage: Stage | None
    to_stage: Stage | None
    order: Order
    cause: Cause = Cause.RULE
    receipt: Receipt


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
        held = () if is_checkpoint else self.overrides
        order = "null" if self.order is None else f'[{self.order[0]},"{self.order[1].hex()}"]'
        source = "null" if self.first_source is None else self.first_source
        # By hand: every touch writes one, and `json` takes three times as long.
        return (
            f"[{_path(self.path)},{self.entered_at},{order},{self.first_at},{source},"
            f"{self.count},{self.turned_at},{'true' if self.is_dormant else 'false'},"
            f"{_overrides(held) if held else '[]'},{_groups(self.groups)},"
            f"{_recent(self.recent) if self.recent else '[]'},"
            f"{_compact(sorted(self.chains.items())) if self.chains else '[]'}]"
        )

    @classmethod
    def loads(cls, text: str) -> "Fold":
        """Return the state that was dumped; of nothing, that nothing is known yet."""
        if not text:
            return cls()
        (path, entered, order, first_at, source, count, turned, is_dormant, overrides, groups,
         recent, chains) = json.loads(text)  # fmt: skip
        held = [
            Override(id=number, stage=Stage(stage), started_at=start, ends_at=end)
            for number, stage, start, end in overrides
        ]
        return cls(
            path=[(Stage(stage), rule) for stage, rule in path],
            entered_at=entered,
            order=(order[0], bytes.fromhex(order[1])) if order else None,
            first_at=first_at,
            first_source=source,
            count=count,
            turned_at=turned,
            is_dormant=is_dormant,
            overrides=held,
            held=latest(held),
            groups={
                (ContentKind(kind), item): [(day, n, worth) for day, n, worth in entries]
                for kind, item, entries in groups
            },
            recent={rule: [(at, touch) for at, touch in seen] for rule, seen in recent},
            chains={
                rule: [[(at, touch) for at, touch in chain] for chain in own]
                for rule, own in chains
            },
        )


def _path(path: Iterable[tuple[Stage, str]]) -> str:
    return "[" + ",".join([f'["{stage}","{rule}"]' for stage, rule in path]) + "]"


def _groups(groups: Groups) -> str:
    return "[" + ",".join([
        f'["{kind}",{item},['
        + ",".join([f"[{day},{touches},{worth}]" for day, touches, worth in entries]) + "]]"
        for (kind, item), entries in sorted(groups.items())
    ]) + "]"  # fmt: skip


def _recent(recent: dict[str, list[Seen]]) -> str:
    return "[" + ",".join([
        f'["{rule}",[' + ",".join([f"[{at},{touch}]" for at, touch in seen]) + "]]"
        for rule, seen in sorted(recent.items())
    ]) + "]"  # fmt: skip


def _overrides(held: Iterable[Override]) -> str:
    return _compact(sorted([o.id, o.stage, o.started_at, o.ends_at] for o in held))


def latest(overrides: Iterable[Override]) -> Override | None:
    """Return what holds of some that were set by hand: what was set last."""
    return max(overrides, key=lambda o: (o.started_at, o.id), default=None)
