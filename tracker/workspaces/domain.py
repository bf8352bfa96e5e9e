"""Roles and what each may do; what an address must be."""

import re
from enum import StrEnum

from tracker.errors import Invalid


class Role(StrEnum):
    """What somebody is in a workspace."""

    OWNER = "owner"
    MARKETER = "marketer"
    REP = "rep"
    VIEWER = "viewer"


class Scope(StrEnum):
    """What an API token opens."""

    READ = "read"
    WRITE = "write"


class SiteKind(StrEnum):
    """Where the hits of a site come from."""

    WEB = "web"
    IMPORT = "import"


# An owner may do everything; marketer and rep each have their own half; a viewer reads.
_INCLUDES: dict[Role, frozenset[Role]] = {
    Role.OWNER: frozenset(Role),
    Role.MARKETER: frozenset({Role.MARKETER, Role.VIEWER}),
    Role.REP: frozenset({Role.REP, Role.VIEWER}),
    Role.VIEWER: frozenset({Role.VIEWER}),
}


def may(role: Role, *needed: Role) -> bool:
    """Return whether a role may do what any of the needed roles may."""
    return bool(_INCLUDES[role].intersection(needed))


_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")


def clean_email(text: str) -> str:
    """Return an address as it is kept; what is none raises Invalid."""
    email = text.strip().lower()
    if len(email) > 254 or not email.isprintable() or not _EMAIL.fullmatch(email):
        raise Invalid("this is no e-mail address", fields={"email": "as in name@company.example"})
    return email
