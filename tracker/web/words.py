"""How pages say moments, spans, numbers and money: by locale, in the workspace's zone."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import flask_babel
from babel import dates
from flask import Flask
from flask_babel import Babel, gettext
from flask_login import current_user

from tracker.config import Settings
from tracker.web import context

DASH = "\N{EN DASH}"
JUST_NOW = timedelta(seconds=45)
# The next larger unit begins a fifth past one of it: ten months are not a year yet.
NEXT_UNIT_FROM = 1.2


def init_app(app: Flask, settings: Settings) -> None:
    """Teach the templates to speak."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(settings.home / "translations")
    Babel(app, locale_selector=_locale, timezone_selector=_zone)
    app.jinja_env.filters.update(
        relative=relative,
        exact=exact,
        day=day,
        number=number,
        money=money,
        percent=percent,
        duration=duration,
    )


def relative(moment: datetime | None) -> str:
    """Return how long ago, or in how long: "3 days ago"."""
    if moment is None:
        return DASH
    span = moment - context.now()
    if abs(span) < JUST_NOW:
        return gettext("just now")
    return flask_babel.format_timedelta(span, threshold=NEXT_UNIT_FROM, add_direction=True)


def exact(moment: datetime | None) -> str:
    """Return a moment to the minute, in the workspace's zone, which it names."""
    if moment is None:
        return DASH
    zone, locale = flask_babel.get_timezone(), flask_babel.get_locale()
    words = dates.format_skeleton("yMMMEd", moment, tzinfo=zone, locale=locale)
    clock = dates.format_skeleton("Hm", moment, tzinfo=zone, locale=locale)
    name = dates.get_timezone_name(moment.astimezone(zone), width="short", locale=locale)
    return f"{words}, {clock} {name}"


def day(moment: datetime | date | None) -> str:
    """Return a day; a moment's day is that of the workspace's zone."""
    if moment is None:
        return DASH
    locale = flask_babel.get_locale()
    if isinstance(moment, datetime):
        moment = moment.astimezone(flask_babel.get_timezone())
    return dates.format_skeleton("yMMMd", moment, locale=locale)


def number(value: int | float | Decimal | None) -> str:
    """Return a number with at most one decimal."""
    return DASH if value is None else flask_babel.format_decimal(value, "#,##0.#")


def money(value: Decimal | int | None, currency: str) -> str:
    """Return money, exact."""
    return DASH if value is None else flask_babel.format_currency(value, currency)


def percent(share: float | None) -> str:
    """Return a share of one as a percentage with one decimal: figures in a column line up."""
    return DASH if share is None else flask_babel.format_percent(share, "#,##0.0%")


def duration(span: timedelta | float | None) -> str:
    """Return how long something took; a plain number means seconds."""
    if span is None:
        return DASH
    if not isinstance(span, timedelta):
        span = timedelta(seconds=span)
    return flask_babel.format_timedelta(span)


def _locale() -> str:
    return "en"


def _zone() -> str | None:
    return context.workspace().zone if current_user.is_authenticated else None
