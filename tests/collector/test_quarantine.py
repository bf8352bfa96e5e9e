"""Quarantine: what is meant by a choice, what is forgotten, and when."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.builders import NOON, make_house
from tracker.collector import quarantine
from tracker.collector.domain import DropReason
from tracker.collector.models import QuarantinedHit
from tracker.collector.quarantine import KEPT_FOR, Which
from tracker.errors import NotFound

DAY = timedelta(days=1)


@pytest.fixture
def house(session):
    return make_house(session)


def put_aside(session, house, at=NOON, *, reason=DropReason.MALFORMED, site=None):
    hit = QuarantinedHit(
        workspace_id=house.workspace.id,
        site_id=site or house.site.id,
        received_at=at,
        reason=reason,
        body="{}",
    )
    session.add(hit)
    session.flush()
    return hit


def which(house, **more):
    return Which(workspace_id=house.workspace.id, **more)


def test_the_newest_comes_first_page_by_page(session, house):
    first, second, third = (put_aside(session, house, NOON + n * DAY) for n in range(3))
    assert quarantine.listed(session, which(house), limit=2) == [third, second]
    assert quarantine.listed(session, which(house), limit=2, offset=2) == [first]
    assert quarantine.count(session, which(house)) == 3
    assert quarantine.oldest(session, house.workspace.id) == NOON


def test_every_part_of_a_choice_narrows_it(session, house):
    old = put_aside(session, house, NOON - DAY)
    late = put_aside(session, house, reason=DropReason.BAD_TIME, site=99)
    choices = (
        ({"reason": DropReason.BAD_TIME}, late),
        ({"site_id": 99}, late),
        ({"day": NOON.date()}, late),
        ({"before": NOON}, old),
        ({"codes": (old.code,)}, old),
    )
    for choice, meant in choices:
        assert quarantine.listed(session, which(house, **choice), limit=9) == [meant]


def test_a_day_is_one_of_utc(session, house):
    midnight = NOON.replace(hour=0)
    put_aside(session, house, midnight - timedelta(microseconds=1))
    put_aside(session, house, midnight)
    facets = quarantine.facets(session, house.workspace.id)
    assert facets.days == {NOON.date(): 1, (NOON - DAY).date(): 1}
    assert list(facets.days) == [NOON.date(), (NOON - DAY).date()]


def test_what_can_be_chosen_is_counted(session, house):
    put_aside(session, house)
    put_aside(session, house, reason=DropReason.BAD_TIME)
    put_aside(session, house, reason=DropReason.BAD_TIME)
    facets = quarantine.facets(session, house.workspace.id)
    assert facets.reasons == {DropReason.MALFORMED: 1, DropReason.BAD_TIME: 2}
    assert facets.sites == {house.site.id: 3}


def test_deleting_takes_what_is_meant_and_nothing_else(session, house):
    put_aside(session, house)
    kept = put_aside(session, house, reason=DropReason.BAD_TIME)
    assert quarantine.remove(session, which(house, reason=DropReason.MALFORMED)) == 1
    assert session.scalars(select(QuarantinedHit.code)).all() == [kept.code]


def test_nothing_chosen_means_nothing(session, house):
    put_aside(session, house)
    assert quarantine.remove(session, which(house, codes=())) == 0


def test_what_others_have_is_not_meant(session, house):
    other = make_house(session, "Other")
    theirs = put_aside(session, other)
    with pytest.raises(NotFound):
        quarantine.get(session, house.workspace.id, theirs.code)
    assert quarantine.count(session, which(house, codes=(theirs.code,))) == 0
    assert quarantine.remove(session, which(house)) == 0
    assert quarantine.facets(session, house.workspace.id).reasons == {}


def test_after_thirty_days_it_is_forgotten(session, house):
    put_aside(session, house, NOON - KEPT_FOR - timedelta(seconds=1))
    kept = put_aside(session, house, NOON - KEPT_FOR)
    assert quarantine.expire(session, now=NOON) == 1
    assert session.scalars(select(QuarantinedHit.code)).all() == [kept.code]


def test_forgetting_goes_some_at_a_time(session, house, monkeypatch):
    monkeypatch.setattr(quarantine, "AT_ONCE", 2)
    for _ in range(3):
        put_aside(session, house, NOON - KEPT_FOR - DAY)
    assert [quarantine.expire(session, now=NOON) for _ in range(3)] == [2, 1, 0]
