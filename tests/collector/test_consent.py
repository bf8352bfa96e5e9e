"""What a visitor agreed to, and what is left of a hit without it."""

import pytest

from tracker.collector.consent import consent_of


@pytest.mark.parametrize("yes", [True, 1, "1", "true", "granted", {"granted": True}, "yes"])
def test_yes_is_yes(yes):
    assert consent_of(yes) is True


@pytest.mark.parametrize("no", [False, 0, "0", "false", "denied", " No ", {"granted": False}])
def test_no_is_no(no):
    assert consent_of(no) is False


@pytest.mark.parametrize("nothing", [None, "", {}, {"purposes": 1}])
def test_silence_is_no_answer(nothing):
    assert consent_of(nothing) is None


def test_consent_to_any_purpose_is_consent():
    assert consent_of({"categoryPreferences": {"ads": False, "analytics": True}}) is True
    assert consent_of({"categoryPreferences": {"ads": False}}) is False
