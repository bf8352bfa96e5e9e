"""The order of the steps: the same history, whatever order the world tells it in."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.builders import (
    GOOGLEBOT,
    NOON,
    House,
    days,
    lead_of,
    make_bofu_lead,
    make_deal,
    make_house,
    record,
)
from tracker import journey
from tracker.collector.domain import Hit
from tracker.handoff import service as handoff
from tracker.handoff.domain import HandoffStatus
from tracker.identity.models import Lead, VisitorEdge
from tracker.milestones.models import Milestone
from tracker.pipeline.service import By
from tracker.reports import queries
from tracker.reports.population import Filter
from tracker.stages.domain import Stage
from tracker.stages.models import Standing, TransitionRow
from tracker.touches.models import Visitor


@pytest.fixture
def house(session: Session) -> House:
    return make_house(session)


def history(session: Session, house: House) -> dict[frozenset[str], object]:
    """Return what is believed about everybody, without ids and without when we learned it."""
    session.expire_all()
    keys: dict[int, set[str]] = {}
    query = select(VisitorEdge.lead_id, Visitor.key).join(
        Visitor, Visitor.id == VisitorEdge.visitor_id
    )
    for lead, key in session.execute(query.where(Visitor.workspace_id == house.workspace.id)):
        keys.setdefault(lead, set()).add(key)
    believed = {}
    for lead_id, names in keys.items():
        lead = session.get_one(Lead, lead_id)
        standing = session.scalar(select(Standing).where(Standing.lead_id == lead_id))
        believed[frozenset(names)] = (
            lead.is_known,
            lead.email,
            standing and (standing.stage, standing.score, standing.touch_count),
            [
                (row.from_stage, row.to_stage, row.occurred_at, row.message)
                for row in session.scalars(
                    select(TransitionRow)
                    .filter_by(lead_id=lead_id, retracted_at=None)
                    .order_by(TransitionRow.occurred_at, TransitionRow.message)
                )
            ],
            sorted(
                (row.step, row.occurred_at)
                for row in session.scalars(
                    select(Milestone).filter_by(lead_id=lead_id, retracted_at=None)
                )
                if row.step in set(Stage)
            ),
        )
    return believed


def stories(house: House, dice: random.Random) -> list[Hit]:
    """Return what a handful of people with shared browsers did within a few weeks."""
    hits = []
    paths = ["/", "/blog/why", "/pricing", "/customers/acme"]
    events = ["Webinar Attended", "Asset Downloaded", "Demo Requested", "Button Clicked"]
    for n in range(24):
        facts = {
            "occurred_at": NOON + days(dice.randrange(40)) + timedelta(seconds=n),
            "anonymous_id": dice.choice(["", "phone", "laptop", "kiosk"]),
            "user_id": dice.choice(["", "", "u1", "u2"]),
            "email": dice.choice(["", "", "", "ana@firm.example"]),
        }
        if n % 4 == 3 and (facts["user_id"] or facts["email"]):
            hits.append(house.identify(str(facts.pop("email")), **facts))
        elif n % 2:
            hits.append(house.event(dice.choice(events), **facts))
        else:
            hits.append(house.page(dice.choice(paths), **facts))
    return hits


@pytest.mark.parametrize("seed", range(12))
def test_any_order_repetition_and_lateness_gives_the_same_history(session, house, seed) -> None:
    dice = random.Random(seed)
    hits = stories(house, dice)
    record(session, *sorted(hits, key=lambda h: h.occurred_at), now=NOON + days(50))
    other = make_house(session)
    again = [other.adopt(hit) for hit in hits]
    shuffled = [*again, *again[:6]]
    dice.shuffle(shuffled)
    while shuffled:
        size = dice.randint(1, 5)
        record(session, *shuffled[:size], now=NOON + days(50))
        del shuffled[:size]
    assert history(session, other) == history(session, house)


def test_a_message_counts_once(session, house) -> None:
    hit = house.event("Webinar Attended", anonymous_id="phone")
    assert record(session, hit, hit) == (True, False)
    assert record(session, hit) == (False,)
    (standing,) = session.scalars(select(Standing))
    assert standing.touch_count == 1


def test_a_robot_is_kept_and_never_scored(session, house) -> None:
    assert record(session, house.page(anonymous_id="bot", user_agent=GOOGLEBOT)) == (True,)
    assert list(session.scalars(select(Standing))) == []


def test_identify_makes_an_anonymous_lead_known_and_keeps_its_history(session, house) -> None:
    record(session, house.event("Webinar Attended", anonymous_id="phone"))
    before = lead_of(session, house, "a:phone").code
    record(session, house.identify("ana@firm.example", user_id="u1", anonymous_id="phone"))
    lead = lead_of(session, house, "u:u1")
    assert (lead.code, lead.is_known, lead.email) == (before, True, "ana@firm.example")
    assert session.scalars(select(Standing)).one().stage is Stage.MOFU


def test_a_known_person_takes_a_browser_along(session, house) -> None:
    record(session, house.identify("ana@firm.example", user_id="u1"))
    record(session, house.page("/blog/a", anonymous_id="phone"))
    browser = lead_of(session, house, "a:phone")
    record(session, house.page("/blog/b", user_id="u1", anonymous_id="phone"))
    assert lead_of(session, house, "a:phone") is lead_of(session, house, "u:u1")
    assert browser.merged_into_id == lead_of(session, house, "u:u1").id


def test_a_public_call_never_merges_two_known_people(session, house) -> None:
    record(session, house.identify("ana@firm.example", user_id="u1"))
    record(session, house.identify("bo@firm.example", user_id="u2"))
    record(session, house.identify("ana@firm.example", user_id="u2"))
    assert lead_of(session, house, "u:u1") is not lead_of(session, house, "u:u2")
    assert lead_of(session, house, "u:u2").email == "bo@firm.example"


def test_a_claim_about_the_past_neither_renames_nor_merges_nor_parts(session, house) -> None:
    def claim(years: int, email: str, **facts: object):
        past = {"occurred_at": NOON - days(365 * years), "received_at": NOON + days(1)}
        return house.identify(email, **facts | past)

    record(session, house.identify("ana@firm.example", user_id="u1", person="Ana Lee"))
    record(session, house.identify("bo@firm.example", user_id="u2", person="Bo Day"))
    record(session, claim(30, "", user_id="u1", person="Evil"))
    record(session, claim(31, "bo@firm.example", user_id="u1", person="Evil"))
    record(session, claim(32, "ana@firm.example"))
    ana, bo = lead_of(session, house, "u:u1"), lead_of(session, house, "u:u2")
    assert [(lead.name, lead.email) for lead in (ana, bo)] == [
        ("Ana Lee", "ana@firm.example"),
        ("Bo Day", "bo@firm.example"),
    ]
    assert ana is lead_of(session, house, "e:ana@firm.example") is not bo


def test_a_ready_lead_that_becomes_known_is_offered(session, house) -> None:
    record(session, house.event("Demo Requested", anonymous_id="phone"))
    assert handoff.queue(session, house.workspace.id) == []
    record(session, house.identify("ana@firm.example", anonymous_id="phone"))
    assert len(handoff.queue(session, house.workspace.id)) == 1


def test_a_lead_has_one_open_offer(session, house) -> None:
    make_bofu_lead(session, house)
    record(session, house.event("Demo Requested", email="ana@firm.example"))
    assert len(handoff.queue(session, house.workspace.id)) == 1


def test_history_makes_no_offers(session, house) -> None:
    facts = {"email": "ana@firm.example", "is_back_dated": True}
    record(session, house.event("Demo Requested", **facts))
    assert handoff.queue(session, house.workspace.id) == []


def test_a_demo_asked_for_long_ago_makes_no_offer(session, house) -> None:
    old = house.event("Demo Requested", email="ana@firm.example")
    record(session, old, now=NOON + days(30))
    assert handoff.queue(session, house.workspace.id) == []


def test_a_late_touch_retracts_what_no_longer_holds(session, house) -> None:
    facts = {"anonymous_id": "phone"}
    record(session, house.event("Asset Downloaded", occurred_at=NOON + days(2), **facts))
    record(session, house.event("Webinar Attended", occurred_at=NOON + days(1), **facts))
    rows = list(session.scalars(select(TransitionRow).order_by(TransitionRow.id)))
    assert [(r.occurred_at, r.retracted_at is None) for r in rows] == [
        (NOON + days(2), False),
        (NOON + days(1), True),
    ]


def test_a_late_touch_in_a_long_life_refolds_from_the_nearest_checkpoint(session, house) -> None:
    hits = [
        house.page(f"/blog/{n % 7}", anonymous_id="phone", occurred_at=NOON + timedelta(minutes=n))
        for n in range(600)
    ]
    late = hits.pop(500)
    record(session, *hits)
    session.execute(text("UPDATE standing_checkpoint SET state = 'broken' WHERE touched_at < 1"))
    record(session, late)
    (standing,) = session.scalars(select(Standing).execution_options(populate_existing=True))
    assert standing.touch_count == 600


def test_workspaces_never_see_each_other(session, house) -> None:
    other = make_house(session, "Other")
    record(session, house.page(user_id="u1"), other.page(user_id="u1"))
    mine, theirs = lead_of(session, house, "u:u1"), lead_of(session, other, "u:u1")
    assert (mine.workspace_id, theirs.workspace_id) == (house.workspace.id, other.workspace.id)


def two_known(house: House) -> tuple[Hit, Hit, Hit]:
    """Return two offers to one person known by two names, and what joins them, told last."""
    joins = house.identify("ana@firm.example", user_id="u1", occurred_at=NOON - days(1))
    first = house.event("Demo Requested", user_id="u1")
    second = house.event("Demo Requested", email="ana@firm.example", occurred_at=NOON + days(0.1))
    return first, second, joins


def test_of_two_open_offers_the_older_one_stays_when_their_leads_merge(session, house) -> None:
    *both, joins = two_known(house)
    record(session, *both)
    record(session, joins, now=NOON + days(0.2))
    ana = lead_of(session, house, "u:u1")
    offers = handoff.of_lead(session, house.workspace.id, ana.id)
    assert [offer.status for offer in offers] == ["offered", "withdrawn"]


def test_a_won_deal_stays_in_the_funnel_when_its_lead_merges(session, house) -> None:
    first, second, joins = two_known(house)
    record(session, first, second)
    other = lead_of(session, house, "e:ana@firm.example")
    offered = handoff.of_lead(session, house.workspace.id, other.id)[-1]
    yes = handoff.Answer(verdict=HandoffStatus.ACCEPTED, by=None)
    _, deal = journey.answer_handoff(session, house.workspace, offered.code, answer=yes, now=NOON)
    journey.win_deal(session, deal, by=By(user_id=None, now=NOON))
    record(session, joins, now=NOON + days(0.2))
    session.expire_all()
    assert deal.lead_id == lead_of(session, house, "u:u1").id != other.id == deal.original_lead_id
    found = queries.funnel(session, house.workspace, Filter(), now=NOON + days(1))
    assert [column.reached for column in found.columns] == [1] * len(found.columns)


def test_a_deal_reopened_and_won_again_is_won_at_the_second_time(session, house) -> None:
    deal = make_deal(session, house)
    for day in (1, 5):
        journey.win_deal(session, deal, by=By(user_id=None, now=NOON + days(day)))
        if day == 1:
            journey.reopen_deal(session, deal, by=By(user_id=None, now=NOON + days(2)))
    won = select(Milestone.occurred_at).filter_by(step="won", retracted_at=None)
    assert list(session.scalars(won)) == [NOON + days(5)]
