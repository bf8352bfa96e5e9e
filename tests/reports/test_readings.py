"""Three readings of one past: as believed now, as recorded, as under a version."""

import copy
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import NOON, House, days, make_house, record
from tests.histories import Life, live
from tracker import versions as way
from tracker.errors import NotFound
from tracker.reports import people, queries
from tracker.reports.domain import Part
from tracker.reports.population import Filter, plan
from tracker.reports.readings import NOW, Reading, readable
from tracker.stages import versions
from tracker.stages.documents import DEFAULT, dump
from tracker.stages.domain import Work

RECORDED = Reading(is_recorded=True)
SWITCH, BACK, LATER = NOON + days(10), NOON + days(20), NOON + days(30)


def demands(kind: str) -> str:
    """Return rules by which one kind leads to the middle, and a demo to the bottom."""
    raw = copy.deepcopy(DEFAULT)
    raw["rules"] = [
        {"id": "tofu", "stage": "tofu", "kinds": ["page"]},
        {"id": "mofu", "stage": "mofu", "kinds": [kind]},
        {"id": "bofu", "stage": "bofu", "kinds": ["demo"]},
    ]
    return dump(raw)


def publish(session, row, now) -> None:
    way.begin(session, row, Work.REPLAY, now=now)
    while way.step(session, now=now):
        pass


def funnel(session, house: House, reading: Reading) -> dict[str, int]:
    planned = plan(session, house.workspace, Filter(reading=reading), now=LATER)
    return {c.step.key: c.reached for c in queries.funnel_of(session, planned).columns[:3]}


def test_the_rules_of_today_rewrite_what_is_believed_and_not_what_was_recorded(session):
    found = make_house(session)
    publish(session, versions.save_draft(session, found.workspace.id, demands("survey")), NOON)
    live(session, found, Life(day=1, touches=("page", "survey")))
    live(session, found, Life(day=1, touches=("page", "survey")))
    live(session, found, Life(day=1, touches=("page", "webinar")))
    publish(session, versions.save_draft(session, found.workspace.id, demands("webinar")), SWITCH)
    live(session, found, Life(day=12, touches=("page", "survey")))
    live(session, found, Life(day=12, touches=("page", "webinar")))
    live(session, found, Life(day=12, touches=("page", "webinar")))
    # Believed: the webinars of one and two.  Recorded: the surveys of then, the webinars since.
    assert funnel(session, found, NOW)["mofu"] == 3
    assert funnel(session, found, RECORDED)["mofu"] == 4
    # The version before was followed for three leads only.
    assert funnel(session, found, Reading(version=2)) == {"tofu": 3, "mofu": 2, "bofu": 0}
    assert funnel(session, found, Reading(version=3)) == funnel(session, found, NOW)


def test_a_version_that_came_back_speaks_for_both_its_times(session):
    found = make_house(session)
    first = versions.save_draft(session, found.workspace.id, demands("survey"))
    publish(session, first, NOON)
    live(session, found, Life(day=1, touches=("page", "survey")))
    publish(session, versions.save_draft(session, found.workspace.id, demands("webinar")), SWITCH)
    live(session, found, Life(day=12, touches=("page", "survey")))
    live(session, found, Life(day=12, touches=("page", "webinar")))
    publish(session, first, BACK)
    live(session, found, Life(day=22, touches=("page", "survey")))
    assert funnel(session, found, NOW)["mofu"] == 3
    assert funnel(session, found, RECORDED)["mofu"] == 3
    assert funnel(session, found, Reading(version=first.version)) == funnel(session, found, NOW)


def test_a_late_touch_corrects_what_was_recorded_while_its_version_is_in_force(session):
    found = make_house(session)
    publish(session, versions.save_draft(session, found.workspace.id, demands("survey")), NOON)
    survey = found.event("Survey Completed", anonymous_id="a", occurred_at=NOON + days(3))
    record(session, survey, now=NOON + days(3))
    page = found.page("/", anonymous_id="a", occurred_at=NOON + days(1))
    record(session, page, now=NOON + days(4))
    assert funnel(session, found, RECORDED) == funnel(session, found, NOW)
    assert funnel(session, found, RECORDED)["mofu"] == 1


def test_a_version_whose_history_was_never_told_is_not_offered(session):
    found = make_house(session)
    draft = versions.save_draft(session, found.workspace.id, demands("survey"))
    assert [row.version for row in readable(session, found.workspace.id)] == [1]
    for version in (draft.version, 99):
        with pytest.raises(NotFound):
            funnel(session, found, Reading(version=version))


def test_a_version_that_is_being_told_again_is_not_offered_meanwhile(session):
    found = make_house(session)
    first = versions.get(session, found.workspace.id, 1)
    publish(session, versions.save_draft(session, found.workspace.id, demands("survey")), SWITCH)
    way.begin(session, first, Work.REPLAY, now=BACK)
    assert [row.version for row in readable(session, found.workspace.id)] == [2]


LIVES = st.builds(
    Life,
    day=st.integers(1, 29),
    name=st.sampled_from(["", "Ana"]),
    touches=st.lists(
        st.sampled_from(["page", "survey", "webinar", "demo"]), min_size=1, max_size=4
    ).map(tuple),
    outcome=st.sampled_from(["open", "won", "lost"]),
)


@settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(lives=st.lists(LIVES, max_size=9), seed=st.integers(0, 99))
def test_every_number_lists_exactly_its_people_under_each_reading(session, lives, seed):
    found = make_house(session)
    dice = random.Random(seed)
    switches = [(SWITCH, "survey"), (BACK, dice.choice(["webinar", "page"]))]
    for life in sorted(lives, key=lambda one: one.day):
        while switches and switches[0][0] <= NOON + days(life.day):
            at, kind = switches.pop(0)
            publish(session, versions.save_draft(session, found.workspace.id, demands(kind)), at)
        live(session, found, life)
    told = [row.version for row in readable(session, found.workspace.id)]
    for reading in (NOW, RECORDED, *(Reading(version=version) for version in told)):
        planned = plan(session, found.workspace, Filter(reading=reading), now=LATER)
        for index, column in enumerate(queries.funnel_of(session, planned).columns):
            counts = (column.reached, column.direct, column.skipped, column.went, column.waiting,
                      column.left)  # fmt: skip
            for part, count in zip(Part, counts, strict=True):
                window = people.Window(now=LATER)
                listed = people.at_step(session, planned, index, part, window)
                assert len({row.code for row in listed}) == len(listed) == count
