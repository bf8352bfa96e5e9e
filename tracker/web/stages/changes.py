"""What changed between two versions of the stage model, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_login import current_user

from tracker.stages.domain import Grade, Stage, StageModel
from tracker.touches import titles as catalogue
from tracker.touches.domain import ContentKind
from tracker.web.context import session
from tracker.web.stages.rules import fit_rule_words, rule_words
from tracker.web.terms import kind_name, stage_name


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that reads otherwise; empty where there was, or is, nothing."""

    place: str
    before: str
    after: str


def changes(old: StageModel, new: StageModel, titles: Mapping[str, str]) -> list[Change]:
    """Return everything that reads otherwise in the newer of two versions."""
    told = (
        *_stages(old, new),
        *_rules(old, new, titles),
        *_worths(old, new, titles),
        *_fading(old, new),
        *_fit(old, new),
    )
    return [change for change in told if change.before != change.after]


def titles_in(*models: StageModel) -> dict[str, str]:
    """Return the titles of the items that versions name, by their keys."""
    named: set[str] = set()
    for model in models:
        named = named.union(model.item_points, *(rule.items for rule in model.rules))
    return catalogue.titles(session(), current_user.workspace_id, named) if named else {}


def _stages(old: StageModel, new: StageModel) -> Iterator[Change]:
    for stage in Stage:
        name = stage_name(stage)
        yield Change(place=_("Name of %(stage)s", stage=name), before=old.names[stage],
                     after=new.names[stage])  # fmt: skip
        yield Change(place=_("What %(stage)s means", stage=name), before=old.meanings[stage],
                     after=new.meanings[stage])  # fmt: skip


def _rules(old: StageModel, new: StageModel, titles: Mapping[str, str]) -> Iterator[Change]:
    before = {(rule.stage, rule.id): rule_words(rule, titles) for rule in old.rules}
    after = {(rule.stage, rule.id): rule_words(rule, titles) for rule in new.rules}
    for stage in Stage:
        for key in dict.fromkeys([*before, *after]):
            if key[0] is stage:
                yield Change(place=_("Rule into %(stage)s", stage=stage_name(stage)),
                             before=before.get(key, ""), after=after.get(key, ""))  # fmt: skip


def _worths(old: StageModel, new: StageModel, titles: Mapping[str, str]) -> Iterator[Change]:
    for kind in ContentKind:
        name = kind_name(kind)
        yield _number(_("Points for: %(name)s", name=name), old.points, new.points, kind)
        yield _number(_("Half-life of: %(name)s", name=name), old.half_lives, new.half_lives, kind)
        yield _number(_("Cap of: %(name)s", name=name), old.caps, new.caps, kind)
    for key in sorted({*old.item_points, *new.item_points}):
        place = _("Points for: %(name)s", name=f"“{titles.get(key, key)}”")
        yield _number(place, old.item_points, new.item_points, key)


def _fading(old: StageModel, new: StageModel) -> Iterator[Change]:
    yield Change(place=_("Half-life in days"), before=str(old.half_life_days),
                 after=str(new.half_life_days))  # fmt: skip
    yield Change(place=_("Dormant after days"), before=str(old.dormant_after_days),
                 after=str(new.dormant_after_days))  # fmt: skip


def _fit(old: StageModel, new: StageModel) -> Iterator[Change]:
    before = [fit_rule_words(rule) for rule in old.fit.rules]
    after = [fit_rule_words(rule) for rule in new.fit.rules]
    for words in before:
        yield Change(place=_("Rule about fit"), before=words, after=words if words in after else "")
    for words in after:
        yield Change(
            place=_("Rule about fit"), before=words if words in before else "", after=words
        )
    for grade in Grade:
        place = _("Points for the grade %(grade)s", grade=grade.value)
        yield _number(place, old.fit.grades, new.fit.grades, grade)


def _number(place: str, before: Mapping[Any, int], after: Mapping[Any, int], key: object) -> Change:
    old, new = before.get(key), after.get(key)
    return Change(
        place=place,
        before="" if old is None else str(old),
        after="" if new is None else str(new),
    )
