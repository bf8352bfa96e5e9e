"""Sentences about kinds, rules and receipts, in the reader's language."""

from collections.abc import Iterable, Sequence

from babel.lists import format_list
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _

from tracker.stages.domain import Cause, FitField, Rule, Stage
from tracker.stages.explain import Unmet, kinds_in_order
from tracker.touches.domain import Classed, ContentKind, IntendedStage, Purpose, Subject


def kind_name(kind: ContentKind) -> str:
    """Return what a kind of content is called."""
    return {
        ContentKind.PAGE: _("Page"),
        ContentKind.ARTICLE: _("Article"),
        ContentKind.SOCIAL: _("Social post"),
        ContentKind.SURVEY: _("Survey"),
        ContentKind.WEBINAR_SIGNUP: _("Webinar sign-up"),
        ContentKind.WEBINAR: _("Webinar attended"),
        ContentKind.DOWNLOAD: _("Download"),
        ContentKind.CASE_STUDY: _("Case study"),
        ContentKind.COMPARISON: _("Comparison"),
        ContentKind.PRICING: _("Pricing"),
        ContentKind.DEMO: _("Demo request"),
        ContentKind.OTHER: _("Other"),
    }[kind]


def did(kind: ContentKind) -> str:
    """Return what somebody did with content of a kind, as the end of a sentence."""
    return {
        ContentKind.PAGE: _("visited a page"),
        ContentKind.ARTICLE: _("read an article"),
        ContentKind.SOCIAL: _("engaged with a social post"),
        ContentKind.SURVEY: _("filled in a survey"),
        ContentKind.WEBINAR_SIGNUP: _("signed up for a webinar"),
        ContentKind.WEBINAR: _("attended a webinar"),
        ContentKind.DOWNLOAD: _("downloaded something to learn from"),
        ContentKind.CASE_STUDY: _("looked at a case study"),
        ContentKind.COMPARISON: _("looked at a comparison"),
        ContentKind.PRICING: _("looked at prices"),
        ContentKind.DEMO: _("asked for a demo"),
        ContentKind.OTHER: _("did something else"),
    }[kind]


def thing(kind: ContentKind) -> str:
    """Return one touch of a kind as a thing that can be counted or wished for."""
    return {
        ContentKind.PAGE: _("a page visit"),
        ContentKind.ARTICLE: _("an article read"),
        ContentKind.SOCIAL: _("a social post"),
        ContentKind.SURVEY: _("a survey"),
        ContentKind.WEBINAR_SIGNUP: _("a webinar sign-up"),
        ContentKind.WEBINAR: _("a webinar attended"),
        ContentKind.DOWNLOAD: _("a download"),
        ContentKind.CASE_STUDY: _("a case study"),
        ContentKind.COMPARISON: _("a comparison"),
        ContentKind.PRICING: _("a look at prices"),
        ContentKind.DEMO: _("a demo request"),
        ContentKind.OTHER: _("anything else"),
    }[kind]


def fit_field_name(field: FitField) -> str:
    """Return what a fact about a lead or its company is called."""
    return {
        FitField.TITLE: _("Job title"),
        FitField.EMPLOYEES: _("Employees"),
        FitField.INDUSTRY: _("Industry"),
        FitField.COUNTRY: _("Country"),
    }[field]


def purpose_name(purpose: Purpose) -> str:
    """Return what an item is for."""
    return {
        Purpose.EDUCATE: _("Educate"),
        Purpose.COMPARE: _("Compare"),
        Purpose.PROVE: _("Prove"),
        Purpose.CONVERT: _("Convert"),
    }[purpose]


def subject_name(subject: Subject) -> str:
    """Return what a pattern is compared with."""
    return {
        Subject.ADDRESS: _("Address of a page"),
        Subject.ASSET: _("Asset of an event"),
        Subject.EVENT: _("Name of an event"),
    }[subject]


def classed_name(classed: Classed) -> str:
    """Return who said what an item is."""
    return {
        Classed.GUESSED: _("Guessed"),
        Classed.NAMED: _("By its event's name"),
        Classed.PATTERN: _("By a pattern"),
        Classed.HAND: _("By hand"),
    }[classed]


def stage_name(stage: Stage | IntendedStage | None) -> str:
    """Return what a stage is called."""
    return stage.value.upper() if stage else _("No stage")


