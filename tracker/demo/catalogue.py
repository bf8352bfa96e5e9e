"""What the demo company has published: a made-up planner for service teams on the road."""

from dataclasses import dataclass

from tracker.touches.domain import ContentKind, IntendedStage, Purpose, Subject
from tracker.touches.items import NewPattern

SITE = "https://www.fernhollow.example"
PRODUCT = "Fernhollow"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One item of content: a page has a path only, what was done with it also an event's name."""

    kind: ContentKind
    title: str
    path: str
    event: str = ""

    @property
    def asset(self) -> str:
        """Return what an event calls the item."""
        return self.path.strip("/").rpartition("/")[2] if self.event else ""


def _pieces(
    kind: ContentKind, folder: str, event: str, titles: dict[str, str]
) -> tuple[Piece, ...]:
    return tuple(
        Piece(kind=kind, title=title, path=f"/{folder}/{slug}", event=event)
        for slug, title in titles.items()
    )


HOME = Piece(kind=ContentKind.PAGE, title=f"{PRODUCT}: plan field service in minutes", path="/")
PAGES = (
    HOME,
    *_pieces(
        ContentKind.PAGE,
        "product",
        "",
        {
            "dispatch-board": "The dispatch board",
            "mobile-app": "The app for technicians",
            "maintenance-contracts": "Maintenance contracts",
            "integrations": "Integrations",
        },
    ),
)
ARTICLES = _pieces(
    ContentKind.ARTICLE,
    "blog",
    "",
    {
        "first-time-fix-rate": "What a good first-time fix rate looks like",
        "cost-of-a-missed-visit": "The real cost of a missed visit",
        "dispatcher-on-holiday": "When the only dispatcher goes on holiday",
        "route-planning-basics": "Route planning for teams of ten",
        "spare-parts-in-the-van": "Which spare parts belong in the van",
        "winter-call-outs": "Preparing for the winter peak in call-outs",
        "service-level-agreements": "Service levels that a small team can keep",
        "paperless-job-sheets": "Leaving paper job sheets behind in six weeks",
        "apprentices-on-the-road": "Sending apprentices out on their own",
        "travel-time": "Why travel time eats your margin",
        "on-call-rota": "A fair on-call rota without arguments",
        "customer-updates": "“Where is my technician?” Updates customers like",
        "heat-pump-boom": "How heat pumps change the service calendar",
        "kpis-for-service": "Five numbers that a service manager should know",
    },
)
GUIDES = _pieces(
    ContentKind.DOWNLOAD,
    "downloads",
    "Asset Downloaded",
    {
        "dispatchers-handbook": "The dispatcher's handbook (48 pages)",
        "maintenance-calendar": "Maintenance calendar template",
        "roi-worksheet": "Worksheet: what planning costs you today",
        "rollout-checklist": "Checklist: rolling out a mobile app",
        "service-benchmark": "Field service benchmark report",
    },
)
WEBINARS = _pieces(
    ContentKind.WEBINAR,
    "webinars",
    "Webinar Attended",
    {
        "plan-a-week-in-an-hour": "Plan a whole week in one hour",
        "from-paper-to-app": "From paper to app: three service teams report",
        "winter-readiness": "Ready for winter: planning the peak",
        "skills-and-routes": "The right technician on the shortest route",
    },
)
SURVEYS = _pieces(
    ContentKind.SURVEY,
    "surveys",
    "Survey Completed",
    {
        "planning-maturity": "How mature is your planning? Ten questions",
        "state-of-field-service": "State of field service survey",
    },
)
POSTS = _pieces(
    ContentKind.SOCIAL,
    "posts",
    "Social Post Engaged",
    {
        "van-tour": "Post: what is inside a technician's van",
        "dispatcher-day": "Post: a dispatcher's day in 60 seconds",
        "whiteboard": "Post: goodbye, whiteboard",
        "benchmark-chart": "Post: travel time by team size",
    },
)
CASES = _pieces(
    ContentKind.CASE_STUDY,
    "customers",
    "",
    {
        "ashcombe-lifts": "Ashcombe Lifts saves two hours a day in dispatch",
        "merrowby-heating": "How Merrowby Heating halved its call-backs",
        "penthorne-cooling": "Penthorne Cooling keeps 98 % of its service levels",
        "wexley-fire-safety": "Wexley Fire Safety: 40 technicians, one board",
        "larkmoor-energy": "Larkmoor Energy plans 900 inspections a month",
    },
)
COMPARISONS = _pieces(
    ContentKind.COMPARISON,
    "compare",
    "",
    {
        "spreadsheets": f"{PRODUCT} or spreadsheets?",
        "shared-calendars": f"{PRODUCT} or a shared calendar?",
        "erp-add-on": f"{PRODUCT} or your ERP's add-on?",
        "build-your-own": "Buy or build: planning software",
    },
)
PRICING = Piece(kind=ContentKind.PRICING, title="Plans and prices", path="/pricing")
PROOF = (*CASES, *COMPARISONS, PRICING, PRICING, PRICING)
DEMO = Piece(kind=ContentKind.DEMO, title="Ask for a demo", path="/demo", event="Demo Requested")


def signup(webinar: Piece) -> Piece:
    """Return the registration for a webinar."""
    return Piece(
        kind=ContentKind.WEBINAR_SIGNUP,
        title=f"Registration: {webinar.title}",
        path=webinar.path,
        event="Webinar Registered",
    )


# What marketing has said so far; the product pages, posts and surveys are still to be classed.
PATTERNS = tuple(
    NewPattern(subject=subject, text=text, kind=kind, intended_stage=stage, purpose=purpose)
    for subject, text, kind, stage, purpose in (
        (Subject.ADDRESS, "/blog/*", ContentKind.ARTICLE, IntendedStage.TOFU, Purpose.EDUCATE),
        (Subject.EVENT, "asset downloaded", ContentKind.DOWNLOAD, IntendedStage.MOFU,
         Purpose.EDUCATE),
        (Subject.EVENT, "webinar attended", ContentKind.WEBINAR, IntendedStage.MOFU,
         Purpose.EDUCATE),
        (Subject.ADDRESS, "/compare/*", ContentKind.COMPARISON, IntendedStage.MOFU,
         Purpose.COMPARE),
        (Subject.ADDRESS, "/customers/*", ContentKind.CASE_STUDY, IntendedStage.BOFU,
         Purpose.PROVE),
        (Subject.ADDRESS, "/pricing", ContentKind.PRICING, IntendedStage.BOFU, Purpose.CONVERT),
    )
)  # fmt: skip
