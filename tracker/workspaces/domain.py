"""Roles and what each may do."""

from enum import StrEnum


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