def any_of(kinds: Iterable[ContentKind]) -> str:
    """Return kinds as "a survey, a webinar attended or a download"."""
    return one_of(thing(kind) for kind in kinds_in_order(frozenset(kinds)))


def one_of(words: Iterable[str]) -> str:
    """Return words as "one, another or a third"."""
    return str(format_list(list(words), style="or", locale=get_locale() or "en"))


def in_order(words: Iterable[str]) -> str:
    """Return words as "one, then another, then a third"."""
    said, *rest = words
    for word in rest:
        said = _("%(before)s, then %(after)s", before=said, after=word)
    return said


def signed(number: int) -> str:
    """Return a number with its sign."""
    return str(format_decimal(number, format="+#,##0;\N{MINUS SIGN}#,##0"))


def points(milli: int) -> str:
    """Return milli-points as points with at most one decimal."""
    return str(format_decimal(milli / 1000, format="#,##0.#"))


def in_tenths(parts: Sequence[int]) -> list[int]:
    """Return milli-points rounded to tenths of a point so that they add up to the rounded sum."""
    rounded = [part // 100 * 100 for part in parts]
    missing = (round(sum(parts), -2) - sum(rounded)) // 100
    # Whoever lost most by rounding down gets a tenth back.
    by_loss = sorted(range(len(parts)), key=lambda n: rounded[n] - parts[n])
    for place in by_loss[:missing]:
        rounded[place] += 100
    return rounded


def receipt_sentence(
    stage: Stage, rule: Rule | None, touched: Sequence[tuple[ContentKind, str]]
) -> str:
    """Return why somebody came to a stage: the rule, and the touches that met it.

    `touched` are kind and title of the deciding touches, the latest last.
    """
    name = stage_name(stage)
    if rule is not None and rule.min_score is not None:
        return _("%(stage)s because the score reached %(points)s.", stage=name,
                 points=rule.min_score)  # fmt: skip
    if not touched:
        return _("%(stage)s by a rule of the stage model.", stage=name)
    kind, title = touched[-1]
    deed = _("%(deed)s (“%(title)s”)", deed=did(kind), title=title) if title else did(kind)
    if rule is not None and rule.at_least > 1:
        deed = _("%(deed)s, one of %(num)s such touches", deed=deed, num=len(touched))
        if rule.within_days is not None:
            days = ngettext("%(num)s day", "%(num)s days", rule.within_days)
            deed = _("%(what)s within %(days)s", what=deed, days=days)
    if rule is not None and rule.from_stage is not None:
        return _("%(stage)s because this lead, already in %(before)s, %(deed)s.", stage=name,
                 before=stage_name(rule.from_stage), deed=deed)  # fmt: skip
    return _("%(stage)s because this lead %(deed)s.", stage=name, deed=deed)


def cause_sentence(stage: Stage | None, cause: Cause) -> str:
    """Return why a lead stands at a stage, or how, where no rule led it there."""
    name = stage_name(stage)
    return {
        Cause.RULE: _("%(stage)s by a rule of the stage model.", stage=name),
        Cause.DORMANT: _("Dormant: nothing happened for long. Still in %(stage)s.", stage=name),
        Cause.AWAKE: _("Awake again: the first touch after a long silence."),
        Cause.DECAY: _("Back to %(stage)s because the score fell.", stage=name),
        Cause.OVERRIDE: _("%(stage)s because somebody set it by hand.", stage=name),
        Cause.OVERRIDE_ENDED: _(
            "%(stage)s as the rules say: what was set by hand is over.", stage=name
        ),
    }[cause]


def unmet_sentence(unmet: Unmet) -> str:
    """Return what is missing to the next stage."""
    name = stage_name(unmet.stage)
    if not unmet.kinds:
        return _("%(points)s more points → %(stage)s", points=points(unmet.missing_milli),
                 stage=name)  # fmt: skip
    things = any_of(unmet.kinds)
    if unmet.missing > 1:
        things = _("%(num)s more of: %(things)s", num=unmet.missing, things=things)
    if unmet.within_days is not None:
        days = ngettext("%(num)s day", "%(num)s days", unmet.within_days)
        things = _("%(things)s within %(days)s", things=things, days=days)
    return _("%(things)s → %(stage)s", things=things, stage=name)
