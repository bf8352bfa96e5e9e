"""Histories told again: what is classed anew counts from the first touch on, nobody waits."""

import copy
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOON, days, lead_of, make_house, record
from tests.test_versions import LATER, publish
from tracker import journey, retelling
from tracker import versions as way
from tracker.rebuild import verify
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.stages.documents import DEFAULT, dump
from tracker.stages.domain import Stage, Work
from tracker.stages.models import Standing, TransitionRow, UntoldLead
from tracker.tasks.models import Task
from tracker.touches import items
from tracker.touches.domain import ClassingWork, ContentKind, Subject
from tracker.touches.items import NewPattern
from tracker.touches.models import Classing, Content
from tracker.workspaces.audit import By


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def by(house):
    return By(workspace_id=house.workspace.id, user_id=None, now=NOON)


def finish(session, now=NOON):
    slices = 0
    while retelling.step(session, now=now):
        slices += 1
    session.expire_all()
    return slices


def stages_of(session):
    return set(session.scalars(select(Standing.stage)))


def downloads(text="/report*"):
    return NewPattern(subject=Subject.ADDRESS, text=text, kind=ContentKind.DOWNLOAD)


def test_mapping_an_event_name_moves_those_who_did_it(session, house, by):
    record(session, house.event("Kickoff Joined", anonymous_id="phone"))
    items.name_event(session, "kickoff joined", ContentKind.WEBINAR, by=by)
    finish(session)
    assert stages_of(session) == {Stage.MOFU}


def test_a_long_retelling_goes_in_slices_and_can_be_left(session, house, by):
    people = retelling.LEADS * 2 + 1
    record(session, *(house.page("/report", anonymous_id=f"b{n}") for n in range(people)))
    _, act = items.add_pattern(session, downloads(), by=by)
    assert retelling.step(session, now=NOON)
    task = retelling.progress(session, act)
    assert (task.done, task.total, act.leads) == (0, people, people)
    assert retelling.step(session, now=NOON)
    assert stages_of(session) == {Stage.TOFU, Stage.MOFU}
    session.refresh(task)
    assert task.done == retelling.LEADS
    finish(session)
    assert stages_of(session) == {Stage.MOFU}
    assert (act.up, act.down) == (people, 0)
    assert session.get_one(Task, task.id).finished_at == NOON
    assert session.scalar(select(func.count()).select_from(UntoldLead)) == 0


def test_items_of_many_touches_are_gathered_in_slices(session, house, by):
    hits = [
        house.page(f"/report/{n % 3}", anonymous_id=f"b{n % 4}", occurred_at=NOON + days(n / 99))
        for n in range(retelling.TOUCHES + 100)
    ]
    record(session, *hits)
    _, act = items.add_pattern(session, downloads(), by=by)
    assert retelling.step(session, now=NOON)
    assert act.work is ClassingWork.GATHER
    finish(session)
    assert (act.keys, act.leads, act.up) == (3, 4, 4)


def test_what_is_retold_is_what_would_have_been(session, house, by):
    record(session, house.identify("ana@firm.example", anonymous_id="a"))
    record(session, house.page("/report/a", anonymous_id="a", occurred_at=NOON + days(1)))
    record(session, house.page("/pricing", anonymous_id="a", occurred_at=NOON + days(2)))
    pattern, _ = items.add_pattern(session, downloads(), by=by)
    finish(session)
    assert stages_of(session) == {Stage.BOFU}
    items.remove_pattern(session, pattern, by=by)
    finish(session)
    assert stages_of(session) == {Stage.TOFU}
    assert list(verify(session, house.workspace.id, now=NOON)) == []
    kept = session.scalars(select(TransitionRow).where(TransitionRow.retracted_at.is_not(None)))
    assert {row.to_stage for row in kept} == set(Stage)


def test_putting_items_together_retells_those_of_the_part(session, house, by):
    record(session, house.page("/preise", anonymous_id="a"), house.page("/x", anonymous_id="b"))
    record(session, house.event("Demo Requested", "x", anonymous_id="c"))
    page = session.scalars(select(Content).where(Content.key == "url:acme.example/preise")).one()
    demo = session.scalars(select(Content).where(Content.key.startswith("event:"))).one()
    act = items.put_under(session, demo, [page], by=by)
    finish(session)
    assert (act.leads, act.up) == (1, 1)
    lead = lead_of(session, house, "a:a")
    stage = select(Standing.stage).where(Standing.lead_id == lead.id)
    assert session.scalars(stage).one() is Stage.BOFU


def test_nothing_to_do_is_no_work(session, house, by):
    _, act = items.add_pattern(session, downloads(), by=by)
    assert (act.keys, act.work) == (0, None)
    assert not retelling.step(session, now=NOON)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_touch_on_its_way_while_a_pattern_is_written_counts_by_it(engine):
    # Only where several write at once: SQLite has one writer.
    with Session(engine, expire_on_commit=False) as session:
        house = make_house(session)
        record(session, house.page("/report/old", anonymous_id="old"))
        session.commit()
        by = By(workspace_id=house.workspace.id, user_id=None, now=NOON)
        with Session(engine) as slow:
            hits = [house.page(f"/report/{w}", anonymous_id="slow") for w in ("old", "new")]
            journey.record(slow, hits, now=NOON)
            _, act = items.add_pattern(session, downloads(), by=by)
            session.commit()
            finish(session)
            session.commit()
            slow.commit()
        assert session.get_one(Classing, act.id).work is ClassingWork.SETTLE
        assert stages_of(session) == {Stage.TOFU, Stage.MOFU}
        assert not retelling.step(session, now=NOON + timedelta(seconds=59))
        finish(session, NOON + timedelta(minutes=1))
        session.commit()
        assert stages_of(session) == {Stage.MOFU}
        assert set(session.scalars(select(Content.kind))) == {ContentKind.DOWNLOAD}
        assert list(verify(session, house.workspace.id, now=NOON)) == []


def test_a_rule_that_names_a_key_names_the_item_under_which_it_lies_now(session, house, by):
    raw = copy.deepcopy(DEFAULT)
    key = "url:acme.example/offer"
    raw["rules"].append({"id": "offer", "stage": "bofu", "items": [key]})
    record(
        session, house.page("/offer", anonymous_id="a"), house.page("/angebot", anonymous_id="b")
    )
    publish(session, house, versions.save_draft(session, house.workspace.id, dump(raw)))
    assert stages_of(session) == {Stage.TOFU, Stage.BOFU}
    found = {row.key: row for row in session.scalars(select(Content))}
    items.put_under(session, found["url:acme.example/angebot"], [found[key]], by=by)
    finish(session)
    version = stages.active(session, house.workspace.id)[0]
    stood = session.scalars(select(Standing.stage).filter_by(model_id=version))
    assert set(stood) == {Stage.BOFU}
    assert list(verify(session, house.workspace.id, now=LATER)) == []


def test_what_was_said_of_a_draft_is_forgotten_when_histories_are_told_again(session, house, by):
    record(session, house.page("/report/a", anonymous_id="phone"))
    draft = versions.save_draft(session, house.workspace.id, dump(copy.deepcopy(DEFAULT)))
    way.begin(session, draft, Work.COMPARE, now=NOON)
    while way.step(session, now=NOON):
        pass
    assert draft.compared_at is not None
    items.add_pattern(session, downloads(), by=by)
    finish(session)
    assert draft.compared_at is None
