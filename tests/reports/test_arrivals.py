"""What arrives at each site, and what was filtered."""

from datetime import timedelta

import pytest

from tests.builders import NOON, make_house
from tracker.collector.domain import DropReason, Outcome
from tracker.collector.models import HitCount, QuarantinedHit
from tracker.reports.arrivals import arrivals, filtered

TODAY = NOON.date()


@pytest.fixture
def house(session):
    return make_house(session)


def count(session, house, outcome, number, *, day=TODAY, reason="", at=NOON, writer=0):
    session.add(
        HitCount(
            workspace_id=house.workspace.id,
            site_id=house.site.id,
            day=day,
            outcome=outcome,
            reason=reason,
            number=number,
            last_at=at,
            writer=writer,
        )
    )
    session.flush()


def test_a_day_is_the_sum_of_its_outcomes_over_all_writers(session, house):
    count(session, house, Outcome.ACCEPTED, 3)
    count(session, house, Outcome.ACCEPTED, 4, writer=1)
    count(session, house, Outcome.REFUSED, 2, reason="no_consent")
    count(session, house, Outcome.ACCEPTED, 100, day=TODAY - timedelta(days=1))
    found = arrivals(session, house.workspace.id, day=TODAY)[house.site.id]
    assert (found.received, found.today) == (9, {Outcome.ACCEPTED: 7, Outcome.REFUSED: 2})


def test_reasons_come_with_the_most_frequent_first(session, house):
    count(session, house, Outcome.REFUSED, 2, reason="no_consent")
    count(session, house, Outcome.QUARANTINED, 5, reason="malformed")
    found = arrivals(session, house.workspace.id, day=TODAY)[house.site.id]
    assert found.reasons == (("malformed", 5), ("no_consent", 2))


def test_only_a_good_hit_is_heard(session, house):
    count(session, house, Outcome.REFUSED, 2, reason="no_consent")
    assert arrivals(session, house.workspace.id, day=TODAY)[house.site.id].last_at is None
    count(session, house, Outcome.DUPLICATE, 1, day=TODAY - timedelta(days=3), at=NOON)
    assert arrivals(session, house.workspace.id, day=TODAY)[house.site.id].last_at == NOON


def test_others_sites_are_not_ours(session, house):
    other = make_house(session, "Other")
    count(session, other, Outcome.ACCEPTED, 3)
    assert arrivals(session, house.workspace.id, day=TODAY) == {}


def test_the_latest_filtered_comes_first(session, house):
    for hours in (2, 0, 1):
        session.add(
            QuarantinedHit(
                workspace_id=house.workspace.id,
                site_id=house.site.id,
                body=str(hours),
                received_at=NOON - timedelta(hours=hours),
                reason=DropReason.MALFORMED,
            )
        )
    session.flush()
    assert [hit.body for hit in filtered(session, house.workspace.id, limit=2)] == ["0", "1"]
