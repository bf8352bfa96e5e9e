"""What companies are recognised by: a group id (g), a domain (d), a name (n)."""

import re
from collections.abc import Container
from urllib.parse import urlsplit

from tracker.collector.domain import Traits
from tracker.identity.free_mail import is_domain

# With the letter in front a key has 255 characters.
LONGEST = 253

# What stands behind a company's name and does not tell it apart from its domain's.
_FORMS = frozenset(
    {"ab", "ag", "bv", "co", "company", "corp", "corporation", "gmbh", "group", "holding", "inc",
     "kg", "limited", "llc", "llp", "ltd", "nv", "oy", "plc", "sa", "sarl", "se", "spa", "spzoo",
     "srl", "sro", "the"}
)  # fmt: skip


def keys_of(said: Traits, shared: Container[str]) -> tuple[str, ...]:
    """Return what somebody's words recognise their company by, the strongest first.

    The address's domain counts where nothing is said of a company, or where it looks like the
    name that is said: who writes from elsewhere may work for somebody else.
    """
    name = fold_name(said.company)
    site = host_of(said.company_website, shared)
    mail = domain_of(said.email, shared)
    keys = [f"g:{said.group}"] if 0 < len(said.group) <= LONGEST else []
    if site:
        keys.append(f"d:{site}")
    if mail and (resembles(said.company, mail) if states(said) else True):
        keys.append(f"d:{mail}")
    if name:
        keys.append(f"n:{name}")
    return tuple(dict.fromkeys(keys))


def states(said: Traits) -> bool:
    """Return whether somebody's words name a company."""
    return bool(said.company or said.company_website or said.group)


def fold_name(name: str) -> str:
    """Return a name as it is compared: case and spaces do not matter."""
    return " ".join(name.split()).casefold()[:LONGEST]


def domain_of(email: str, shared: Container[str]) -> str:
    """Return the domain of an address, or '' where many share it."""
    domain = email.rpartition("@")[2].casefold()
    return "" if domain in shared else domain


def host_of(website: str, shared: Container[str]) -> str:
    """Return the host of a website without its www, or '' where it tells no company."""
    text = website if "//" in website else f"//{website}"
    try:
        host = (urlsplit(text).hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:
        return ""
    return host if is_domain(host) and host not in shared else ""


def resembles(name: str, domain: str) -> bool:
    """Return whether a domain looks like a name: its beginning, more of it, or its initials."""
    words = [word for word in re.split(r"[\W_]+", name.casefold()) if word]
    telling = [word for word in words if word not in _FORMS] or words
    label = max(domain.split(".")[:-1], key=len, default="").replace("-", "")
    whole, initials = "".join(telling), "".join(word[0] for word in telling)
    if len(label) < 2 or len(whole) < 2:
        return False
    alike = min(len(whole), len(label)) >= 3 and (
        whole.startswith(label) or label.startswith(whole)
    )
    return alike or (len(initials) >= 2 and label == initials)
