"""The rules of the stage model as people would say them."""

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.stages.documents import DEFAULT
from tracker.stages.domain import Rule, Stage
from tracker.stages.explain import kinds_in_order
from tracker.touches.domain import ContentKind
from tracker.web.terms import one_of, stage_name


def rule_words(rule: Rule) -> str:
    """Return what a rule asks for, as one sentence."""
    what = _asked(rule)
    if rule.within_days is not None:
        days = ngettext("%(num)s day", "%(num)s days", rule.within_days)
        what = _("%(what)s within %(days)s", what=what, days=days)
    if rule.from_stage is not None:
        stage = stage_name(rule.from_stage)
        what = _("%(what)s by someone already in %(stage)s", what=what, stage=stage)
    return _("%(what)s.", what=what)


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


def _asked(rule: Rule) -> str:
    if rule.min_score is not None:
        return _("A score of %(score)s points or more", score=rule.min_score)
    kinds = one_of(_done(kind) for kind in kinds_in_order(rule.kinds))
    if rule.at_least > 1:
        return _("At least %(count)s times any %(kinds)s", count=rule.at_least, kinds=kinds)
    return _("Any %(kinds)s", kinds=kinds)


def _done(kind: ContentKind) -> str:
    """Return what somebody did, as it reads after "any"."""
    return {
        ContentKind.PAGE: _("page visited"),
        ContentKind.ARTICLE: _("article read"),
        ContentKind.SOCIAL: _("social post engaged with"),
        ContentKind.SURVEY: _("survey filled in"),
        ContentKind.WEBINAR_SIGNUP: _("webinar signed up for"),
        ContentKind.WEBINAR: _("webinar attended"),
        ContentKind.DOWNLOAD: _("educational download"),
        ContentKind.CASE_STUDY: _("case study viewed"),
        ContentKind.COMPARISON: _("comparison viewed"),
        ContentKind.PRICING: _("prices viewed"),
        ContentKind.DEMO: _("demo requested"),
        ContentKind.OTHER: _("other touch"),
    }[kind]
