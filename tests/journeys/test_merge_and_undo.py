"""Merge, live on, undo: everything derived is as if nobody had ever merged anything."""

import random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from tests.builders import NOON, House, days, make_house, record
from tracker import journey
from tracker.collector.domain import Hit
from tracker.handoff import service as handoff
from tracker.handoff.domain import HandoffStatus
from tracker.identity.models import Lead
from tracker.pipeline.service import By, NewDeal
from tracker.rebuild import verify

# Long after everything happened: what is told so late makes no offers.
LATE = NOON + days(60)

# Many people with a browser each, some of which change hands.
USERS = ["u1", "u2", "u3", "u4"]
EMAILS = ["ana@firm.example", "ben@firm.example", "eva@other.example"]
BROWSERS = ["b1", "b2", "b3", "b4", "b5", "b6"]
EVENTS = ["Demo Requested", "Demo Requested", "Webinar Attended", "Survey Completed"]

# What is current of each table, with leads and visitors by their place in their workspace.
CURRENT = (
    """SELECT v.key, {lead_id}, {own_lead_id}, e.is_identified, e.is_verified,
              e.decided_at, e.decided_by, e.heard_at
       FROM visitor_edge e JOIN visitor v ON v.id = e.visitor_id WHERE e.workspace_id = :here""",
    """SELECT {id}, {merged_into_id}, is_known, is_verified, proven, name, email, title, phone,
              country, stated_company, profiled_at,
              (SELECT name FROM company c WHERE c.id = e.company_id)
       FROM lead e WHERE workspace_id = :here""",
    """SELECT {lead_id}, stage, score, entered_at, first_touch_at, last_touch_at, touch_count
       FROM standing e WHERE workspace_id = :here""",
    """SELECT {lead_id}, from_stage, to_stage, occurred_at, message
       FROM transition e WHERE workspace_id = :here AND retracted_at IS NULL""",
    """SELECT {lead_id}, {step}, occurred_at
       FROM milestone e WHERE workspace_id = :here AND retracted_at IS NULL""",
    """SELECT {lead_id}, {original_lead_id}, status, offered_at, settled_at,
              yielded_to_id IS NOT NULL
       FROM handoff e WHERE workspace_id = :here""",
    """SELECT {lead_id}, {original_lead_id}, status, opened_at, title
       FROM deal e WHERE workspace_id = :here""",
)
MILESTONES, HANDOFFS = 4, 5
PLACE = "(SELECT count(*) FROM lead l WHERE l.workspace_id = :here AND l.id <= e.{0})"
PLACES = {c: PLACE.format(c) for c in ("id", "lead_id", "original_lead_id")} | {
    c: f"CASE WHEN e.{c} IS NOT NULL THEN {PLACE.format(c)} END"
    for c in ("own_lead_id", "merged_into_id")
}
# Whose offer ended because its lead left BOFU for a while by itself.
GROUNDLESS = """
SELECT {original_lead_id} FROM handoff e
WHERE workspace_id = :here AND status = 'withdrawn' AND withdrawn NOT IN ('yielded', 'merged')
"""
STEP = """CASE WHEN step LIKE 'deal:%' THEN 'deal' ELSE step END"""


def current(session, house: House) -> list[list[str]]:
    """Return the current rows of every derived table, without ids and when we learned it."""
    session.flush()
    here = {"here": house.workspace.id}
    return [
        sorted(repr(tuple(row)) for row in session.execute(
            text(sql.format(**PLACES, step=STEP)), here))
        for sql in CURRENT
    ]  # fmt: skip


def alike(session, house: House, twin: House) -> list[list[list[str]]]:
    """Return the current rows of two houses, but for offers that only one of them ended.

    What is offered is no conclusion from touches but an act: while a lead is one with another
    that stands at BOFU it cannot leave it, and its offer outlives what would have ended it.
    """
    ended = {
        place
        for one in (house, twin)
        for (place,) in session.execute(
            text(GROUNDLESS.format(**PLACES)), {"here": one.workspace.id}
        )
    }
    rows = [current(session, one) for one in (house, twin)]
    for tables in rows:
        for table in (MILESTONES, HANDOFFS):
            tables[table] = [
                row
                for row in tables[table]
                if not (
                    any(row.startswith(f"({place},") for place in ended)
                    and (table == HANDOFFS or "'offered'" in row)
                )
            ]
    return rows


