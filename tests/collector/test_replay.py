"""Judging quarantine again: what is good now is taken in, and every count goes with it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.builders import NOON, make_house
from tracker import journey
from tracker.collector import kept
from tracker.collector import service as collector
from tracker.collector.domain import Delivery, DropReason, MessageType, Outcome, Reject
from tracker.collector.messages import judge
from tracker.collector.models import HitCount, QuarantinedHit
from tracker.collector.quarantine import Which
from tracker.collector.replay import Replayed
from tracker.touches.models import TouchRow

LATER = NOON + timedelta(days=9)
GOOD = {"type": "track", "event": "Demo Requested", "userId": "4711", "messageId": "m-1"}


@pytest.fixture
def house(session):
    return make_house(session)


def delivery(house, **more):
    facts = {"received_at": NOON, "context": {}} | more
    return Delivery(workspace_id=house.workspace.id, site_id=house.site.id, **facts)


def put_aside(session, house, message, *, reason=DropReason.UNKNOWN_TYPE, now=NOON, **more):
    """Put a message aside as an older version of the rules did, and count it."""
    body, again = kept.of_message(message, delivery(house, **more))
    return keep(session, house, reason=reason, now=now, body=body, again=again)


def keep(session, house, *, reason=DropReason.REJECTED_BY_STORE, now=NOON, **facts):
    place = (house.workspace.id, house.site.id)
    reject = Reject(
        workspace_id=place[0], site_id=place[1], received_at=NOON, reason=reason, **facts
    )
    collector.keep(session, [reject], now=now)
    collector.count(session, {(*place, Outcome.QUARANTINED, reason.value): 1}, writer=0, now=now)
    return session.scalars(select(QuarantinedHit).order_by(QuarantinedHit.id.desc())).first()


def again(session, house, **which):
    meant = Which(workspace_id=house.workspace.id, **which)
    became, _last = journey.judge_again(session, meant, now=LATER, limit=100)
    session.flush()
    return became


def counts(session, house):
    stats = collector.stats(session, house.workspace.id)
    return stats.received, stats.accepted, stats.duplicate, stats.quarantined, stats.refused


def of_days(session):
    number = func.sum(HitCount.number)
    query = select(HitCount.day, HitCount.outcome, HitCount.reason, number).group_by(
        HitCount.day, HitCount.outcome, HitCount.reason
    )
    return {tuple(key): int(number) for *key, number in session.execute(query) if number}


def test_what_is_good_now_is_a_touch_of_the_moment_it_first_came(session, house):
    put_aside(session, house, GOOD)
    assert again(session, house) == Replayed(accepted=1)
    touch = session.scalars(select(TouchRow)).one()
    assert (touch.occurred_at, touch.received_at) == (NOON, NOON)
    assert session.scalars(select(QuarantinedHit)).all() == []


def test_its_count_goes_with_it_and_received_stays(session, house):
    put_aside(session, house, GOOD)
    put_aside(session, house, GOOD)
    put_aside(session, house, {"type": "?"})
    assert counts(session, house) == (3, 0, 0, 3, 0)
    again(session, house)
    assert counts(session, house) == (3, 1, 1, 1, 0)


def test_a_message_that_came_twice_counts_once(session, house):
    session.flush()
    hit = judge(GOOD, delivery(house))
    journey.record(session, [hit], now=NOON)
    put_aside(session, house, GOOD)
    assert again(session, house) == Replayed(duplicate=1)
    assert session.scalar(select(func.count()).select_from(TouchRow)) == 1


def test_what_is_still_bad_stays_with_the_reason_of_today(session, house):
    row = put_aside(session, house, {**GOOD, "timestamp": "soon"}, reason=DropReason.MALFORMED)
    assert again(session, house) == Replayed(quarantined=1)
    session.refresh(row)
    assert (row.reason, row.detail[:10]) == (DropReason.BAD_TIME, "timestamp:")
    day = NOON.date()
    assert of_days(session) == {(day, Outcome.QUARANTINED, "bad_time"): 1}


def test_the_count_moves_on_the_day_on_which_it_was_counted(session, house):
    midnight = NOON.replace(hour=0) + timedelta(days=1)
    put_aside(session, house, GOOD, now=midnight)
    again(session, house)
    assert of_days(session) == {(midnight.date(), Outcome.ACCEPTED, ""): 1}


def test_a_visitor_who_said_no_is_refused_and_gone(session, house):
    put_aside(session, house, {**GOOD, "consent": False})
    assert again(session, house) == Replayed(refused=1)
    assert counts(session, house) == (1, 0, 0, 0, 1)
    assert session.scalars(select(QuarantinedHit)).all() == []


def test_a_message_that_was_cut_says_so_and_stays(session, house):
    row = put_aside(session, house, {**GOOD, "properties": {"x": 5000 * "y"}})
    assert (len(row.body), row.again) == (4096, "")
    assert again(session, house) == Replayed(cut=1)
    assert counts(session, house) == (1, 0, 0, 1, 0)


def test_what_the_request_said_is_said_again(session, house):
    more = {
        "context": {"campaign": {"name": "spring"}, "ip": "203.0.113.9"},
        "sent_at": "2026-03-04T12:00:10Z",
        "type": MessageType.TRACK,
        "network": b"\xcb\x00\x71",
        "user_agent": "Firefox",
        "needs_identity": True,
    }
    before = delivery(house, **more)
    _body, text = kept.of_message(GOOD, before)
    place = {"workspace_id": house.workspace.id, "site_id": house.site.id}
    after = kept.read(text, **place, received_at=NOON)
    assert "203.0.113.9" not in text
    context = {"campaign": {"name": "spring"}}
    assert after == delivery(house, **more | {"context": context})
    assert judge(GOOD, after) == judge(GOOD, delivery(house, **more | {"context": context}))


def test_a_servers_visitor_keeps_the_network_and_loses_the_address(house):
    bad = {**GOOD, "event": "", "context": {"ip": "203.0.113.9"}}
    reject = judge(bad, delivery(house, needs_identity=True, network=b"\x01\x02\x03"))
    assert "203.0.113.9" not in reject.body + reject.again
    assert json.loads(reject.again)["request"]["network"] == "cb0071"


def test_where_nobody_agreed_nothing_is_kept(house):
    for more in ({"is_private": True}, {"needs_consent": True}):
        reject = judge({"type": "?", "consent": True}, delivery(house, **more))
        assert (reject.body, reject.again) == ("", "")


def test_a_hit_that_the_store_refused_is_kept_whole(session, house):
    hit = house.identify("ana@firm.example", person="Ana", sent_at=NOON, network=b"\x01\x02\x03")
    body, text = kept.of_hit(hit)
    place = {"workspace_id": house.workspace.id, "site_id": house.site.id}
    assert kept.read(text, **place, received_at=NOON) == hit
    assert json.loads(body)["type"] == "identify"
    keep(session, house, body=body, again=text)
    assert again(session, house) == Replayed(accepted=1)


def test_one_hit_that_the_store_still_refuses_does_not_hold_up_the_others(session, house):
    huge = house.page("/huge", message_id=b"huge", network=b"x")
    for number, hit in enumerate((house.page("/a"), huge, house.page("/b"))):
        body, text = kept.of_hit(hit)
        if number == 1:
            text = text.replace('"https://www', '"\\ud800https://www')
        keep(session, house, body=body, again=text)
    assert again(session, house) == Replayed(accepted=2, quarantined=1)
    assert counts(session, house) == (3, 2, 0, 1, 0)
    row = session.scalars(select(QuarantinedHit)).one()
    assert row.reason is DropReason.REJECTED_BY_STORE


def test_only_what_is_meant_is_judged_again(session, house):
    first = put_aside(session, house, GOOD)
    put_aside(session, house, {**GOOD, "messageId": "m-2"})
    assert again(session, house, codes=(first.code,)) == Replayed(accepted=1)
    assert counts(session, house) == (2, 1, 0, 1, 0)


def test_what_others_have_is_not_judged(session, house):
    put_aside(session, make_house(session, "Other"), GOOD)
    assert again(session, house) == Replayed()


def test_whoever_goes_on_begins_after_the_last(session, house):
    rows = [put_aside(session, house, {"type": "?"}) for _ in range(3)]
    which = Which(workspace_id=house.workspace.id)
    _, last = journey.judge_again(session, which, now=LATER, limit=2)
    assert last == rows[1].id
    became, last = journey.judge_again(session, which, now=LATER, limit=2, after=last)
    assert (became, last) == (Replayed(quarantined=1), rows[2].id)
    assert journey.judge_again(session, which, now=LATER, limit=2, after=last) == (Replayed(), 0)
