"""What falls due by time alone: a lead goes dormant, a score decays, what was set by hand ends.

Whatever is due happens at its moment, however late anybody looks: before each touch, and up
to the present when a lead is brought up to date.
"""

from tracker.stages.domain import Cause, StageModel
from tracker.stages.fold import Fold, Receipt, Transition, latest
from tracker.stages.scoring import DAY, first_day_below, lines

# At one moment these come in this order, and all before a touch.
_PLACES = {
    Cause.OVERRIDE: b"",
    Cause.OVERRIDE_ENDED: b"",
    Cause.DECAY: b"\0",
    Cause.DORMANT: b"\0\0",
}


def catch_up(model: StageModel, state: Fold, *, until: int) -> list[Transition]:
    """Carry the state on to a moment (microseconds) and return what fell due on the way."""
    moved: list[Transition] = []
    while not _is_quiet(model, state, until):
        due = next_due(model, state, by=until)
        if due is None or due > until:
            break
        state.turned_at = due
        changes = (_turn(model, state, due), _decay(model, state, due), _doze(model, state, due))
        moved += [change for change in changes if change is not None]
    return moved


def next_due(model: StageModel, state: Fold, *, by: int | None = None) -> int | None:
    """Return the next moment at which something changes by time alone, None if nothing does.

    Whoever asks only what comes `by` a moment is spared a search beyond it.
    """
    dues = [o.ends_at for o in state.overrides if o.ends_at is not None]
    dues += [o.started_at for o in state.coming]
    if state.order is not None and not state.is_dormant:
        dues.append(state.order[0] + model.dormant_after_days * DAY)
    floor = _floor(model, state)
    if floor is not None and state.order is not None:
        seen = max(state.order[0], state.turned_at) // DAY
        last = None if by is None else by // DAY
        day = first_day_below(model, state.groups, points=floor, after=seen, by=last)
        dues += [] if day is None else [day * DAY]
    return min(dues, default=None)


def may_come_sooner(model: StageModel, state: Fold) -> bool:
    """Return whether a touch may have brought something nearer; most only put it off."""
    return bool(state.overrides or state.coming or model.floors)


def fall(model: StageModel, state: Fold, *, day: int) -> str | None:
    """Fall back behind every floor that the score of a day does not reach.

    Returns the rule that no longer holds the lead, None if it stays.
    """
    floor = _floor(model, state)
    if floor is None:
        return None
    score = state.score(model, day=day)
    fallen = None
    while floor is not None and score < floor * 1000:
        rule = state.path.pop()[1]
        fallen = fallen or rule
        floor = _floor(model, state)
    return fallen


def receipt(
    model: StageModel,
    state: Fold,
    at: int,
    *,
    rule: str = "",
    touches: tuple[int, ...] = (),
    override: int | None = None,
) -> Receipt:
    """Return the receipt of what happens at a moment."""
    return Receipt(
        rule=rule,
        version=model.version,
        touches=touches,
        lines=lines(model, state.groups, day=at // DAY),
        override=override,
    )


def _floor(model: StageModel, state: Fold) -> int | None:
    return model.floors.get(state.path[-1][1]) if model.floors and state.path else None


def _is_quiet(model: StageModel, state: Fold, until: int) -> bool:
    """Return whether it is plain that nothing falls due by a moment."""
    if state.coming or state.overrides:
        return False
    if state.order is None:
        return True
    at = state.order[0]
    if not state.is_dormant and until >= at + model.dormant_after_days * DAY:
        return False
    return not model.floors or until // DAY <= at // DAY or _floor(model, state) is None


def _turn(model: StageModel, state: Fold, at: int) -> Transition | None:
    """Let what was set by hand begin and end."""
    stage, before = state.stage, state.held
    known = [*state.overrides, *(o for o in state.coming if o.started_at <= at)]
    state.coming = [o for o in state.coming if o.started_at > at]
    state.overrides = [o for o in known if o.ends_at is None or o.ends_at > at]
    state.held = latest(state.overrides)
    decided = state.held or before
    if decided is None or state.held == before:
        return None
    cause = Cause.OVERRIDE if state.held else Cause.OVERRIDE_ENDED
    rule = state.path[-1][1] if state.path and not state.held else ""
    why = receipt(model, state, at, rule=rule, override=decided.id)
    return state.change(cause, before=stage, order=(at, _PLACES[cause]), why=why)


def _decay(model: StageModel, state: Fold, at: int) -> Transition | None:
    """Let a lead fall whose score no longer holds it; what was set by hand does."""
    before = state.stage
    rule = fall(model, state, day=at // DAY)
    if rule is None or state.held is not None:
        return None
    why = receipt(model, state, at, rule=rule)
    return state.change(Cause.DECAY, before=before, order=(at, _PLACES[Cause.DECAY]), why=why)


def _doze(model: StageModel, state: Fold, at: int) -> Transition | None:
    """Let a lead go dormant that was silent for so long; it keeps its stage."""
    if state.is_dormant or state.order is None:
        return None
    if at < state.order[0] + model.dormant_after_days * DAY:
        return None
    state.is_dormant = True
    place = (at, _PLACES[Cause.DORMANT])
    return state.change(
        Cause.DORMANT, before=state.stage, order=place, why=receipt(model, state, at)
    )
