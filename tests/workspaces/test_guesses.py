"""What a password may not be."""

import pytest

from tracker.errors import Invalid
from tracker.workspaces.guesses import check_password

CONTEXT = ("Acme Rockets Ltd", "ann.smith@acme.example")


@pytest.mark.parametrize(
    "password",
    [
        *("password", "Password1", "password123", "P@ssw0rd", "passw0rd!", "PASSWORD2026!"),
        *("12345678", "123456789", "1234567890", "87654321", "11111111", "aaaaaaaaaaaa"),
        *("qwertyuiop", "qwerty123", "asdfghjkl", "abcdefgh", "abcd1234", "abcabcabc"),
        *("iloveyou", "sunshine1", "football", "trustno1", "letmein!!", "welcome123"),
        *("admin123", "changeme", "master123", "dragon99", "baseball1", "superman1"),
        *("rockets1", "ACME2026", "acmeacme", "annsmith", "smith1234", "acme-2026"),
        *("seven77", "", "x" * 129),
    ],
)
def test_first_guesses_are_refused(password):
    with pytest.raises(Invalid) as refused:
        check_password(password, *CONTEXT)
    assert "password" in refused.value.fields


@pytest.mark.parametrize(
    "password",
    [
        "fourteen blue whales",
        "correct horse battery staple",
        " a space at each end ",
        "żółw pije kawę",
        "🐋🐠🦀🐙🐡🦑🐚🐬",
        "k7#mQ2pz",
        "x7Kq-" * 25 + "abc",
        "the acme password is long",
    ],
)
def test_everything_else_is_taken_as_it_is(password):
    check_password(password, *CONTEXT)
