"""Explain a standing: which rule decided, and which one is the nearest to admit next.

Facts only: the web room puts them into sentences (`tracker/web/terms.py`), in the reader's
language.
"""

from dataclasses import dataclass

from tracker.stages.classify import deciding
from tracker.stages.domain import Rule, Stage, StageModel, rank_of
from tracker.stages.fold import Fold
from tracker.stages.scoring import DAY
from tracker.touches.domain import ContentKind

Kinds = frozenset[ContentKind]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmet:
    """What is missing to the next stage: touches of any of some kinds or items, or score.

    `missing` is a number of touches; where only score is missing it is 0 and `missing_milli`
    says how much.  `then` are the steps of a sequence after the next one.
    """

    stage: Stage
    kinds: Kinds = frozenset()
    items: frozenset[str] = frozenset()
    missing: int = 0
    then: tuple[Kinds, ...] = ()
    within_days: int | None = None
    missing_milli: int = 0


def rule_of(model: StageModel, rule_id: str) -> Rule | None:
    """Return the rule with an id, or None where this version has no such rule."""
    return next((rule for rule in model.rules if rule.id == rule_id), None)


def kinds_in_order(kinds: frozenset[ContentKind]) -> list[ContentKind]:
    """Return kinds in the order in which the catalogue lists them."""
    return [kind for kind in ContentKind if kind in kinds]


def nearest_unmet(model: StageModel, state: Fold, *, at: int) -> Unmet | None:
    """Return what would bring a lead to the next stage soonest, None if nothing would.

    `at` is the present moment in microseconds.  Rules of the next stage that ask for one touch
    more are named together, and rules about touches before one about score.  Where somebody
    has set the stage by hand, no rule moves it.
    """
    open_rules = [rule for rule in model.rules if _is_open(rule, state)]
    if not open_rules or state.held is not None:
        return None
    next_rank = min(rank_of(rule.stage) for rule in open_rules)
    open_rules = [rule for rule in open_rules if rank_of(rule.stage) == next_rank]
    by_touch = [_by_touch(rule, state, at) for rule in open_rules if rule.min_score is None]
    if not by_touch:
        return _by_score(model, state, open_rules, at)
    nearest = min(by_touch, key=lambda unmet: unmet.missing)
    near = [unmet for unmet in by_touch if unmet.missing == 1]
    return _together(near) if len(near) > 1 else nearest


def _is_open(rule: Rule, state: Fold) -> bool:
    here = rank_of(state.ruled)
    return rank_of(rule.stage) > here and rank_of(rule.from_stage) <= here


def _together(near: list[Unmet]) -> Unmet:
    return Unmet(
        stage=near[0].stage,
        kinds=frozenset[ContentKind]().union(*(unmet.kinds for unmet in near)),
        items=frozenset[str]().union(*(unmet.items for unmet in near)),
        missing=1,
    )


def _by_touch(rule: Rule, state: Fold, at: int) -> Unmet:
    start = 0 if rule.within_days is None else at - rule.within_days * DAY
    if rule.sequence:
        chains = state.chains.get(rule.id, [])
        done = max((len(c) for c in chains[:-1] if c and c[0][0] >= start), default=0)
        kinds, *then = rule.sequence[done:]
        missing = len(rule.sequence) - done
    else:
        seen = [moment for moment, _ in deciding(rule, state) if moment >= start]
        kinds, then = rule.kinds, []
        missing = max(1, rule.at_least - len(seen))
    return Unmet(
        stage=rule.stage,
        kinds=kinds,
        items=rule.items,
        missing=missing,
        then=tuple(then),
        within_days=rule.within_days,
    )


def _by_score(model: StageModel, state: Fold, open_rules: list[Rule], at: int) -> Unmet:
    points, stage = min((rule.min_score or 0, rule.stage) for rule in open_rules)
    missing = points * 1000 - state.score(model, day=at // DAY)
    return Unmet(stage=stage, missing_milli=max(1, missing))
