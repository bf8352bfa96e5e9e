"""Sentences about kinds, rules and receipts, in the reader's language."""

from collections.abc import Iterable, Sequence

from babel.lists import format_list
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _

from tracker.stages.domain import FitField, Stage
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


def done(kind: ContentKind) -> str:
    """Return what somebody did with content of a kind, as it reads after "any" or "one more"."""
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
    """Return a number with its sign; nothing has none."""
    if not number:
        return "0"
    return str(format_decimal(number, format="+#,##0;\N{MINUS SIGN}#,##0"))


def points(milli: int) -> str:
    """Return milli-points as points with at most one decimal."""
    return str(format_decimal(milli / 1000, format="#,##0.#"))


def tenths(milli: int) -> str:
    """Return milli-points as points with one decimal, for columns of them."""
    return str(format_decimal(milli / 1000, format="#,##0.0"))


def in_tenths(parts: Sequence[int]) -> list[int]:
    """Return milli-points rounded to tenths of a point so that they add up to the rounded sum."""
    rounded = [part // 100 * 100 for part in parts]
    missing = (round(sum(parts), -2) - sum(rounded)) // 100
    # Whoever lost most by rounding down gets a tenth back.
    by_loss = sorted(range(len(parts)), key=lambda n: rounded[n] - parts[n])
    for place in by_loss[:missing]:
        rounded[place] += 100
    return rounded
