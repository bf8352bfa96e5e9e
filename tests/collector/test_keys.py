"""Ids that may be keys, and ids that must not."""

import uuid

import pytest

from tracker.collector.keys import key, message_id


@pytest.mark.parametrize(
    "useless",
    ["null", "undefined", "anonymous", "guest", "[object Object]", "NaN", "0", "true", "none",
     "test", "email", "x", " ", "\t\n", "", None, True, False, 0, [], {}, float("nan"),
     "NULL", "00000000-0000-0000-0000-000000000000", "y" * 256],
)  # fmt: skip
def test_an_id_that_tells_nobody_apart_is_no_key(useless):
    assert key(useless) == ""


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("u-1", "u-1"),
        (12345, "12345"),
        (12345.0, "12345"),
        (" padded ", "padded"),
        ("żółw", "żółw"),
    ],
)
def test_an_id_is_kept_as_text(given, kept):
    assert key(given) == kept


def test_a_uuid_is_16_bytes_in_either_case():
    name = uuid.UUID("0f0e0d0c-0b0a-0908-0706-050403020100")
    assert message_id(str(name)) == message_id(str(name).upper()) == name.bytes


@pytest.mark.parametrize("text", ["ajs-next-1-2", "x" * 100, "zz0e0d0c-0b0a-0908-0706-0504"])
def test_another_id_is_its_own_bytes(text):
    assert message_id(text) == text.encode()


def test_a_long_id_is_told_from_another_that_begins_alike():
    assert message_id("x" * 101) != message_id("x" * 102)


@pytest.mark.parametrize("nothing", [None, "", "\x00", [], {}])
def test_a_message_without_an_id_gets_one_elsewhere(nothing):
    assert message_id(nothing) is None
