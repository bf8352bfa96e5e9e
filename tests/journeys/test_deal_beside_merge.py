"""Sales opens a deal while its lead merges into another: the deal is where the lead went."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from tests.builders import NOON, days, lead_of, make_house, record
from tracker import journey
from tracker.handoff import service as handoff
from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.identity.models import Lead
from tracker.pipeline.service import By, NewDeal
from tracker.rebuild import verify
from tracker.workspaces.models import Workspace


def accept(session, lead: Lead) -> None:
    """Accept the only offer there is."""
    yes = handoff.Answer(verdict=HandoffStatus.ACCEPTED, by=None)
    workspace = session.get_one(Workspace, lead.workspace_id)
    offer = session.scalars(select(Handoff)).one()
    journey.answer_handoff(session, workspace, offer.code, answer=yes, now=NOON)


def open_by_hand(session, lead: Lead) -> None:
    """Open a deal that nobody offered."""
    new = NewDeal(lead=lead, title="By hand", currency="EUR")
    journey.open_deal(session, new, by=By(user_id=None, now=NOON))


def wait_until_it_waits(engine, opened: Future[None]) -> None:
    """Return as soon as whoever opens the deal waits for the merge, or is done."""
    if engine.dialect.name == "sqlite":
        return  # It waits for its turn to write.
    with engine.connect() as other:
        while not opened.done():
            if other.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
            other.rollback()


@pytest.mark.parametrize("opens", [accept, open_by_hand])
def test_a_deal_opens_where_its_lead_went_meanwhile(session, database, engine, opens) -> None:
    house = make_house(session)
    record(session, house.page(user_id="u1", occurred_at=NOON - days(2)))
    record(session, house.event("Demo Requested", email="ana@firm.example"))
    retired = lead_of(session, house, "e:ana@firm.example").id
    session.commit()

    def open_deal() -> None:
        with database.writing() as own:
            opens(own, own.get_one(Lead, retired))
            own.commit()

    with ThreadPoolExecutor(1) as threads, database.writing() as merging:
        joins = house.identify("ana@firm.example", user_id="u1", occurred_at=NOON - days(1))
        record(merging, joins, now=NOON)
        opened = threads.submit(open_deal)
        wait_until_it_waits(engine, opened)
        merging.commit()
    opened.result()
    with database.reading() as fresh:
        (place,) = fresh.scalars(text("SELECT lead_id FROM deal"))
        assert place == lead_of(fresh, house, "u:u1").id != retired
        assert list(verify(fresh, house.workspace.id, now=NOON)) == []
