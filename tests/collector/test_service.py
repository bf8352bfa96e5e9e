"""Count what arrived and keep what could not be believed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.builders import NOON
from tracker.collector import service
from tracker.collector.domain import DropReason, Outcome, Reject
from tracker.collector.models import HitCount, QuarantinedHit
from tracker.workspaces import service as workspaces


@pytest.fixture
def workspace(session):
    return workspaces.create(session, "Acme", now=NOON)


def test_counts_add_up(session, workspace):
    accepted = (workspace.id, 7, Outcome.ACCEPTED, "")
    refused = (workspace.id, 7, Outcome.REFUSED, "no_consent")
    service.count(session, {accepted: 3}, writer=0, now=NOON)
    service.count(session, {accepted: 2, refused: 1}, writer=0, now=NOON)
    service.count(session, {accepted: 1}, writer=1, now=NOON + timedelta(days=1))
    stats = service.stats(session, workspace.id)
    assert (stats.accepted, stats.refused, stats.received) == (6, 1, 7)


def test_writers_count_in_rows_of_their_own(session, workspace):
    key = (workspace.id, 7, Outcome.ACCEPTED, "")
    for writer in (0, 1, 0):
        service.count(session, {key: 1}, writer=writer, now=NOON)
    rows = session.scalars(select(HitCount).order_by(HitCount.writer))
    assert [(row.writer, row.number) for row in rows] == [(0, 2), (1, 1)]


def test_nobodys_messages_are_counted_apart(session, workspace):
    service.count(session, {(0, 0, Outcome.REFUSED, "unknown_key"): 4}, writer=0, now=NOON)
    assert service.stats(session, workspace.id).received == 0
    assert service.stats(session, workspace.id, with_nobodys=True).received == 4


def test_counting_nothing_writes_nothing(session):
    service.count(session, {}, writer=0, now=NOON)
    assert session.scalar(select(HitCount)) is None


def test_quarantine_says_what_was_wrong_where(session, workspace):
    reject = Reject(
        workspace_id=workspace.id,
        site_id=1,
        received_at=NOON,
        reason=DropReason.BAD_TIME,
        field="timestamp",
        why="this is no moment",
        body="{}",
    )
    service.keep(session, [reject, reject])
    rows = list(session.scalars(select(QuarantinedHit)))
    assert [row.detail for row in rows] == ["timestamp: this is no moment"] * 2
    assert len({row.code for row in rows}) == 2
