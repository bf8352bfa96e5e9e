"""Roles, and what an address is."""

import pytest

from tracker.errors import Invalid
from tracker.workspaces.domain import Role, clean_email, may


@pytest.mark.parametrize(
    ("role", "needed", "is_allowed"),
    [
        (Role.OWNER, Role.REP, True),
        (Role.OWNER, Role.OWNER, True),
        (Role.MARKETER, Role.MARKETER, True),
        (Role.MARKETER, Role.REP, False),
        (Role.REP, Role.VIEWER, True),
        (Role.REP, Role.MARKETER, False),
        (Role.VIEWER, Role.VIEWER, True),
        (Role.VIEWER, Role.REP, False),
    ],
)
def test_a_role_may_do_what_is_within_it(role, needed, is_allowed):
    assert may(role, needed) is is_allowed


def test_nobody_may_do_what_nobody_is_named_for():
    assert not may(Role.OWNER)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ann@ACME.example", "ann@acme.example"),
        ("  o'hara+x@mail.acme.example\n", "o'hara+x@mail.acme.example"),
        ("żaneta@bücher.example", "żaneta@bücher.example"),
    ],
)
def test_an_address_is_kept_in_one_way(typed, kept):
    assert clean_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("", "ann", "ann@", "@acme.example", "ann@acme", "a b@acme.example", "ann@acme..example"),
        *("a@b.example,c@d.example", "Ann <ann@acme.example>", "ann@acme.example\r\nBcc: x@y.z"),
        *("a" * 65 + "@acme.example", "ann@" + "a" * 250 + ".example", "ann\0@acme.example"),
    ],
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(Invalid) as refused:
        clean_email(typed)
    assert "email" in refused.value.fields
