"""How many leads stand at each stage."""

from tests.builders import NOON, make_bofu_lead, make_house, record
from tracker.reports.model import in_force_since, leads_by_stage
from tracker.stages import service as stages
from tracker.stages.domain import Stage


def test_leads_are_counted_where_they_stand(session):
    house = make_house(session)
    make_bofu_lead(session, house)
    record(session, house.page(anonymous_id="a"), house.event("Trial Started", anonymous_id="b"))
    model_id, _model = stages.active(session, house.workspace.id)
    found = leads_by_stage(session, house.workspace.id, model_id)
    assert found == {Stage.TOFU: 1, Stage.BOFU: 1, None: 1}


def test_a_model_is_in_force_since_it_was_published(session):
    house = make_house(session)
    model_id, _model = stages.active(session, house.workspace.id)
    assert in_force_since(session, model_id) == NOON
