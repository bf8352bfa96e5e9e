"""A signature proves what a message names, all of it, and nothing else."""

import pytest

from tests.builders import NOON
from tracker.collector.domain import Hit, MessageType
from tracker.collector.proof import is_signed, sign

SECRET = "is_one"
HIT = Hit(
    workspace_id=1,
    site_id=1,
    message_id=b"m",
    type=MessageType.IDENTIFY,
    occurred_at=NOON,
    received_at=NOON,
    user_id="u-1",
    email="Ana@firm.example",
)
BOTH = sign(SECRET, user_id="u-1", email="ana@firm.example")


def test_what_is_signed_is_proved_whatever_the_case():
    assert is_signed(HIT, BOTH, SECRET)
    assert is_signed(HIT, BOTH.upper(), SECRET)
    assert is_signed(HIT._replace(email=""), sign(SECRET, user_id="u-1"), SECRET)
    assert is_signed(HIT._replace(user_id=""), sign(SECRET, email="ana@firm.example"), SECRET)


@pytest.mark.parametrize(
    "signature",
    [
        sign("is_two", user_id="u-1", email="ana@firm.example"),
        sign(SECRET, user_id="u-1"),
        sign(SECRET, email="ana@firm.example"),
        sign(SECRET, user_id="u-1", email="eva@firm.example"),
        BOTH[:1],
        BOTH[:-1],
        BOTH + "0",
        "",
        None,
        [BOTH],
        {"signature": BOTH},
        1,
        "é" * 64,
    ],
)
def test_no_other_signature_proves_it(signature):
    assert not is_signed(HIT, signature, SECRET)


def test_a_user_id_is_no_address():
    hit = HIT._replace(user_id="", email="ana@firm.example")
    assert not is_signed(hit, sign(SECRET, user_id="ana@firm.example"), SECRET)


def test_an_id_of_two_lines_proves_nothing():
    hit = HIT._replace(user_id="u-1\ne:ana@firm.example", email="")
    assert not is_signed(hit, BOTH, SECRET)


def test_without_a_secret_nothing_is_proved():
    assert not is_signed(HIT, sign("", user_id="u-1", email="ana@firm.example"), "")


def test_whoever_names_nobody_proves_nothing():
    assert not is_signed(HIT._replace(user_id="", email=""), sign(SECRET), SECRET)
