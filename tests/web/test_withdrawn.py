"""Why an offer was withdrawn, as pages and programs read it."""

import pytest

from tests.builders import NOON, days, lead_of, make_bofu_lead, make_house, record
from tests.people import log_in
from tests.test_versions import publish, stricter
from tracker import journey
from tracker.handoff import service as handoff
from tracker.stages import versions
from tracker.stages.domain import Stage
from tracker.stages.overrides import Placement
from tracker.workspaces.domain import Role


@pytest.fixture
def house(session, client):
    house = make_house(session)
    make_bofu_lead(session, house)
    session.commit()
    log_in(client, Role.MARKETER, house.workspace)
    return house


@pytest.fixture
def ana(session, house):
    return lead_of(session, house, "e:ana@firm.example")


def put(session, house, lead, stage):
    placement, soon = Placement(stage=stage, reason="we know better"), NOON + days(0.1)
    journey.override_stage(session, house.workspace.id, lead.id, placement, by=None, now=soon)


def add(session, house, *hits):
    record(session, house.identify("b@firm.example", person="Ben"), *hits)
    return lead_of(session, house, "e:b@firm.example")


def by_hand(session, house, ana):
    put(session, house, ana, Stage.MOFU)
    return "Somebody set another stage by hand."


def under_a_version(session, house, ana):
    publish(session, house, versions.save_draft(session, house.workspace.id, stricter()))
    return "Not in BOFU under version 2 of the stage model."


def by_a_merge(session, house, ana):
    ben = add(session, house)
    put(session, house, ben, Stage.TOFU)
    journey.merge_leads(session, ana, ben, by=None, reason="one", now=NOON + days(1))
    return "Merged with b@firm.example; together they are not in BOFU."


def for_an_older_one(session, house, ana):
    demo = house.event("Demo Requested", email="b@firm.example", occurred_at=NOON - days(1))
    ben = add(session, house, demo)
    offer = handoff.of_lead(session, house.workspace.id, ben.id)[0]
    offer.offered_at = NOON - days(1)
    journey.merge_leads(session, ana, ben, by=None, reason="one", now=NOON)
    return "Came together with"


WAYS = (by_hand, under_a_version, by_a_merge, for_an_older_one)


@pytest.mark.parametrize("way", WAYS)
def test_lead_page_list_and_program_say_why_an_offer_was_withdrawn(
    client, session, house, ana, way
):
    words = way(session, house, ana)
    session.commit()
    assert words in client.get(f"/leads/{ana.code}").text
    assert words in client.get("/handoffs/settled").text
    told = client.get("/api/v1/handoffs?status=withdrawn").json["items"][0]
    assert told["why_withdrawn"].startswith(words)
    assert told["withdrawn"] in ("by_hand", "published", "merged", "yielded")


def test_an_offer_that_waits_says_nothing_of_it(client, house):
    told = client.get("/api/v1/handoffs").json["items"][0]
    assert (told["withdrawn"], told["why_withdrawn"]) == (None, "")


def test_before_a_merge_one_sees_that_it_ends_an_offer(client, session, house, ana):
    ben = add(session, house)
    put(session, house, ben, Stage.TOFU)
    session.commit()
    page = client.get(f"/leads/{ana.code}/merge?with={ben.code}").text
    assert "since together they are not in BOFU" in page
