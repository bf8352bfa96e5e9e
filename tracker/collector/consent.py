"""What a visitor agreed to, and what is left of a hit without it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tracker.collector.domain import Hit

_NO = frozenset({"0", "false", "no", "denied", "off"})


def consent_of(value: Any) -> bool | None:
    """Return what a value says about consent, None where it says nothing."""
    if isinstance(value, Mapping):
        value = value.get("categoryPreferences", value.get("granted"))
        return any(value.values()) if isinstance(value, Mapping) else consent_of(value)
    text = str(value).strip().casefold() if value is not None else ""
    return text not in _NO if text else None


def anonymous(hit: Hit) -> Hit:
    """Return a hit without anything that could tell its visitor from others."""
    return hit._replace(
        user_id="",
        email="",
        anonymous_id="",
        previous_id="",
        url=_campaign_only(hit.url),
        referrer=_campaign_only(hit.referrer),
        properties="",
        network=b"",
        traits=None,
    )


def _campaign_only(url: str) -> str:
    # What else stands in a query may name a person.
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, max_num_fields=100)
        query = urlencode([pair for pair in pairs if pair[0].startswith("utm_")])
        netloc = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, netloc, parts.path, query, ""))
    except ValueError:
        return ""