def lives(house: House, dice: random.Random) -> list[Hit]:
    """Return what some people did within a few days, and who they said they were."""
    hits = []
    for n in range(45):
        user, email, browser = dice.choice(USERS), dice.choice(EMAILS), dice.choice(BROWSERS)
        facts: dict[str, object] = {"occurred_at": NOON + days(dice.random() * 5)}
        facts |= dice.choice([{}, {}, {"is_verified": True}, {"is_unproven": True}])
        facts |= dice.choice(
            [{"user_id": user}, {"email": email}, *3 * [{"anonymous_id": browser}]]
        )
        if n % 5 == 0:
            facts |= {"user_id": user, "anonymous_id": browser, "email": dice.choice(["", email])}
            hits.append(house.identify(str(facts.pop("email")), person=user, **facts))
        elif n % 2:
            hits.append(house.event(dice.choice(EVENTS), **facts))
        else:
            hits.append(house.page(dice.choice(["/", "/pricing"]), **facts))
    dice.shuffle(hits)
    return hits


def leads(session, house: House) -> list[Lead]:
    """Return the leads of a house in the order in which they came, retired ones too."""
    query = select(Lead).filter_by(workspace_id=house.workspace.id).order_by(Lead.id)
    return list(session.scalars(query))


def sell(session, house: House, dice: random.Random) -> None:
    """Accept some of the offers and open some deals by hand."""
    yes = handoff.Answer(verdict=HandoffStatus.ACCEPTED, by=None)
    for offer in handoff.queue(session, house.workspace.id):
        if dice.random() < 0.3:
            journey.answer_handoff(session, house.workspace, offer.code, answer=yes, now=NOON)
    for lead in leads(session, house):
        if lead.merged_into_id is None and dice.random() < 0.2:
            new = NewDeal(lead=lead, title="By hand", currency="EUR")
            journey.open_deal(session, new, by=By(user_id=None, now=NOON))


def merge_some(session, house: House, dice: random.Random) -> list:
    """Merge some leads into others, whoever they are."""
    made = []
    for _ in range(dice.randint(1, 5)):
        alive = [lead for lead in leads(session, house) if lead.merged_into_id is None]
        if len(alive) > 1:
            kept, absorbed = dice.sample(alive, 2)
            made.append(
                journey.merge_leads(session, kept, absorbed, by=None, reason="one", now=LATE)
            )
    return made


@settings(
    max_examples=6,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_merge_live_on_undo_is_as_if_nothing_had_been_merged(session, seed) -> None:
    session.rollback()
    dice = random.Random(seed)
    house, twin = make_house(session), make_house(session)
    hits = lives(house, dice)
    parts = [hits[:15], hits[15:30], hits[30:]]
    tale = dice.random()
    for place in (house, twin):
        record(session, *(place.adopt(hit) for hit in parts[0]), now=NOON + days(5))
        sell(session, place, random.Random(tale))
    assert current(session, house) == current(session, twin)
    made = merge_some(session, house, dice)
    for part in parts[1:]:
        for place in (house, twin):
            record(session, *(place.adopt(hit) for hit in part), now=LATE)
        made += merge_some(session, house, dice)
        assert list(verify(session, house.workspace.id, now=LATE)) == []
        dice.shuffle(made)
        for merge in made[: len(made) // 2]:
            journey.undo_merge(session, merge, by=None, now=LATE)
        del made[: len(made) // 2]
        assert list(verify(session, house.workspace.id, now=LATE)) == []
    for merge in made:
        journey.undo_merge(session, merge, by=None, now=LATE)
    rows, twins = alike(session, house, twin)
    assert rows == twins
    assert list(verify(session, house.workspace.id, now=LATE)) == []
