"""Explain a standing: which rule decided, and which one is the nearest to admit next.

Facts only: the web room puts them into sentences (`tracker/web/terms.py`), in the reader's
language.
"""

from dataclasses import dataclass

from tracker.stages.classify import DAY, Fold, score_lines
from tracker.stages.domain import Rule, Stage, StageModel, rank_of
from tracker.touches.domain import ContentKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmet:
    """What is missing to the next stage: touches of any of some kinds, or score.

    `missing` is a number of touches; where only score is missing it is 0 and `missing_milli`
    says how much.
    """

    stage: Stage
    kinds: frozenset[ContentKind] = frozenset()
    missing: int = 0
    within_days: int | None = None
    missing_milli: int = 0


def rule_of(model: StageModel, rule_id: str) -> Rule | None:
    """Return the rule with an id, or None where this version has no such rule."""
    return next((rule for rule in model.rules if rule.id == rule_id), None)


def kinds_in_order(kinds: frozenset[ContentKind]) -> list[ContentKind]:
    """Return kinds in the order in which the catalogue lists them."""
    return [kind for kind in ContentKind if kind in kinds]


def nearest_unmet(model: StageModel, state: Fold, *, at: int) -> Unmet | None:
    """Return what would bring a lead to the next stage soonest, None at the bottom.

    `at` is the present moment in microseconds.  The rules of the next stage that ask for the
    fewest touches are named together, and rules about touches before one about score.
    """
    open_rules = [rule for rule in model.rules if _is_open(rule, state)]
    next_rank = min((rank_of(rule.stage) for rule in open_rules), default=0)
    open_rules = [rule for rule in open_rules if rank_of(rule.stage) == next_rank]
    by_touch = [(_missing(rule, state, at), rule) for rule in open_rules if rule.kinds]
    if by_touch:
        least = min(missing for missing, _ in by_touch)
        near = [rule for missing, rule in by_touch if missing == least]
        return Unmet(
            stage=near[0].stage,
            kinds=frozenset().union(*(rule.kinds for rule in near)),
            missing=least,
            within_days=near[0].within_days if len(near) == 1 else None,
        )
    return _by_score(model, state, open_rules, at)


def _is_open(rule: Rule, state: Fold) -> bool:
    here = rank_of(state.stage)
    return rank_of(rule.stage) > here and rank_of(rule.from_stage) <= here


def _missing(rule: Rule, state: Fold, at: int) -> int:
    seen = [moment for moment, _ in state.recent.get(rule.id, ())]
    if rule.within_days is not None:
        seen = [moment for moment in seen if moment >= at - rule.within_days * DAY]
    return max(1, rule.at_least - len(seen))


def _by_score(model: StageModel, state: Fold, open_rules: list[Rule], at: int) -> Unmet | None:
    score = sum(line.milli for line in score_lines(model, state, day=at // DAY))
    wanted = sorted(
        (rank_of(rule.stage), rule.min_score, rule.stage)
        for rule in open_rules
        if rule.min_score is not None
    )
    if not wanted:
        return None
    _, points, stage = wanted[0]
    return Unmet(stage=stage, missing_milli=max(1, points * 1000 - score))
