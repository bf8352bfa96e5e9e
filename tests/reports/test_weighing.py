"""A preview says what would happen, and nothing happens."""

import pytest
from sqlalchemy import select

from tests.builders import NOON, make_bofu_lead, make_house, record
from tracker import retelling
from tracker.handoff import service as handoff
from tracker.reports import weighing
from tracker.stages.models import Standing, TransitionRow
from tracker.touches import items
from tracker.touches.domain import ContentKind, Subject
from tracker.touches.items import NewPattern
from tracker.touches.models import Content
from tracker.workspaces.audit import By


@pytest.fixture
def house(session):
    return make_house(session)


def new(kind, text="/*e*"):
    return NewPattern(subject=Subject.ADDRESS, text=text, kind=kind)


def weighed(session, house, pattern):
    changes = items.with_pattern(session, house.workspace.id, pattern)
    return weighing.weigh(session, house.workspace.id, changes, now=NOON)


def test_a_preview_counts_what_it_is_about(session, house):
    record(session, house.page("/report", anonymous_id="a"), house.page("/one", anonymous_id="a"))
    record(session, house.page("/report", anonymous_id="b"), house.page("/x", anonymous_id="c"))
    changes = items.with_pattern(session, house.workspace.id, new(ContentKind.DOWNLOAD))
    scale = weighing.scale(session, changes)
    assert (scale.keys, scale.touches, scale.leads) == (2, 3, 2)


def test_a_preview_is_what_happens_then(session, house):
    record(session, house.page("/report", anonymous_id="a"), house.page("/one", anonymous_id="b"))
    record(session, house.event("Survey Completed", anonymous_id="b"))
    record(session, house.page("/pricing", anonymous_id="b", occurred_at=NOON))
    for kind in (ContentKind.DOWNLOAD, ContentKind.DEMO, ContentKind.PAGE):
        said = weighed(session, house, new(kind))
        by = By(workspace_id=house.workspace.id, user_id=None, now=NOON)
        pattern, act = items.add_pattern(session, new(kind), by=by)
        while retelling.step(session, now=NOON):
            pass
        session.refresh(act)
        assert (said.up, said.down, said.leads) == (act.up, act.down, act.leads)
        items.remove_pattern(session, pattern, by=by)
        while retelling.step(session, now=NOON):
            pass


def test_a_preview_writes_nothing(session, house):
    record(session, house.page("/report", anonymous_id="a"))
    session.commit()
    before = [row.state for row in session.scalars(select(Standing))]
    weighed(session, house, new(ContentKind.DEMO))
    assert not session.dirty and not session.new
    assert [row.state for row in session.scalars(select(Standing))] == before
    assert len(list(session.scalars(select(TransitionRow)))) == 1
    assert session.scalars(select(Content.kind)).one() is ContentKind.PAGE


def test_open_offers_whose_lead_would_leave_are_told(session, house):
    make_bofu_lead(session, house)
    assert len(handoff.queue(session, house.workspace.id)) == 1
    demo = NewPattern(subject=Subject.EVENT, text="demo requested", kind=ContentKind.PAGE)
    assert weighed(session, house, demo).offers == 1
    assert weighed(session, house, new(ContentKind.DEMO)).offers == 0


def test_many_leads_are_weighed_some_at_a_time(session, house):
    number = weighing.LEADS + 5
    record(session, *(house.page("/report", anonymous_id=f"b{n}") for n in range(number)))
    changes = items.with_pattern(session, house.workspace.id, new(ContentKind.DOWNLOAD))
    first = weighing.weigh(session, house.workspace.id, changes, now=NOON)
    rest = weighing.weigh(session, house.workspace.id, changes, now=NOON, after=first.next)
    assert (first.leads, first.up, rest.leads, rest.up) == (weighing.LEADS, weighing.LEADS, 5, 5)
    assert rest.next is None
