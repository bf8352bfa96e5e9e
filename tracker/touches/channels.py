"""Where a touch came from: source, medium, campaign, and the channel that they make."""

import hashlib
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qs, unquote_plus, urlsplit

from tracker.collector.domain import NO_UTM, Hit, Utm
from tracker.collector.text import clean
from tracker.touches.domain import Channel

_SEARCH = frozenset({"google", "bing", "duckduckgo", "yahoo", "ecosia", "baidu", "yandex",
                     "startpage", "qwant", "brave"})  # fmt: skip
_SOCIAL = frozenset({"linkedin", "facebook", "twitter", "x", "t", "instagram", "youtube",
                     "reddit", "lnkd", "mastodon", "tiktok", "pinterest", "fb", "bsky",
                     "threads"})  # fmt: skip
_PAID = frozenset({"cpc", "ppc", "paid", "paidsearch", "paid-search", "paid search", "sem"})
_PAID_SOCIAL = frozenset({"paid-social", "paidsocial", "paid social", "social-paid"})
_EMAIL = frozenset({"email", "e-mail", "newsletter", "mail"})
_DISPLAY = frozenset({"display", "banner", "cpm", "retargeting"})
_ORGANIC_SOCIAL = frozenset({"social", "social-media", "sm", "social network"})
_CLICK_IDS = {"gclid": ("google", "cpc"), "msclkid": ("bing", "cpc"),
              "fbclid": ("facebook", "social"), "li_fat_id": ("linkedin", "paid-social"),
              "ttclid": ("tiktok", "paid-social")}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One way of arriving; `name` is the source."""

    name: str
    medium: str = ""
    campaign: str = ""
    term: str = ""
    creative: str = ""
    referrer: str = ""
    channel: Channel
    # 16 bytes that are equal for what reports should count as one.
    key: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the key."""
        parts = (self.name, self.medium, self.campaign, self.term, self.creative, self.referrer)
        folded = fold_label("\x1f".join(parts))
        key = hashlib.blake2b(folded.encode(), digest_size=16).digest()
        object.__setattr__(self, "key", key)


def arrival_of(hit: Hit) -> Arrival | None:
    """Return how the visitor came, or None where the hit says nothing of it."""
    return _arrival(hit.source_label, hit.utm, hit.url, hit.referrer)


@lru_cache(maxsize=2048)
def _arrival(label: str, said: Utm, url: str, referred: str) -> Arrival | None:
    if label:
        return _labelled(label)
    utm = _clean(said if said != NO_UTM else _utm_of(url))
    referrer = _outside_host(referred, url)
    if utm.source or utm.medium or utm.campaign:
        name = utm.source or referrer or "(not set)"
        return Arrival(
            name=name,
            medium=utm.medium,
            campaign=utm.campaign,
            term=utm.term,
            creative=utm.content,
            referrer=referrer,
            channel=_channel(name, utm.medium),
        )
    clicked = _click_id(url)
    if clicked:
        return Arrival(name=clicked[0], medium=clicked[1], channel=_channel(*clicked))
    if referrer:
        return Arrival(name=referrer, referrer=referrer, channel=_channel(referrer, ""))
    if url and not referred:
        return Arrival(name="(direct)", channel=Channel.DIRECT)
    return None


def clean_label(text: str) -> str:
    """Return a campaign label decoded until it is plain: one campaign in two encodings is one."""
    for _ in range(2):
        try:
            decoded = unquote_plus(text, errors="strict")
        except UnicodeDecodeError:
            break  # "50%cash" is no encoding
        if decoded == text:
            break
        text = decoded
    # Decoding may have brought to light what the door would have kept out.
    return clean(" ".join(text.split()), 255)


def fold_label(label: str) -> str:
    """Return a label in the form in which labels are compared: case does not matter."""
    return unicodedata.normalize("NFC", label.casefold())


def _labelled(label: str) -> Arrival:
    folded = label.casefold().replace(" ", "_").replace("-", "_")
    known = {channel.value: channel for channel in Channel}
    aliases = {"direct_traffic": Channel.DIRECT}
    channel = known.get(folded) or aliases.get(folded) or Channel.OTHER
    return Arrival(name=label[:255], channel=channel)


def _clean(utm: Utm) -> Utm:
    if utm is NO_UTM:
        return utm
    return Utm(
        source=clean_label(utm.source),
        medium=clean_label(utm.medium),
        campaign=clean_label(utm.campaign),
        term=clean_label(utm.term),
        content=clean_label(utm.content),
    )


def _query(url: str) -> dict[str, str]:
    try:
        query = urlsplit(url).query
        pairs = parse_qs(query, max_num_fields=100, errors="surrogateescape")
    except ValueError:
        return {}
    return {name: _readable(values[0]) for name, values in pairs.items()}


def _readable(text: str) -> str:
    # Old mail tools encode "Frühling" by the code page of their machine, not by UTF-8.
    if text.isascii():
        return text
    return text.encode(errors="surrogateescape").decode(_encoding_of(text), errors="replace")


def _encoding_of(text: str) -> str:
    return "cp1252" if any("\udc80" <= char <= "\udcff" for char in text) else "utf-8"


def _utm_of(url: str) -> Utm:
    if "utm_" not in url:
        return NO_UTM
    query = _query(url)
    return Utm(
        source=query.get("utm_source", ""),
        medium=query.get("utm_medium", ""),
        campaign=query.get("utm_campaign", ""),
        term=query.get("utm_term", ""),
        content=query.get("utm_content", ""),
    )


def _click_id(url: str) -> tuple[str, str] | None:
    if "?" not in url:
        return None
    query = _query(url)
    return next((pair for name, pair in _CLICK_IDS.items() if name in query), None)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")[:255]
    except ValueError:
        return ""


def _outside_host(referred: str, url: str) -> str:
    if not referred:
        return ""
    referrer = _host(referred)
    return "" if referrer == _host(url) else referrer


def _channel(name: str, medium: str) -> Channel:
    words = set(name.casefold().split("."))
    medium = medium.casefold()
    is_social = bool(words & _SOCIAL)
    by_medium = (
        (medium in _EMAIL, Channel.EMAIL),
        (medium in _PAID_SOCIAL or (medium in _PAID and is_social), Channel.PAID_SOCIAL),
        (medium in _PAID, Channel.PAID_SEARCH),
        (medium in _DISPLAY, Channel.DISPLAY),
        (medium in _ORGANIC_SOCIAL or is_social, Channel.SOCIAL),
        (medium == "affiliate", Channel.AFFILIATE),
        (medium == "organic" or bool(words & _SEARCH), Channel.ORGANIC_SEARCH),
        (medium in ("", "referral"), Channel.REFERRAL),
    )
    return next((channel for holds, channel in by_medium if holds), Channel.OTHER)
