"""What moves leads without a touch happens at its moment, however late anybody looks."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from tests.builders import NOON, days, lead_of, make_bofu_lead, make_house, record
from tests.people import make_user
from tests.test_versions import everything, publish, stories, stricter, told
from tracker import journey
from tracker.errors import Conflict, Invalid
from tracker.handoff import service as handoff
from tracker.handoff.domain import HandoffStatus
from tracker.identity.models import Lead
from tracker.milestones.models import Milestone
from tracker.rebuild import verify
from tracker.stages import overrides, versions
from tracker.stages import service as stages
from tracker.stages.domain import Cause, Stage
from tracker.stages.models import Standing, TransitionRow
from tracker.stages.overrides import Placement
from tracker.stages.receipts import load_receipt
from tracker.workspaces.domain import Role

TOFU, MOFU, BOFU = Stage
END = NOON + days(120)


@pytest.fixture
def house(session):
    return make_house(session)


def settle(session, now=END, limit=1000):
    return journey.advance_clock(session, now=now, limit=limit)


def put(session, house, lead, stage, *, now, until=None, reason="They asked us to wait", by=None):
    placement = Placement(stage=stage, until=until, reason=reason)
    return journey.override_stage(session, house.workspace.id, lead.id, placement, by=by, now=now)


def release(session, house, lead, *, now):
    return journey.end_override(session, house.workspace.id, lead.id, by=None, now=now)


def changes(session, lead, *, since=NOON):
    """Return the changes of a lead in force: cause, stage and when, in days after NOON."""
    session.expire_all()
    model_id, _ = stages.active(session, lead.workspace_id)
    query = select(TransitionRow).filter_by(lead_id=lead.id, model_id=model_id, retracted_at=None)
    rows = session.scalars(query.order_by(TransitionRow.occurred_at, TransitionRow.message))
    return [
        (row.cause, row.to_stage, (row.occurred_at - NOON) / days(1))
        for row in rows
        if row.occurred_at >= since
    ]


def standing(session, lead):
    session.expire_all()
    model_id, _ = stages.active(session, lead.workspace_id)
    return session.get_one(Standing, (lead.id, model_id))


@pytest.fixture
def warm(session, house):
    """Return a lead that attended a webinar at NOON."""
    record(session, house.event("Webinar Attended", anonymous_id="phone"))
    return lead_of(session, house, "a:phone")


def live_through(session, house, dice):
    """Let touches come (some of them late), people interfere and the clock be looked at."""
    acts = [(hit.occurred_at + days(dice.choice([0, 0, 0, 9])), hit)
            for hit in stories(house, dice, 70)]  # fmt: skip
    acts += [(NOON + days(dice.random() * 90), what)
             for what in dice.choices(["clock", "put", "put", "end"], k=25)]  # fmt: skip
    for now, act in sorted(acts, key=lambda pair: pair[0]):
        leads = [lead for lead in session.scalars(select(Lead)) if lead.merged_into_id is None]
        if act == "clock":
            settle(session, now)
        elif act == "put" and leads:
            until = dice.choice([None, now + days(dice.randint(1, 40))])
            put(session, house, dice.choice(leads), dice.choice(list(Stage)), now=now, until=until)
        elif act == "end" and leads:
            for row in overrides.holding(session, [lead.id for lead in leads], now=now)[:1]:
                release(session, house, session.get_one(Lead, row.lead_id), now=now)
        elif not isinstance(act, str):
            record(session, act, now=now)


@pytest.mark.parametrize("seed", range(8))
def test_whenever_the_clock_is_looked_at_the_history_is_the_same(session, house, seed):
    dice = random.Random(seed)
    record(session, house.page("/pricing", anonymous_id="visitor-0"), now=NOON)
    publish(session, house, versions.save_draft(session, house.workspace.id, everything(house)))
    live_through(session, house, dice)
    assert list(verify(session, house.workspace.id, now=END)) == []
    settle(session)
    assert not settle(session)
    assert list(verify(session, house.workspace.id, now=END)) == []
    model_id, _ = stages.active(session, house.workspace.id)
    lived = told(session, model_id)
    stages.refold(session, house.workspace.id, [s[0] for s in lived[0]], now=END)
    assert told(session, model_id) == lived
    causes = {row[5] for row in lived[1]}
    assert causes >= {Cause.RULE, Cause.OVERRIDE, Cause.DORMANT}


@pytest.mark.parametrize("seed", range(4))
def test_a_replay_as_of_a_day_is_what_was_lived_by_then(session, house, seed):
    record(session, house.page("/pricing", anonymous_id="visitor-0"), now=NOON)
    live_through(session, house, random.Random(seed))
    row = versions.save_draft(session, house.workspace.id, everything(house))
    publish(session, house, row)
    settle(session)
    replayed = told(session, row.id)
    first = versions.get(session, house.workspace.id, 1)
    before = told(session, first.id)
    publish(session, house, first)
    settle(session)
    publish(session, house, row)
    settle(session)
    assert told(session, row.id) == replayed
    assert [t[:6] for t in told(session, first.id)[1]][: len(before[1])]


def test_a_lead_goes_dormant_at_its_moment_however_late_anybody_looks(session, house, warm):
    settle(session, NOON + days(179))
    assert not standing(session, warm).is_dormant
    settle(session, NOON + days(300))
    assert changes(session, warm)[-1] == (Cause.DORMANT, MOFU, 180.0)
    assert (standing(session, warm).is_dormant, standing(session, warm).stage) == (True, MOFU)


def test_a_touch_puts_dormancy_off_and_wakes_a_dormant_lead(session, house, warm):
    record(session, house.page(anonymous_id="phone", occurred_at=NOON + days(100)))
    settle(session, NOON + days(200))
    assert not standing(session, warm).is_dormant
    settle(session, NOON + days(281))
    record(session, house.page(anonymous_id="phone", occurred_at=NOON + days(400)))
    assert changes(session, warm)[-2:] == [(Cause.DORMANT, MOFU, 280.0), (Cause.AWAKE, MOFU, 400.0)]
    assert not standing(session, warm).is_dormant


def test_a_touch_that_comes_late_takes_dormancy_back(session, house, warm):
    settle(session, NOON + days(200))
    late = house.page(anonymous_id="phone", occurred_at=NOON + days(150))
    record(session, late, now=NOON + days(201))
    assert not standing(session, warm).is_dormant
    assert [cause for cause, *_ in changes(session, warm)] == [Cause.RULE]


def test_the_clock_is_looked_at_in_slices_until_nothing_is_due(session, house):
    for number in range(5):
        record(session, house.page(anonymous_id=f"v{number}"))
    assert settle(session, NOON + days(180), limit=3)
    assert not settle(session, NOON + days(180), limit=3)
    assert session.scalars(select(Standing.is_dormant)).all() == [True] * 5
    assert not settle(session, NOON + days(999), limit=1)


def test_a_standing_that_is_not_understood_any_more_is_told_again(session, house, warm):
    before = told(session, stages.active(session, house.workspace.id)[0])
    session.execute(text("UPDATE standing SET state = '', due_at = 0"))
    settle(session, NOON)
    assert told(session, stages.active(session, house.workspace.id)[0]) == before


def test_a_standing_that_is_not_understood_is_told_again_with_its_next_touch(session, house, warm):
    session.execute(text("UPDATE standing SET state = '', due_at = 0"))
    record(session, house.page(anonymous_id="phone", occurred_at=NOON + days(1)))
    assert standing(session, warm).touch_count == 2


def test_a_stage_set_by_hand_holds_against_the_rules_and_touches_count_on(session, house, warm):
    put(session, house, warm, TOFU, now=NOON + days(1))
    asks = house.event("Demo Requested", anonymous_id="phone", occurred_at=NOON + days(2))
    record(session, asks)
    assert standing(session, warm).stage is TOFU
    assert (standing(session, warm).touch_count, standing(session, warm).score) == (2, 51_458)
    release(session, house, warm, now=NOON + days(3))
    assert changes(session, warm) == [
        (Cause.RULE, MOFU, 0.0),
        (Cause.OVERRIDE, TOFU, 1.0),
        (Cause.OVERRIDE_ENDED, BOFU, 3.0),
    ]


def test_the_receipt_says_who_why_and_until_when(session, house, warm):
    ana = make_user(session, house.workspace, Role.MARKETER).user_id
    facts = {"until": NOON + days(9), "reason": " On\0 hold ", "by": ana}
    row = put(session, house, warm, TOFU, now=NOON, **facts)
    last = session.scalars(select(TransitionRow).order_by(TransitionRow.id.desc())).first()
    assert load_receipt(last.receipt).override == row.id
    (kept,) = overrides.of_lead(session, house.workspace.id, warm.id)
    assert (kept.reason, kept.until, kept.started_by.id) == ("On hold", NOON + days(9), ana)


def test_what_is_set_until_a_date_ends_then_however_late_anybody_looks(session, house, warm):
    put(session, house, warm, BOFU, now=NOON + days(1), until=NOON + days(8))
    settle(session, NOON + days(20))
    assert changes(session, warm)[-1] == (Cause.OVERRIDE_ENDED, MOFU, 8.0)
    assert standing(session, warm).entered_at == NOON + days(8)


def test_what_was_set_last_holds_and_nothing_comes_back(session, house, warm):
    put(session, house, warm, BOFU, now=NOON + days(1))
    put(session, house, warm, TOFU, now=NOON + days(2), until=NOON + days(3))
    settle(session, NOON + days(9))
    assert changes(session, warm)[1:] == [
        (Cause.OVERRIDE, BOFU, 1.0),
        (Cause.OVERRIDE, TOFU, 2.0),
        (Cause.OVERRIDE_ENDED, MOFU, 3.0),
    ]


def test_a_late_touch_honours_what_was_set_by_hand(session, house, warm):
    put(session, house, warm, TOFU, now=NOON + days(1))
    late = house.event(
        "Demo Requested", anonymous_id="phone", occurred_at=NOON + timedelta(hours=9)
    )
    record(session, late, now=NOON + days(2))
    assert [what[:2] for what in changes(session, warm)] == [
        (Cause.RULE, MOFU), (Cause.RULE, BOFU), (Cause.OVERRIDE, TOFU)
    ]  # fmt: skip


def test_every_version_honours_what_was_set_by_hand(session, house, warm):
    put(session, house, warm, BOFU, now=NOON + days(1))
    publish(session, house, versions.save_draft(session, house.workspace.id, stricter()))
    assert standing(session, warm).stage is BOFU


def test_what_was_set_by_hand_goes_along_with_a_lead_and_comes_back(session, house, warm):
    record(session, house.identify("ana@firm.example"))
    put(session, house, warm, BOFU, now=NOON + timedelta(hours=1))
    joins = house.identify("ana@firm.example", anonymous_id="phone", occurred_at=NOON + days(2))
    record(session, joins)
    ana = lead_of(session, house, "e:ana@firm.example")
    assert ana.id != warm.id
    assert standing(session, ana).stage is BOFU
    (row,) = overrides.of_lead(session, house.workspace.id, ana.id)
    assert row.original_lead_id == warm.id
    assert list(verify(session, house.workspace.id, now=NOON + days(2))) == []


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"until": NOON}, "until"),
        ({"until": NOON + days(4000)}, "until"),
    ],
)
def test_what_cannot_be_set_by_hand_is_refused_at_its_field(session, house, warm, facts, field):
    with pytest.raises(Invalid) as no:
        put(session, house, warm, BOFU, now=NOON, **facts)
    assert list(no.value.fields) == [field]
    assert changes(session, warm) == [(Cause.RULE, MOFU, 0.0)]


def test_nothing_that_is_not_there_is_ended(session, house, warm):
    with pytest.raises(Conflict):
        release(session, house, warm, now=NOON)
    put(session, house, warm, TOFU, now=NOON, until=NOON + days(1))
    with pytest.raises(Conflict):
        release(session, house, warm, now=NOON + days(2))


def test_who_is_put_at_the_bottom_is_offered_and_who_is_taken_away_no_more(session, house):
    lead = make_bofu_lead(session, house)
    put(session, house, lead, MOFU, now=NOON + timedelta(hours=1))
    (offer,) = handoff.of_lead(session, house.workspace.id, lead.id)
    assert offer.status is HandoffStatus.WITHDRAWN
    steps = select(Milestone.step).filter_by(lead_id=lead.id, retracted_at=None)
    assert sorted(session.scalars(steps)) == ["bofu", "mofu"]
    put(session, house, lead, BOFU, now=NOON + timedelta(hours=2))
    *_, offer = handoff.of_lead(session, house.workspace.id, lead.id)
    assert (offer.status, offer.transition.cause) == (HandoffStatus.OFFERED, Cause.OVERRIDE)


def test_an_offer_is_withdrawn_when_what_was_set_by_hand_ends(session, house):
    record(session, house.identify("ana@firm.example"), house.page(email="ana@firm.example"))
    lead = lead_of(session, house, "e:ana@firm.example")
    put(session, house, lead, BOFU, now=NOON + timedelta(hours=1), until=NOON + timedelta(hours=5))
    settle(session, NOON + timedelta(hours=6))
    (offer,) = handoff.of_lead(session, house.workspace.id, lead.id)
    assert offer.status is HandoffStatus.WITHDRAWN
    assert changes(session, lead)[-1][:2] == (Cause.OVERRIDE_ENDED, TOFU)


def test_what_is_said_of_a_lead_that_has_merged_is_said_of_the_one_it_went_to(session, house, warm):
    record(session, house.identify("ana@firm.example"))
    joins = house.identify("ana@firm.example", anonymous_id="phone", occurred_at=NOON + days(1))
    record(session, joins)
    ana = lead_of(session, house, "e:ana@firm.example")
    row = put(session, house, warm, BOFU, now=NOON + days(2))
    assert row.lead_id == ana.id != warm.id
    assert standing(session, ana).stage is BOFU
    release(session, house, warm, now=NOON + days(3))
    assert standing(session, ana).stage is MOFU
