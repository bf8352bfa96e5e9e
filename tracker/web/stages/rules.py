"""The rules of the stage model as people would say them."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.stages.documents import DEFAULT
from tracker.stages.domain import FitField, FitRule, Rule, Stage
from tracker.stages.explain import kinds_in_order
from tracker.web.terms import done, fit_field_name, in_order, one_of, signed, stage_name

NO_TITLES: Mapping[str, str] = {}


def rule_words(rule: Rule, titles: Mapping[str, str] = NO_TITLES) -> str:
    """Return what a rule asks for, as one sentence; items are called by their titles."""
    what = _asked(rule, titles)
    if rule.within_days is not None:
        days = ngettext("%(num)s day", "%(num)s days", rule.within_days)
        what = _("%(what)s within %(days)s", what=what, days=days)
    if rule.from_stage is not None:
        stage = stage_name(rule.from_stage)
        what = _("%(what)s by someone already in %(stage)s", what=what, stage=stage)
    if rule.falls_below is not None:
        what = _("%(what)s; under %(points)s they fall back", what=what, points=rule.falls_below)
    return _("%(what)s.", what=what)


def fit_rule_words(rule: FitRule) -> str:
    """Return what a fact is worth, as one sentence."""
    name, points = fit_field_name(rule.field), signed(rule.points)
    if rule.field is FitField.EMPLOYEES:
        return _("%(name)s %(range)s: %(points)s points.", name=name, range=_range(rule),
                 points=points)  # fmt: skip
    texts = one_of(f"“{text}”" for text in rule.any_of)
    if rule.field is FitField.TITLE:
        return _("%(name)s with %(texts)s: %(points)s points.", name=name, texts=texts,
                 points=points)  # fmt: skip
    return _("%(name)s %(texts)s: %(points)s points.", name=name, texts=texts, points=points)


def default_meaning(stage: Stage, meaning: str) -> str:
    """Return a stage's meaning; while it is the one that we wrote, in the reader's language."""
    ours = {
        Stage.TOFU: _("Just becoming aware: visited the site, read something or met a post."),
        Stage.MOFU: _(
            "Engaged and comparing: filled in a survey, attended a webinar or "
            "downloaded something to learn from."
        ),
        Stage.BOFU: _(
            "Ready for a demo: asked for one, or looked at proof and prices when already comparing."
        ),
    }
    return ours[stage] if meaning == DEFAULT["stages"][stage]["meaning"] else meaning


def _range(rule: FitRule) -> str:
    if rule.at_most is None:
        return _("%(low)s or more", low=rule.at_least)
    if rule.at_least is None:
        return _("%(high)s or fewer", high=rule.at_most)
    return _("%(low)s to %(high)s", low=rule.at_least, high=rule.at_most)


def _asked(rule: Rule, titles: Mapping[str, str]) -> str:
    if rule.min_score is not None:
        return _("A score of %(score)s points or more", score=rule.min_score)
    if rule.sequence:
        steps = (one_of(done(kind) for kind in kinds_in_order(step)) for step in rule.sequence)
        return _("First %(steps)s", steps=in_order(steps))
    kinds = [done(kind) for kind in kinds_in_order(rule.kinds)]
    items = [f"“{titles.get(key, key)}”" for key in sorted(rule.items)]
    things = one_of([*kinds, *items])
    if rule.at_least > 1:
        return _("At least %(count)s times any %(kinds)s", count=rule.at_least, kinds=things)
    return _("Any %(kinds)s", kinds=things) if kinds else things
