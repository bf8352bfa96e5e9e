"""How pages say moments, spans, numbers and money."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import g

from tests.builders import NOON
from tests.people import log_in
from tracker.web import words


@pytest.fixture
def at_noon(app):
    """Put the moment of the request at NOON."""
    with app.test_request_context():
        g.now = NOON
        yield


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(minutes=-3), "3 minutes ago"),
        (timedelta(days=-2), "2 days ago"),
        (timedelta(hours=5), "in 5 hours"),
        (timedelta(hours=23), "in 23 hours"),
        (timedelta(days=-314), "10 months ago"),
    ],
)
def test_a_moment_is_said_as_seen_from_now(at_noon, span, said):
    assert words.relative(NOON + span) == said


def test_exactly_is_by_the_clock_of_the_workspace(app, client):
    log_in(client)
    form = {"name": "Acme", "zone": "America/New_York", "currency": "USD"}
    client.post("/settings", data=form)
    assert words_of(client, app) == "Wed, Mar 4, 2026, 07:00 EST"


def words_of(client, app):
    """Return NOON as a page of this client says it."""
    cookie = client.get_cookie("tracker_session").value
    with app.test_request_context(headers={"Cookie": f"tracker_session={cookie}"}):
        return words.exact(NOON)


def test_numbers_have_at_most_one_decimal_and_percentages_one(at_noon):
    assert words.number(1204567) == "1,204,567"
    assert words.number(14.651) == "14.7"
    assert words.percent(0.105249) == "10.5%"
    assert words.percent(0.5) == "50.0%"


def test_money_is_exact_and_has_its_currency(at_noon):
    assert words.money(Decimal("1204.5"), "EUR") == "€1,204.50"


def test_what_is_not_there_is_a_dash(at_noon):
    said = {words.relative(None), words.exact(None), words.day(None), words.number(None)}
    said |= {words.money(None, "EUR"), words.percent(None), words.duration(None)}
    assert said == {words.DASH}
