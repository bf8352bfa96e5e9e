"""One item: who touched it, who came to a stage by it, and the keys that it is."""

import pytest
from sqlalchemy import select

from tests.builders import GOOGLEBOT, NOON, days, make_house, record
from tracker.reports import items as reports
from tracker.stages import service as stages
from tracker.stages.domain import Stage
from tracker.touches import items
from tracker.touches.models import Content
from tracker.workspaces.audit import By


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def item(session, house):
    """Return an item of two pages that two people and a robot touched."""
    record(
        session,
        house.page("/en", anonymous_id="a"),
        house.page("/de", anonymous_id="a", occurred_at=NOON + days(1)),
        house.page("/de", anonymous_id="b", occurred_at=NOON + days(2)),
        house.page("/de", anonymous_id="robot", user_agent=GOOGLEBOT),
        house.page("/other", anonymous_id="c"),
        house.page("/en", anonymous_id="c", occurred_at=NOON + days(3)),
    )
    query = select(Content).where(Content.key != "url:acme.example/other").order_by(Content.key)
    de, en = session.scalars(query)
    by = By(workspace_id=house.workspace.id, user_id=None, now=NOON)
    items.put_under(session, en, [de], by=by)
    return en


def test_who_touched_any_of_its_keys_has_touched_it(session, item):
    found = reports.touchers(session, item, limit=10)
    assert [(one.touches, one.last_at) for one in found] == [
        (1, NOON + days(3)),
        (1, NOON + days(2)),
        (2, NOON + days(1)),
    ]
    assert len(reports.touchers(session, item, limit=10, offset=2)) == 1


def test_only_who_came_to_a_stage_by_it_is_counted(session, house, item):
    model_id, _model = stages.active(session, house.workspace.id)
    assert reports.entered(session, item, model_id) == {Stage.TOFU: 2}


def test_its_keys_come_with_their_human_touches(session, item):
    keys = [(key.key, n) for key, n in reports.keys_of(session, item, limit=10)]
    assert keys == [("url:acme.example/en", 2), ("url:acme.example/de", 2)]
