"""Passwords: how they are kept, and how one is tried without telling who exists."""

import argon2

from tracker.ids import new_secret

_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

# What an unknown address is tried against, so that it takes as long as a known one.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$GMIlE8j3YIjuyYakulEJkg"
    "$+4GTkWj+VaCofZIw18MSdto55BWzYswaoh4vDADxVyg"
)
INITIAL_LENGTH = 16


def hashed(password: str) -> str:
    """Return what is kept of a password; slow on purpose, so never call it while writing."""
    return _hasher.hash(password.encode(errors="surrogatepass"))


def fits(password: str, password_hash: str | None) -> bool:
    """Return whether a password is the one that was kept; without one it takes as long."""
    try:
        _hasher.verify(password_hash or _NOBODY, password.encode(errors="surrogatepass"))
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
    return password_hash is not None


def initial() -> str:
    """Return a password for somebody else, who will change it at the first log-in."""
    return new_secret()[:INITIAL_LENGTH]
