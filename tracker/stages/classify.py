"""The fold: a lead's human touches in order, to a standing and the transitions on the way.

What falls due by time alone happens between them at its moment (`dues`), and what somebody
set by hand lies over what the rules say, so that all of it comes out the same whether it is
told live, late or again, to the byte.
"""

from collections.abc import Iterable, Sequence

from tracker.stages.domain import Cause, Rule, StageModel, Step, rank_of
from tracker.stages.dues import catch_up, fall, receipt
from tracker.stages.fold import Fold, Seen, Transition
from tracker.stages.scoring import DAY, Line, lines
from tracker.touches.domain import Counted, Touch

Told = Touch | Counted


def classify(model: StageModel, state: Fold, touches: Iterable[Told]) -> list[Transition]:
    """Fold touches, given in order, into the state and return the transitions they cause.

    Only touches that count (a human's, about content) may be passed.
    """
    moved: list[Transition] = []
    for touch in touches:
        moved += catch_up(model, state, until=touch.order[0])
        asking = _remember(model, state, touch)
        if state.is_dormant:
            moved.append(_wake(model, state, touch))
        if model.floors:
            moved += _fall(model, state, touch)
        if asking:
            rule = _admitting(model, state, touch, asking)
            if rule is not None:
                moved += _enter(model, state, touch, rule)
            if model.floors:
                _anchor(model, state, touch, asking)
    return moved


def score_lines(model: StageModel, state: Fold, *, day: int) -> tuple[Line, ...]:
    """Return what a lead's touches are worth on a day (days since 1970)."""
    return lines(model, state.groups, day=day)


def _remember(model: StageModel, state: Fold, touch: Told) -> tuple[Step, ...]:
    """Take the touch in and return the rules that look at it and could change something."""
    state.order = order = touch.order
    at, kind, item = order[0], touch.kind, touch.content_id
    if kind is None:
        raise ValueError("a touch without content cannot be classified")
    if state.count == 0:
        state.first_at, state.first_source = at, touch.source_id
    state.count += 1
    state.count_touch(model, kind, item, day=at // DAY)
    asking = model.asking(kind, item)
    if not asking:
        return ()
    sure = _sure(model, state)
    # The highest comes first: below what is sure nobody need be asked.
    if asking[0][0] <= sure:
        return ()
    here = rank_of(state.ruled)
    for rank, rule in asking:
        if rank <= sure:
            break
        if rule.min_score is None and rank_of(rule.from_stage) <= here:
            _count(rule, state, touch)
    return asking


def _sure(model: StageModel, state: Fold) -> int:
    """Return the rank of the stage that the lead cannot fall behind."""
    if not model.floors:
        return rank_of(state.ruled)
    for stage, rule in reversed(state.path):
        if rule not in model.floors:
            return rank_of(stage)
    return 0


def _count(rule: Rule, state: Fold, touch: Told) -> None:
    if rule.sequence:
        _follow(rule, state.chains, touch)
        return
    at = touch.order[0]
    seen = state.recent.setdefault(rule.id, [])
    seen.append((at, touch.id))
    if rule.within_days is not None:
        start = at - rule.within_days * DAY
        seen[:] = [(moment, number) for moment, number in seen if moment >= start]
    del seen[: -rule.at_least]


def _follow(rule: Rule, chains: dict[str, list[list[Seen]]], touch: Told) -> None:
    """Take the touch as a step; of chains of one length the one that began latest is the best."""
    own = chains.setdefault(rule.id, [[] for _ in rule.sequence])
    # The longest first: a touch is one step, not two.
    for place in reversed(range(len(own))):
        if touch.kind not in rule.sequence[place]:
            continue
        before = own[place - 1] if place else []
        if place == 0 or before:
            own[place] = [*before, (touch.order[0], touch.id)]


def _admitting(
    model: StageModel, state: Fold, touch: Told, asking: tuple[Step, ...]
) -> Rule | None:
    here = rank_of(state.ruled)
    for rank, rule in asking:
        if rank <= here:
            return None
        if _admits(model, rule, state, touch):
            return rule
    return None


def _admits(model: StageModel, rule: Rule, state: Fold, touch: Told) -> bool:
    if rule.from_stage is not None and rank_of(state.ruled) < rank_of(rule.from_stage):
        return False
    if rule.min_score is not None:
        return state.score(model, day=touch.order[0] // DAY) >= rule.min_score * 1000
    seen = deciding(rule, state)
    if not seen or seen[-1][1] != touch.id:
        return False
    if rule.sequence and rule.within_days is not None:
        return seen[-1][0] - seen[0][0] <= rule.within_days * DAY
    return len(seen) >= rule.at_least


def deciding(rule: Rule, state: Fold) -> Sequence[Seen]:
    """Return the touches that a rule counts so far, the latest last."""
    if rule.sequence:
        chains = state.chains.get(rule.id)
        return chains[-1] if chains else ()
    return state.recent.get(rule.id, ())


def _enter(model: StageModel, state: Fold, touch: Told, rule: Rule) -> list[Transition]:
    before = state.stage
    seen = [number for _, number in deciding(rule, state)] or [touch.id]
    state.path.append((rule.stage, rule.id))
    _forget(model, state)
    if state.held is not None:
        return []
    why = receipt(model, state, touch.order[0], rule=rule.id, touches=tuple(seen))
    return [state.change(Cause.RULE, before=before, order=touch.order, why=why)]


def _anchor(model: StageModel, state: Fold, touch: Told, asking: tuple[Step, ...]) -> None:
    """Note a rule that would lead here, or less far, by itself: behind it no decay leads."""
    sure, here = _sure(model, state), rank_of(state.ruled)
    for rank, rule in asking:
        if rank <= sure:
            return
        if rank <= here and rule.id not in model.floors and _admits(model, rule, state, touch):
            above = [step for step in state.path if rank_of(step[0]) > rank]
            below = [step for step in state.path if rank_of(step[0]) < rank]
            state.path = [*below, (rule.stage, rule.id), *above]
            _forget(model, state)
            return


def _forget(model: StageModel, state: Fold) -> None:
    # A rule for a stage behind which the lead cannot fall will never be asked again.
    done = model.settled[_sure(model, state)]
    if state.recent:
        state.recent = {key: seen for key, seen in state.recent.items() if key not in done}
    if state.chains:
        state.chains = {key: own for key, own in state.chains.items() if key not in done}


def _fall(model: StageModel, state: Fold, touch: Told) -> list[Transition]:
    """Let a lead fall at a touch that speaks against it."""
    before = state.stage
    rule = fall(model, state, day=touch.order[0] // DAY)
    if rule is None or state.held is not None:
        return []
    why = receipt(model, state, touch.order[0], rule=rule, touches=(touch.id,))
    return [state.change(Cause.DECAY, before=before, order=touch.order, why=why)]


def _wake(model: StageModel, state: Fold, touch: Told) -> Transition:
    state.is_dormant = False
    why = receipt(model, state, touch.order[0], touches=(touch.id,))
    return state.change(Cause.AWAKE, before=state.stage, order=touch.order, why=why)
