"""Which item of the catalogue a hit is about, and what kind an item is until someone says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from tracker.collector.domain import Hit, MessageType
from tracker.touches.domain import SCORED, Classed, ContentKind

# Names that customers give their events; a workspace edits its own copy.
DEFAULT_EVENT_NAMES: Mapping[str, ContentKind] = {
    "page viewed": ContentKind.PAGE,
    "content read": ContentKind.ARTICLE,
    "article read": ContentKind.ARTICLE,
    "social engagement": ContentKind.SOCIAL,
    "social post engaged": ContentKind.SOCIAL,
    "survey completed": ContentKind.SURVEY,
    "survey filled": ContentKind.SURVEY,
    "survey submitted": ContentKind.SURVEY,
    "webinar registered": ContentKind.WEBINAR_SIGNUP,
    "webinar attended": ContentKind.WEBINAR,
    "asset downloaded": ContentKind.DOWNLOAD,
    "file downloaded": ContentKind.DOWNLOAD,
    "ebook downloaded": ContentKind.DOWNLOAD,
    "whitepaper downloaded": ContentKind.DOWNLOAD,
    "case study viewed": ContentKind.CASE_STUDY,
    "comparison viewed": ContentKind.COMPARISON,
    "pricing viewed": ContentKind.PRICING,
    "demo requested": ContentKind.DEMO,
    "first contact": ContentKind.PAGE,
}

_SEGMENTS: tuple[tuple[ContentKind, frozenset[str]], ...] = (
    (ContentKind.PRICING, frozenset({"pricing", "prices", "plans"})),
    (ContentKind.CASE_STUDY, frozenset({"case-studies", "case-study", "customers",
                                        "success-stories"})),
    (ContentKind.COMPARISON, frozenset({"compare", "comparison", "comparisons", "vs",
                                        "alternatives"})),
    (ContentKind.ARTICLE, frozenset({"blog", "articles", "article", "guides", "guide", "news",
                                     "insights", "resources"})),
)  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_GAPS = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """What a hit says about the item that it touches."""

    key: str
    kind: ContentKind
    title: str
    url: str
    classed: Classed = Classed.GUESSED


@lru_cache(maxsize=1024)
def fold_name(name: str) -> str:
    """Return an event name without case, spaces, dashes or camel humps."""
    return _GAPS.sub(" ", _CAMEL.sub(" ", name)).strip().casefold()


def item_of(hit: Hit, event_names: Mapping[str, ContentKind]) -> Item | None:
    """Return the item that a hit touches, or None if it is about no content."""
    if hit.type not in SCORED:
        return None
    if hit.type is MessageType.TRACK:
        return _event_item(hit, event_names)
    return _page_item(hit.url, hit.title, hit.name)


@lru_cache(maxsize=1024)
def page_key(url: str) -> str:
    """Return the part of a URL that names a page: host and path, without www, slash, query."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return url[:600]
    return f"{host}{parts.path.rstrip('/') or '/'}"[:600]


@lru_cache(maxsize=1024)
def guess_kind(url: str) -> ContentKind:
    """Return the kind that a page's path suggests; a marketer may class it otherwise."""
    try:
        segments = {part.casefold() for part in urlsplit(url).path.split("/") if part}
    except ValueError:
        return ContentKind.PAGE
    for kind, words in _SEGMENTS:
        if segments & words:
            return kind
    return ContentKind.PAGE


def _event_item(hit: Hit, event_names: Mapping[str, ContentKind]) -> Item:
    name = fold_name(hit.name)
    kind = event_names.get(name)
    return Item(
        key=f"event:{name[:200]}|{hit.asset.casefold()[:300]}",
        kind=kind or ContentKind.OTHER,
        title=hit.title or hit.asset or hit.name,
        url=hit.url,
        classed=Classed.NAMED if kind else Classed.GUESSED,
    )


@lru_cache(maxsize=2048)
def _page_item(url: str, title: str, name: str) -> Item:
    if not url:
        name = name or title
        return Item(key=f"page:{name.casefold()[:600]}", kind=ContentKind.PAGE, title=name, url="")
    return Item(key=f"url:{page_key(url)}", kind=guess_kind(url), title=title or name, url=url)
