"""How people find the demo company: some ways bring many, other ways bring the right ones."""

from dataclasses import dataclass

from tracker.collector.domain import Utm

_NO_UTM = Utm()


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way of arriving; `weight` says how many come by it, `quality` how far they go.

    `webinars` is how much likelier than others they are to enter by a webinar.
    """

    weight: float
    referrer: str = ""
    utm: Utm = _NO_UTM
    quality: float = 1.0
    webinars: float = 1.0

    @property
    def query(self) -> str:
        """Return the query string of the address on which they land."""
        named = {
            "source": self.utm.source,
            "medium": self.utm.medium,
            "campaign": self.utm.campaign,
            "content": self.utm.content,
        }
        pairs = [f"utm_{name}={value}" for name, value in named.items() if value]
        return "?" + "&".join(pairs) if pairs else ""


def _search(name: str) -> str:
    return f"https://www.{name}.com/"


WAYS = (
    Way(weight=27, referrer=_search("google")),
    Way(weight=4, referrer=_search("bing"), quality=0.9),
    Way(weight=2, referrer="https://duckduckgo.com/", quality=0.9),
    Way(weight=14, quality=1.1),
    Way(
        weight=8,
        referrer=_search("google"),
        utm=Utm(source="google", medium="cpc", campaign="dispatch-software", content="text-a"),
        quality=1.2,
    ),
    Way(
        weight=6,
        referrer=_search("google"),
        utm=Utm(source="google", medium="cpc", campaign="paperless-office", content="text-b"),
        quality=0.55,
    ),
    Way(
        weight=9,
        referrer="https://www.linkedin.com/",
        utm=Utm(source="linkedin", medium="paid-social", campaign="service-leaders-webinar"),
        quality=1.25,
        webinars=3.0,
    ),
    Way(weight=6, referrer="https://www.linkedin.com/", quality=0.8),
    Way(weight=3, referrer="https://www.facebook.com/", quality=0.45),
    Way(
        weight=7,
        utm=Utm(source="newsletter", medium="email", campaign="monthly-digest"),
        quality=1.4,
    ),
    Way(
        weight=4,
        utm=Utm(source="partner-mailing", medium="email", campaign="webinar-invitation"),
        quality=1.3,
        webinars=4.0,
    ),
    Way(weight=4, referrer="https://reviews.example/field-service", quality=1.6, webinars=0.4),
    Way(weight=3, referrer="https://trade-journal.example/digital", quality=1.2, webinars=0.6),
    Way(
        weight=3,
        referrer="https://ads.example/",
        utm=Utm(source="displaynet", medium="display", campaign="retargeting"),
        quality=0.6,
    ),
)
# Ways back: whoever knows the company types its name or follows its mail.
BACK_DIRECT = Way(weight=1)
BACK_BY_MAIL = Way(weight=1, utm=Utm(source="newsletter", medium="email", campaign="follow-up"))
