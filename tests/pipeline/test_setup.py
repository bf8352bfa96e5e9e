"""Furnishing pipelines."""

import pytest

from tests.builders import make_house
from tracker.errors import Conflict, Invalid, NotFound
from tracker.pipeline import setup
from tracker.pipeline.templates import TEMPLATES


@pytest.fixture
def workspace(session):
    return make_house(session).workspace


@pytest.fixture
def pipeline(session, workspace):
    return setup.default_pipeline(session, workspace.id)


def names(session, pipeline):
    found = setup.get_pipeline(session, pipeline.workspace_id, pipeline.code)
    return [stage.name for stage in found.stages]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_becomes_a_copy_of_ones_own(session, workspace, name):
    copy = setup.install(session, workspace.id, name)
    assert names(session, copy) == [stage.name for stage in TEMPLATES[name].stages]
    assert {reason.name for reason in setup.lost_reasons(session, workspace.id)} >= set(
        TEMPLATES[name].lost_reasons
    )


def test_reasons_that_are_there_are_not_added_again(session, workspace):
    for name in TEMPLATES:
        setup.install(session, workspace.id, name)
    reasons = [reason.name for reason in setup.lost_reasons(session, workspace.id)]
    assert len(reasons) == len(set(reasons))


def test_unknown_template_is_refused(session, workspace):
    with pytest.raises(Invalid):
        setup.install(session, workspace.id, "circus")


def test_exactly_one_pipeline_is_the_default(session, workspace, pipeline):
    other = setup.install(session, workspace.id, "agency")
    setup.make_default(session, workspace.id, other.code)
    assert setup.default_pipeline(session, workspace.id) == other
    assert not pipeline.is_default


def test_renaming_keeps_the_code(session, pipeline):
    code = pipeline.code
    setup.rename(session, pipeline, "  Our   way ")
    assert (pipeline.name, pipeline.code) == ("Our way", code)


def test_new_stage_stands_last(session, pipeline):
    setup.add_stage(session, pipeline, "Pilot", rot_days=30)
    assert names(session, pipeline)[-1] == "Pilot"


def test_changed_stage_keeps_its_row(session, pipeline):
    stage = pipeline.stages[1]
    setup.change_stage(
        session, pipeline, stage.code, name="Shown", rot_days=3, criteria=" a \n\n b "
    )
    assert (stage.name, stage.rot_days, stage.exit_criteria) == ("Shown", 3, "a\nb")


def test_stage_is_put_earlier_and_the_ends_hold(session, pipeline):
    before = names(session, pipeline)
    setup.shift_stage(session, pipeline, pipeline.stages[1].code, -1)
    assert names(session, pipeline)[:2] == [before[1], before[0]]
    setup.shift_stage(session, pipeline, pipeline.stages[0].code, -1)
    assert names(session, pipeline)[:2] == [before[1], before[0]]
    assert [stage.rank for stage in pipeline.stages] == list(range(len(before)))


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_days_until_rot_are_sensible(session, pipeline, days):
    with pytest.raises(Invalid):
        setup.add_stage(session, pipeline, "Pilot", rot_days=days)


def test_reason_is_added_once_in_any_case(session, workspace):
    setup.add_lost_reason(session, workspace.id, "Merger")
    with pytest.raises(Conflict):
        setup.add_lost_reason(session, workspace.id, " merger ")


def test_another_workspace_finds_nothing(session, pipeline):
    other = make_house(session, "Other").workspace
    with pytest.raises(NotFound):
        setup.get_pipeline(session, other.id, pipeline.code)
