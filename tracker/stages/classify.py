"""The fold: a lead's human touches in order, to a standing and the transitions on the way.

Scores are whole milli-points: `n` touches of a kind on one day are worth
`n * points * 1000 >> halvings` after so many half-lives, with a table for the days between,
so the lines of a receipt add up to the score exactly and a replay is equal to the byte.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tracker.stages.domain import Rule, Stage, StageModel, rank_of
from tracker.touches.domain import ContentKind, Counted, Order, Touch

DAY = 86_400_000_000
SCALE = 1 << 20
# After this many half-lives a touch is worth nothing any more, and its bucket is dropped.
FORGET_AFTER = 12


# Made once: `json.dumps` with separators makes an encoder for every call.
_compact = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a receipt's arithmetic; milli-points."""

    kind: ContentKind
    day: int
    touches: int
    milli: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """Why a transition happened: the rule, the very touches, and the score at that moment."""

    rule: str
    version: int
    touches: tuple[int, ...]
    lines: tuple[Line, ...]

    @property
    def score(self) -> int:
        """Return the score in milli-points: the sum of the lines, nothing else."""
        return sum(line.milli for line in self.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """One change of stage, at a place in the lead's order."""

    from_stage: Stage | None
    to_stage: Stage
    order: Order
    receipt: Receipt


@dataclass(slots=True)
class Fold:
    """What the fold carries from touch to touch; small however long a life is."""

    stage: Stage | None = None
    entered_at: int = 0
    order: Order | None = None
    first_at: int = 0
    first_source: int | None = None
    count: int = 0
    # (day, kind) -> touches; days older than FORGET_AFTER half-lives fall out.
    buckets: dict[tuple[int, ContentKind], int] = field(default_factory=dict)
    # rule id -> (moment, touch id) of the latest touches that the rule may still count.
    recent: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def dumps(self) -> str:
        """Return the state as compact JSON, equal for equal states."""
        order = None if self.order is None else [self.order[0], self.order[1].hex()]
        buckets = sorted([day, kind.value, n] for (day, kind), n in self.buckets.items())
        return _compact(
            [
                self.stage, self.entered_at, order, self.first_at, self.first_source,
                self.count, buckets, sorted(self.recent.items()),
            ]
        )  # fmt: skip

    @classmethod
    def loads(cls, text: str) -> "Fold":
        """Return the state that was dumped."""
        stage, entered, order, first_at, source, count, buckets, recent = json.loads(text)
        return cls(
            stage=Stage(stage) if stage else None,
            entered_at=entered,
            order=(order[0], bytes.fromhex(order[1])) if order else None,
            first_at=first_at,
            first_source=source,
            count=count,
            buckets={(day, ContentKind(kind)): n for day, kind, n in buckets},
            recent={rule: [(at, touch) for at, touch in seen] for rule, seen in recent},
        )


def classify(
    model: StageModel, state: Fold, touches: Iterable[Touch | Counted]
) -> list[Transition]:
    """Fold touches, given in order, into the state and return the transitions they cause.

    Only touches that count (a human's, about content) may be passed.
    """
    moved = []
    for touch in touches:
        _remember(model, state, touch)
        rule = _admitting(model, state, touch)
        if rule is not None:
            moved.append(_enter(model, state, touch, rule))
    return moved


def score_lines(model: StageModel, state: Fold, *, day: int) -> tuple[Line, ...]:
    """Return what each day and kind is worth on a day (days since 1970)."""
    lines = []
    for (then, kind), touches in sorted(state.buckets.items()):
        milli = touches * model.points.get(kind, 0) * 1000
        # Rounded towards nothing on both sides: what speaks against somebody fades away too.
        worth = abs(milli) * decay(day - then, model.half_life_days) // SCALE
        worth = worth if milli >= 0 else -worth
        if worth:
            lines.append(Line(kind=kind, day=then, touches=touches, milli=worth))
    return _capped(lines, model.caps) if model.caps else tuple(lines)


def _capped(lines: Iterable[Line], caps: Mapping[ContentKind, int]) -> tuple[Line, ...]:
    """Return lines cut so that no kind counts for more than its cap; the oldest count first."""
    left = {kind: points * 1000 for kind, points in caps.items()}
    kept = []
    for line in lines:
        room = left.get(line.kind, abs(line.milli))
        milli = max(-room, min(room, line.milli))
        if line.kind in left:
            left[line.kind] = room - abs(milli)
        if milli:
            kept.append(replace(line, milli=milli))
    return tuple(kept)


def decay(days: int, half_life: int) -> int:
    """Return SCALE halved once for each half-life, and evenly between two halvings."""
    if days <= 0:
        return SCALE
    halvings, rest = divmod(days, half_life)
    if halvings >= FORGET_AFTER:
        return 0
    upper = SCALE >> halvings
    return upper - (upper >> 1) * rest // half_life


def _remember(model: StageModel, state: Fold, touch: Touch | Counted) -> None:
    at = touch.order[0]
    kind = touch.kind
    if kind is None:
        raise ValueError("a touch without content cannot be classified")
    if state.count == 0:
        state.first_at, state.first_source = at, touch.source_id
    state.count += 1
    state.order = touch.order
    day = at // DAY
    if model.points.get(kind):
        bucket = (day, kind)
        if bucket not in state.buckets:
            _forget(model, state, day)
        state.buckets[bucket] = state.buckets.get(bucket, 0) + 1
    for rule in model.rules:
        if kind in rule.kinds and rank_of(rule.stage) > rank_of(state.stage):
            _count(rule, state, touch)


def _forget(model: StageModel, state: Fold, day: int) -> None:
    horizon = day - FORGET_AFTER * model.half_life_days
    for bucket in [b for b in state.buckets if b[0] < horizon]:
        del state.buckets[bucket]


def _count(rule: Rule, state: Fold, touch: Touch | Counted) -> None:
    if rule.from_stage is not None and rank_of(state.stage) < rank_of(rule.from_stage):
        return
    seen = state.recent.setdefault(rule.id, [])
    seen.append((touch.order[0], touch.id))
    if rule.within_days is not None:
        start = touch.order[0] - rule.within_days * DAY
        seen[:] = [(at, number) for at, number in seen if at >= start]
    del seen[: -rule.at_least]


def _admitting(model: StageModel, state: Fold, touch: Touch | Counted) -> Rule | None:
    best: Rule | None = None
    for rule in model.rules:
        if rank_of(rule.stage) <= rank_of(best.stage if best else state.stage):
            continue
        if _admits(model, rule, state, touch):
            best = rule
    return best


def _admits(model: StageModel, rule: Rule, state: Fold, touch: Touch | Counted) -> bool:
    if rule.from_stage is not None and rank_of(state.stage) < rank_of(rule.from_stage):
        return False
    if rule.min_score is not None:
        lines = score_lines(model, state, day=touch.order[0] // DAY)
        return sum(line.milli for line in lines) >= rule.min_score * 1000
    return touch.kind in rule.kinds and len(state.recent.get(rule.id, ())) >= rule.at_least


def _enter(model: StageModel, state: Fold, touch: Touch | Counted, rule: Rule) -> Transition:
    at = touch.order[0]
    deciding: Sequence[tuple[int, int]] = state.recent.get(rule.id) or [(at, touch.id)]
    receipt = Receipt(
        rule=rule.id,
        version=model.version,
        touches=tuple(number for _, number in deciding),
        lines=score_lines(model, state, day=at // DAY),
    )
    transition = Transition(
        from_stage=state.stage, to_stage=rule.stage, order=touch.order, receipt=receipt
    )
    state.stage = rule.stage
    state.entered_at = at
    # A rule for a stage that has been reached will never be asked again.
    rank = rank_of(rule.stage)
    done = {r.id for r in model.rules if rank_of(r.stage) <= rank}
    state.recent = {key: seen for key, seen in state.recent.items() if key not in done}
    return transition
