"""How much speaks for two leads being one person: facts in, clues and a score out."""

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

# So many share a telephone or a browser at most before it tells nobody apart.
FEW = 3
# So many of one company may have one word of a name before the rest is not compared.
MANY = 40
LIKELY, WEAK = 50, 30

# Where a part behind + leads to the same mailbox, and where dots make no difference either.
_PLUS = frozenset(
    {"gmail.com", "outlook.com", "hotmail.com", "live.com", "icloud.com", "me.com", "mac.com",
     "fastmail.com", "fastmail.fm", "proton.me", "protonmail.com", "pm.me"}
)  # fmt: skip
_DOTLESS = frozenset({"gmail.com", "proton.me", "protonmail.com", "pm.me"})
_SAME_HOST = {"googlemail.com": "gmail.com"}
_FOLDING = _PLUS | _DOTLESS | _SAME_HOST.keys()
_TITLES = frozenset({"dr", "herr", "frau", "mgr", "mr", "mrs", "ms", "mx", "pan", "pani", "prof"})
_WORD = re.compile(r"\w+")
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})


class Clue(StrEnum):
    """Something that speaks for two leads being one person."""

    MAILBOX = "mailbox"
    CLAIMED = "claimed"
    NAME = "name"
    WORDS = "words"
    PHONE = "phone"
    SPELLING = "spelling"
    INITIAL = "initial"
    BROWSER = "browser"
    NAMESAKE = "namesake"


