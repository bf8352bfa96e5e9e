"""Patterns as people write them, and which of several that match is the more exact.

Only `*` is special: any run of characters, slashes too.  An address is compared by host and
path, without scheme, port, www, a slash at the end, query, capitals and encodings; one that
begins with a slash is a path on any host.  Assets and events are compared as event names are:
capitals, spaces, dashes and underscores do not matter.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from tracker.errors import Invalid
from tracker.touches.content import fold_name
from tracker.touches.domain import Subject

LONGEST = 300
STARS = 8

_FOREIGN = frozenset("^$\\|[]{}<>\"'`")
_SCHEME = re.compile(r"^https?://", re.IGNORECASE)
_PORT = re.compile(r":\d*$")


class Scope(StrEnum):
    """Which part of a key is compared."""

    PLACE = "place"
    PATH = "path"
    ASSET = "asset"
    EVENT = "event"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """A pattern in the form in which it is compared."""

    scope: Scope
    glob: str

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Return how exact it is: no star before a star, the longer path, the longer whole.

        Of events the asset is what the path is of addresses; stars count for nothing.
        """
        cut = {Scope.PLACE: "/", Scope.EVENT: "|"}.get(self.scope, "")
        tail = self.glob[self.glob.find(cut) :] if cut else self.glob
        return "*" not in self.glob, _letters(tail), _letters(self.glob)

    def matches(self, texts: Mapping[Scope, str]) -> bool:
        """Return whether a key, by its texts, is one of those that are meant."""
        text = texts.get(self.scope)
        return text is not None and _fits(self.glob, text)


def parse(subject: Subject, text: str) -> Pattern:
    """Return what somebody wrote as a pattern; raise Invalid with the reason at the field."""
    text = text.strip()
    reason = _wrong_with(text)
    if reason:
        raise _refused(reason)
    if subject is Subject.ADDRESS:
        pattern = _address(text)
    elif subject is Subject.ASSET:
        pattern = Pattern(scope=Scope.ASSET, glob=_fold_words(text))
    else:
        pattern = _event(text)
    if not any(char.isalnum() for char in pattern.glob):
        raise _refused("this would take in everything; say at least one word of it")
    return pattern


def texts_of(key: str) -> dict[Scope, str]:
    """Return what patterns are compared with, of an item's key."""
    form, _, rest = key.partition(":")
    if form == "url":
        host, slash, path = rest.partition("/")
        path = _fold_path(slash + path)
        return {Scope.PLACE: host.casefold() + path, Scope.PATH: path}
    if form == "event":
        name, _, asset = rest.partition("|")
        folded = fold_name(asset)
        return {Scope.EVENT: f"{name}|{folded}"} | ({Scope.ASSET: folded} if folded else {})
    return {Scope.EVENT: f"{fold_name(rest)}|"} if form == "page" else {}


def _wrong_with(text: str) -> str:
    if not text:
        return "this is empty"
    if len(text) > LONGEST:
        return f"this is longer than {LONGEST} characters"
    if text.count("*") > STARS:
        return f"there are more than {STARS} stars in it"
    if not text.isprintable():
        return "there are characters in it that cannot be seen"
    return ""


def _address(text: str) -> Pattern:
    if any(char.isspace() for char in text):
        raise _refused("an address has no spaces")
    if "?" in text or "#" in text:
        raise _refused("addresses are compared without what follows ? or #; leave it out")
    if _FOREIGN & set(text):
        raise _refused("only * is special here, for any run of characters; see the examples")
    text = _SCHEME.sub("", text)
    if "://" in text or "@" in text.partition("/")[0]:
        raise _refused("this is no address of a page, such as acme.example/pricing")
    host, slash, path = text.partition("/")
    if not slash and "." not in host:
        if "*" in host:
            return Pattern(scope=Scope.PLACE, glob=_fold_path(host))
        raise _refused("write host and path, acme.example/pricing, or a path that begins with /")
    path = _fold_path(slash + path)
    if not host:
        return Pattern(scope=Scope.PATH, glob=path)
    return Pattern(scope=Scope.PLACE, glob=_fold_host(host) + path)


def _event(text: str) -> Pattern:
    name, bar, asset = text.partition("|")
    if not _fold_words(name):
        raise _refused("say the event's name first, and then | and the asset if you mean one")
    return Pattern(
        scope=Scope.EVENT, glob=f"{_fold_words(name)}|{_fold_words(asset) if bar else '*'}"
    )


def _fold_host(host: str) -> str:
    host = _PORT.sub("", host.casefold()).removeprefix("www.").rstrip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        raise _refused("there is no host of this name") from None


def _fold_path(path: str) -> str:
    folded = unicodedata.normalize("NFC", unquote(path).casefold())
    return folded.rstrip("/") or "/"


def _fold_words(text: str) -> str:
    # What stands between stars is folded as names are; a star is no gap.
    return "*".join(_spaced(part) for part in text.split("*")).strip()


def _spaced(part: str) -> str:
    folded = fold_name(part)
    before = " " if part[:1] and fold_name(part[:1]) == "" else ""
    after = " " if part[-1:] and fold_name(part[-1:]) == "" else ""
    return f"{before}{folded}{after}" if folded else before


def _letters(glob: str) -> int:
    return len(glob) - glob.count("*")


def _fits(glob: str, text: str) -> bool:
    # From left to right, each piece at its first place: no way back, so no way to be slow.
    head, *rest = glob.split("*")
    if not rest:
        return text == head
    if not text.startswith(head):
        return False
    at = len(head)
    *middle, tail = rest
    for piece in middle:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(text) - at >= len(tail) and text.endswith(tail)


def _refused(reason: str) -> Invalid:
    return Invalid("this is no pattern", fields={"pattern": reason})
