"""Attempts to log in are counted per account and network, and per network."""

from datetime import timedelta

import pytest

from tests.builders import NOON
from tracker.errors import TooMany
from tracker.workspaces import logins

ANN, HERE, THERE = "ann@acme.example", "c00002", "c63364"


def attempts(session, count, *, email=ANN, network=HERE, now=NOON):
    """Try so often."""
    for _ in range(count):
        logins.attempt(session, email, network, now=now)


def test_the_eleventh_in_a_quarter_of_an_hour_is_too_many(session):
    attempts(session, 10)
    with pytest.raises(TooMany) as refused:
        attempts(session, 1, now=NOON + timedelta(minutes=5))
    assert refused.value.retry_after == 10 * 60 + 1


def test_another_network_and_another_account_are_counted_apart(session):
    attempts(session, 10)
    attempts(session, 10, network=THERE)
    attempts(session, 10, email="bob@acme.example")


def test_a_network_has_a_hundred_an_hour(session):
    for number in range(100):
        attempts(session, 1, email=f"ann{number}@acme.example")
    with pytest.raises(TooMany):
        attempts(session, 1, email="bob@acme.example")
    attempts(session, 1, network=THERE)
    attempts(session, 1, now=NOON + timedelta(minutes=61))


def test_a_success_forgives_the_account_and_takes_its_own_attempt_back(session):
    attempts(session, 9)
    attempts(session, 1, now=NOON + timedelta(minutes=1))
    logins.forgive(session, ANN, HERE, now=NOON + timedelta(minutes=1))
    attempts(session, 10, now=NOON + timedelta(minutes=2))
    with pytest.raises(TooMany):
        attempts(session, 1, now=NOON + timedelta(minutes=2))
