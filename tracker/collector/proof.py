"""Proof that a page may say who somebody is: what it says, signed with the site's secret."""

import hashlib
import hmac

from tracker.collector.domain import Hit


def sign(secret: str, *, user_id: str = "", email: str = "") -> str:
    """Return the signature of who somebody is: of all that a message names."""
    lines = [f"{mark}:{name}" for mark, name in (("u", user_id), ("e", email.casefold())) if name]
    return hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def is_signed(hit: Hit, signature: object, secret: str) -> bool:
    """Return whether whoever holds the secret has signed just what a hit names."""
    if not (secret and isinstance(signature, str) and signature.isascii()):
        return False
    named = hit.user_id + hit.email
    if not named or "\n" in named or hit.previous_id:
        return False
    expected = sign(secret, user_id=hit.user_id, email=hit.email)
    return hmac.compare_digest(expected, signature.casefold())
