"""When something happened, by a client's clock that may be wrong."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tracker.collector.times import corrected, read

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-10-05T14:30:00.123Z", "2026-10-05T14:30:00.123+00:00"),
        ("2026-10-05T14:30:00.123456+00:00", "2026-10-05T14:30:00.123456+00:00"),
        ("2026-10-05T14:30:00", "2026-10-05T14:30:00+00:00"),
        ("2026-10-05T16:30:00+02:00", "2026-10-05T14:30:00+00:00"),
        ("2015-2-02T00:30:12.984Z", "2015-02-02T00:30:12.984+00:00"),
        ("2015-2-02 00:30:12-02:30", "2015-02-02T03:00:12+00:00"),
        (1790000000, "2026-09-21T14:13:20+00:00"),
        (1790000000000, "2026-09-21T14:13:20+00:00"),
    ],
)
def test_every_form_that_clients_send_is_read(text, iso):
    assert read(text) == datetime.fromisoformat(iso)


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_moment_is_no_mistake(nothing):
    assert read(nothing) is None


@pytest.mark.parametrize(
    "bad", ["NaN-aN-aNT", "soon", float("nan"), True, [], {}, "2026-13-01T00:00:00Z", 1e300,
            "0001-01-01T00:00:00+14:00"],
)  # fmt: skip
def test_a_bad_moment_is_an_error(bad):
    with pytest.raises(ValueError):
        read(bad)


def test_a_clock_two_hours_behind_is_corrected():
    assert corrected(NOON - 2 * HOUR, NOON - 2 * HOUR, NOON) == NOON


def test_a_clock_400_days_ahead_is_corrected():
    ahead = NOON + timedelta(days=400)
    assert corrected(ahead - HOUR, ahead, NOON) == NOON - HOUR


def test_a_back_dated_event_stays_where_it_was_put():
    assert corrected(NOON - timedelta(days=49), NOON, NOON) == NOON - timedelta(days=49)


def test_without_a_time_of_sending_the_client_is_taken_at_its_word():
    assert corrected(NOON - HOUR, None, NOON) == NOON - HOUR


def test_without_any_time_it_happened_when_it_came():
    assert corrected(None, NOON, NOON) == NOON


def test_what_was_made_after_it_was_sent_happened_just_now():
    assert corrected(NOON - HOUR, NOON - 2 * HOUR, NOON) == NOON


def test_nothing_happens_a_day_ahead():
    assert corrected(NOON + timedelta(hours=25), None, NOON) == NOON


def test_nothing_happened_before_1970():
    with pytest.raises(ValueError):
        corrected(datetime.fromisoformat("1969-12-31T00:00:00+00:00"), None, NOON)


@given(st.text() | st.integers() | st.floats() | st.booleans())
def test_reading_returns_a_moment_or_says_that_it_is_none(value):
    try:
        moment = read(value)
    except ValueError:
        return
    assert moment is None or moment.utcoffset() == timedelta()