# How sure each clue makes us on its own, of 100.
WEIGHTS = {
    Clue.MAILBOX: 90,
    Clue.CLAIMED: 80,
    Clue.NAME: 75,
    Clue.WORDS: 65,
    Clue.PHONE: 60,
    Clue.SPELLING: 55,
    Clue.INITIAL: 50,
    Clue.BROWSER: 35,
    # There are many of one name: it only strengthens what else is known.
    Clue.NAMESAKE: 25,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What is compared of a lead: its name folded to words, its telephone to digits."""

    lead: int
    words: tuple[str, ...] = ()
    email: str = ""
    digits: str = ""
    company: int | None = None

    @classmethod
    def of(cls, lead: int, *, name: str, email: str, phone: str, company: int | None) -> "Profile":
        """Return what is compared of somebody."""
        digits = "".join(filter(str.isdecimal, phone))
        return cls(
            lead=lead,
            words=words_of(name),
            email=email,
            # Behind its country's number or its zero it is the same telephone.
            digits=digits[-9:] if len(digits) >= 7 else "",
            company=company,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Twins:
    """Two leads that may be one person, the clues with what they are about, and the score."""

    lead: int
    other: int
    clues: Mapping[Clue, str]
    score: int


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents, points and titles."""
    bare = name.casefold()
    if not bare.isascii():
        plain = unicodedata.normalize("NFKD", bare.translate(_PLAIN))
        bare = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(word for word in _WORD.findall(bare) if word not in _TITLES)


def mailbox(email: str) -> str:
    """Return the mailbox that an address leads to, where its host is known to fold addresses."""
    local, _, host = email.partition("@")
    host = _SAME_HOST.get(host, host)
    if host in _PLUS:
        local = local.partition("+")[0]
    if host in _DOTLESS:
        local = local.replace(".", "")
    return f"{local}@{host}"


def candidates(profiles: Mapping[int, Profile]) -> tuple[set[tuple[int, int]], frozenset[str]]:
    """Return the pairs of leads that are worth a look, and the telephones that many share.

    Whoever has nothing in common never meets: the work grows with people, not with pairs.
    """
    blocks: dict[object, list[int]] = {}
    for lead, profile in profiles.items():
        for key in _keys(profile):
            blocks.setdefault(key, []).append(lead)
    found: set[tuple[int, int]] = set()
    common = set()
    for key, block in blocks.items():
        if len(block) < 2:
            continue
        if len(block) <= (FEW if isinstance(key, str) else MANY):
            found.update(combinations(sorted(block), 2))
        elif isinstance(key, str):
            common.add(key)
    return found, frozenset(common)


def compare(
    one: Profile,
    other: Profile,
    *,
    heard: Mapping[Clue, str],
    common: Container[str],
    shared: Container[str],
) -> Twins | None:
    """Return what speaks for two leads being one; None where nothing does.

    `heard` is what their messages tell, `common` are telephones and `shared` mail domains that
    many have.
    """
    clues = dict(heard)
    if one.email and other.email and mailbox(one.email) == mailbox(other.email):
        clues[Clue.MAILBOX] = mailbox(one.email)
    is_one_line = one.digits != "" and one.digits == other.digits and one.digits not in common
    if is_one_line and not _are_strangers(one, other):
        clues[Clue.PHONE] = one.digits
    named = _named(one, other)
    if named is not None and not _are_told_apart(one, other, named, shared):
        clues[named] = " / ".join(sorted({" ".join(one.words), " ".join(other.words)}))
    if not clues:
        return None
    first, second = sorted((one.lead, other.lead))
    return Twins(lead=first, other=second, clues=clues, score=score_of(clues))


def score_of(clues: Iterable[Clue]) -> int:
    """Return how sure some clues make us together, of 100: each takes its part of the doubt."""
    doubt = 1.0
    for clue in clues:
        doubt *= 1 - WEIGHTS[clue] / 100
    return min(99, round(100 * (1 - doubt)))


def _keys(profile: Profile) -> Iterable[object]:
    # Any other address has one lead already.
    if profile.email.partition("@")[2] in _FOLDING:
        yield mailbox(profile.email)
    if profile.digits:
        yield profile.digits
    if profile.company is not None and len(profile.words) >= 2:
        for word in {profile.words[0], profile.words[-1]}:
            yield profile.company, word


def _named(one: Profile, other: Profile) -> Clue | None:
    if len(one.words) < 2 or len(other.words) < 2:
        return None
    are_together = one.company is not None and one.company == other.company
    if sorted(one.words) == sorted(other.words):
        if not are_together:
            return Clue.NAMESAKE
        return Clue.NAME if one.words == other.words else Clue.WORDS
    if not are_together or len(one.words) != len(other.words):
        return None
    differing = [pair for pair in zip(one.words, other.words, strict=True) if pair[0] != pair[1]]
    if len(differing) != 1:
        return None
    short, long = sorted(differing[0], key=len)
    if len(short) == 1:
        return Clue.INITIAL if long.startswith(short) else None
    return Clue.SPELLING if len(short) >= 4 and _is_slip(short, long) else None


def _is_slip(short: str, long: str) -> bool:
    """Return whether a letter more, another letter or two swapped ones are all the difference."""
    place = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), None)
    if place is None:
        return len(long) - len(short) == 1
    if len(long) != len(short):
        return short[place:] == long[place + 1 :]
    swapped = short[place + 1 : place + 2] + short[place]
    is_swapped = swapped + short[place + 2 :] == long[place:]
    return is_swapped or short[place + 1 :] == long[place + 1 :]


def _are_strangers(one: Profile, other: Profile) -> bool:
    """Return whether not a word of their names is alike: they may have one desk, or one home."""
    first, second = ({word[0] for word in each.words} for each in (one, other))
    words = set(one.words) & set(other.words)
    return bool(first and second) and not words and len(first & second) < 2


def _are_told_apart(one: Profile, other: Profile, clue: Clue, shared: Container[str]) -> bool:
    """Return whether their own company gives the two an address each."""
    (local, _, host), (second, _, where) = (p.email.partition("@") for p in (one, other))
    if not (local and second) or host != where or host in shared or local == second:
        return False
    # jo.roe@ and jo.roe2@ are two people to whoever gives out the addresses.
    is_numbered = local.rstrip("0123456789") == second.rstrip("0123456789")
    return is_numbered or clue in (Clue.SPELLING, Clue.INITIAL)
