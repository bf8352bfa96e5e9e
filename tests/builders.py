"""Plain functions that build what a test needs and leave out what it does not say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import journey
from tracker.collector.domain import Hit, MessageType, Traits
from tracker.handoff import service as handoff
from tracker.handoff.domain import HandoffStatus
from tracker.identity.models import Lead, VisitorEdge
from tracker.pipeline.models import Deal
from tracker.touches.domain import Touch
from tracker.touches.models import Visitor
from tracker.workspaces import service as workspaces
from tracker.workspaces.models import Site, Workspace

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class House:
    """A furnished workspace with one site."""

    workspace: Workspace
    site: Site

    def hit(self, **facts: object) -> Hit:
        """Return a hit of the site: at NOON, a page view by a Firefox unless facts say more."""
        number = next(_numbers)
        usual: dict[str, object] = {
            "workspace_id": self.workspace.id,
            "site_id": self.site.id,
            "message_id": number.to_bytes(16, "big"),
            "type": MessageType.PAGE,
            "occurred_at": NOON,
            "received_at": facts.get("occurred_at", NOON),
            "user_agent": FIREFOX,
        }
        return Hit(**usual | facts)  # type: ignore[arg-type]

    def adopt(self, hit: Hit) -> Hit:
        """Return another house's hit as if it had come here."""
        return hit._replace(workspace_id=self.workspace.id, site_id=self.site.id)

    def page(self, path: str = "/", **facts: object) -> Hit:
        """Return a page view."""
        return self.hit(url=f"https://www.acme.example{path}", **facts)

    def event(self, name: str, asset: str = "", **facts: object) -> Hit:
        """Return an event about an asset."""
        return self.hit(type=MessageType.TRACK, name=name, asset=asset, **facts)

    def identify(self, email: str = "", **facts: object) -> Hit:
        """Return a message that says who somebody is."""
        traits = Traits(email=email, name=str(facts.pop("person", "")))
        properties = f'{{"email":"{email}","name":"{traits.name}"}}'
        return self.hit(
            type=MessageType.IDENTIFY, email=email, traits=traits, properties=properties, **facts
        )


def make_house(session: Session, name: str = "Acme") -> House:
    """Return a furnished workspace with one site."""
    workspace = workspaces.create(session, name, now=NOON)
    journey.found_workspace(session, workspace, now=NOON)
    return House(
        workspace=workspace, site=workspaces.add_site(session, workspace.id, "Web", now=NOON)
    )


def record(session: Session, *hits: Hit, now: datetime | None = None) -> tuple[bool, ...]:
    """Put hits onto the journey at once; say which of them are new."""
    moment = now or max(hit.received_at for hit in hits)
    return journey.record(session, hits, now=moment).is_new


def make_bofu_lead(session: Session, house: House, email: str = "ana@firm.example") -> Lead:
    """Return a known lead that has just asked for a demo, and so is offered to sales."""
    record(session, house.identify(email), house.event("Demo Requested", email=email))
    return lead_of(session, house, f"e:{email}")


def make_deal(
    session: Session, house: House, email: str = "ana@firm.example", *, by: int | None = None
) -> Deal:
    """Return the open deal of a lead whom sales accepted at NOON."""
    lead = make_bofu_lead(session, house, email)
    offered = handoff.of_lead(session, house.workspace.id, lead.id)[-1]
    yes = handoff.Answer(verdict=HandoffStatus.ACCEPTED, by=by)
    _, deal = journey.answer_handoff(session, house.workspace, offered.code, answer=yes, now=NOON)
    assert deal is not None
    return deal


def look_again(session: Session) -> None:
    """Forget what was seen, so that the next look sees what the application did."""
    session.rollback()
    session.expire_all()


def lead_of(session: Session, house: House, key: str) -> Lead:
    """Return the lead that a visitor key belongs to."""
    query = (
        select(Lead)
        .join(VisitorEdge, VisitorEdge.lead_id == Lead.id)
        .join(Visitor, Visitor.id == VisitorEdge.visitor_id)
        .where(Visitor.workspace_id == house.workspace.id, Visitor.key == key)
    )
    lead = session.scalar(query)
    assert lead is not None, f"nobody is known by {key}"
    return lead


def days(number: float) -> timedelta:
    """Return so many days."""
    return timedelta(days=number)


def later(hits: Sequence[Hit], by: timedelta) -> list[Hit]:
    """Return the same hits, received later than they happened."""
    return [hit._replace(received_at=hit.received_at + by) for hit in hits]


def make_touch(number: int, **facts: object) -> Touch:
    """Return a touch for tests that need no database."""
    usual: dict[str, object] = {
        "id": number,
        "workspace_id": 1,
        "site_id": 1,
        "type": MessageType.PAGE,
        "order": (number, b"%d" % number),
        "received_at": NOON,
        "visitor_id": 1,
    }
    return Touch(**usual | facts)  # type: ignore[arg-type]
