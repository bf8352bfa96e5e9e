from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.builders import NOON, days, make_house, record
from tests.histories import WINNER, Life, live, lose_every_deal
from tracker.handoff.domain import HandoffStatus
from tracker.identity.models import Lead
from tracker.milestones.models import Milestone
from tracker.pipeline import setup
from tracker.reports import people, queries
from tracker.reports.domain import Part, Ratio
from tracker.reports.population import MISSING, Filter, plan
from tracker.touches.domain import Channel

NOW = NOON + days(20)

LIVES = st.builds(
    Life,
    day=st.integers(0, 6),
    source=st.sampled_from(["", "news", "ads"]),
    name=st.sampled_from(["", "Ana", "Ben"]),
    touches=st.lists(
        st.sampled_from(["page", "survey", "webinar", "demo"]), min_size=1, max_size=4
    ).map(tuple),
    answer=st.sampled_from(
        [
            HandoffStatus.OFFERED,
            HandoffStatus.ACCEPTED,
            HandoffStatus.REJECTED,
            HandoffStatus.EXPIRED,
        ]
    ),
    stage=st.integers(0, 4),
    outcome=st.sampled_from(["open", "won", "lost"]),
)
DAYS = st.none() | st.integers(-1, 8).map(lambda n: NOON.date() + timedelta(days=n))
FILTERS = st.builds(
    Filter,
    first=DAYS,
    last=DAYS,
    source=st.sampled_from(["", "news", "NEWS", MISSING, "nowhere"]),
    channel=st.sampled_from([None, Channel.OTHER, Channel.REFERRAL]),
    is_known=st.booleans(),
)
slow = settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def _funnel(session, house, chosen=None):
    return queries.funnel(session, house.workspace, chosen or Filter(), now=NOW)


def _reached(found):
    return {c.step.key: c.reached for c in found.columns}


@slow
@given(lives=st.lists(LIVES, max_size=7), chosen=FILTERS)
def test_every_number_lists_exactly_its_people(session, lives, chosen):
    house = make_house(session)
    for life in lives:
        live(session, house, life)
    planned = plan(session, house.workspace, chosen, now=NOW)
    found = queries.funnel_of(session, planned)
    for index, column in enumerate(found.columns):
        counts = (column.reached, column.direct, column.skipped, column.went, column.waiting,
                  column.left)  # fmt: skip
        for part, count in zip(Part, counts, strict=True):
            window = people.Window(now=NOW)
            listed = people.at_step(session, planned, index, part, window)
            assert len({row.code for row in listed}) == len(listed) == count, (column, part)


@slow
@given(lives=st.lists(LIVES, max_size=7), chosen=FILTERS)
def test_bars_fall_and_no_rate_is_above_one(session, lives, chosen):
    house = make_house(session)
    for life in lives:
        live(session, house, life)
    found = _funnel(session, house, chosen)
    reached = [column.reached for column in found.columns]
    assert reached == sorted(reached, reverse=True)
    assert all((c.rate is None or (c.rate.share or 0) <= 1) for c in found.columns)


@slow
@given(lives=st.lists(LIVES, max_size=7))
def test_the_numbers_are_those_counted_by_hand(session, lives):
    house = make_house(session)
    for life in lives:
        live(session, house, life)
    found = _funnel(session, house)
    place = {column.step.key: i for i, column in enumerate(found.columns)}
    marks = select(Milestone).filter_by(workspace_id=house.workspace.id, retracted_at=None)
    seen: dict[int, set[int]] = {}
    for mark in session.scalars(marks):
        seen.setdefault(mark.lead_id, set()).add(place[mark.step])
    furthest = Counter(max(steps) for steps in seen.values())
    by_hand = [sum(n for far, n in furthest.items() if far >= i) for i in range(len(place))]
    assert [column.reached for column in found.columns] == by_hand


@slow
@given(lives=st.lists(LIVES, max_size=7))
def test_losing_deals_raises_no_rate(session, lives):
    house = make_house(session)
    for life in lives:
        live(session, house, life)
    before = [column.rate for column in _funnel(session, house).columns]
    lose_every_deal(session, house)
    assert [column.rate for column in _funnel(session, house).columns] == before


def test_a_winner_is_seen_at_every_step_up_to_the_deal(session):
    house = make_house(session)
    live(session, house, WINNER)
    reached = _reached(_funnel(session, house))
    assert set(reached.values()) == {1}
    assert list(reached)[:5] == ["tofu", "mofu", "bofu", "offered", "accepted"]
    assert list(reached)[-1] == "won"


def test_the_period_is_in_days_of_the_workspaces_zone(session):
    house = make_house(session)
    house.workspace.zone = "Pacific/Auckland"
    # NOON in UTC is one in the morning of the next day there.
    live(session, house, Life())
    session.flush()
    tomorrow = NOON.date() + timedelta(days=1)
    assert _funnel(session, house, Filter(first=tomorrow, last=tomorrow)).population == 1
    assert _funnel(session, house, Filter(last=NOON.date())).population == 0


def test_missing_is_not_a_source_called_unknown(session):
    house = make_house(session)
    live(session, house, Life(touches=("survey",)))
    live(session, house, Life(source="unknown"))
    assert _funnel(session, house, Filter(source=MISSING)).population == 1
    assert _funnel(session, house, Filter(source="unknown")).population == 1
    planned = plan(session, house.workspace, Filter(), now=NOW)
    assert {o.name for o in queries.overview(session, planned).origins} == {MISSING, "unknown"}


def test_a_source_is_one_however_it_is_spelled(session):
    house = make_house(session)
    live(session, house, Life(source="LinkedIn"))
    live(session, house, Life(source="linkedin"))
    planned = plan(session, house.workspace, Filter(), now=NOW)
    assert [o.won.denominator for o in queries.overview(session, planned).origins] == [2]


@pytest.mark.parametrize(
    ("one", "other"), [("\u00c9cole", "\u00e9cole"), (MISSING, "")], ids=["accents", "missing"]
)
def test_a_source_counts_whom_its_filter_finds(session, one, other):
    house = make_house(session)
    live(session, house, Life(source=one))
    live(session, house, Life(source=other) if other else Life(touches=("survey",)))
    planned = plan(session, house.workspace, Filter(), now=NOW)
    (origin,) = queries.overview(session, planned).origins
    assert origin.won.denominator == _funnel(session, house, Filter(source=one)).population == 2


def test_of_many_sources_the_most_frequent_are_read(session, monkeypatch):
    monkeypatch.setattr(queries, "NAMES", 1)
    monkeypatch.setattr(queries, "ORIGINS", 1)
    house = make_house(session)
    for source in ("rare", "news", "News"):
        live(session, house, Life(source=source))
    live(session, house, Life(source="news"))
    planned = plan(session, house.workspace, Filter(), now=NOW)
    assert [o.name for o in queries.overview(session, planned).origins] == ["news"]
    assert queries.source_names(session, house.workspace.id) == ["news"]


def test_only_known_leaves_out_the_anonymous(session):
    house = make_house(session)
    live(session, house, Life())
    live(session, house, Life(name="Ana"))
    assert _funnel(session, house, Filter(is_known=True)).population == 1


def test_a_robot_is_nobody(session):
    house = make_house(session)
    agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    record(session, house.page("/", anonymous_id="r", user_agent=agent))
    assert _funnel(session, house).population == 0


def test_workspaces_do_not_mix(session):
    ours, theirs = make_house(session), make_house(session, "Other")
    live(session, theirs, WINNER)
    assert _funnel(session, ours).population == 0


def test_who_is_silent_too_long_has_left_the_top(session):
    house = make_house(session)
    live(session, house, Life())
    fresh = _funnel(session, house).columns[0]
    later = queries.funnel(session, house.workspace, Filter(), now=NOON + days(200)).columns[0]
    assert (fresh.waiting, fresh.left) == (1, 0)
    assert (later.waiting, later.left) == (0, 1)


def test_rejected_leads_stay_in_the_denominator(session):
    house = make_house(session)
    live(session, house, WINNER)
    live(session, house, Life(name="Ben", touches=("demo",), answer=HandoffStatus.REJECTED))
    accepted = next(c for c in _funnel(session, house).columns if c.step.key == "accepted")
    assert accepted.rate == Ratio(numerator=1, denominator=2)


def test_the_wait_is_the_median_since_the_last_step_seen(session):
    house = make_house(session)
    for hours in (1, 2, 4):
        live(session, house, Life(touches=(*["page"] * hours, "survey")))
    mofu = _funnel(session, house).columns[1]
    assert (mofu.wait.micros, mofu.wait.people) == (2 * 3600 * 10**6, 3)


def test_an_even_number_of_waits_has_its_middle_between_two(session):
    house = make_house(session)
    for hours in (1, 4):
        live(session, house, Life(touches=(*["page"] * hours, "survey")))
    assert _funnel(session, house).columns[1].wait.micros == 2.5 * 3600 * 10**6


def test_the_time_to_won_runs_from_the_first_touch(session):
    house = make_house(session)
    live(session, house, WINNER)
    planned = plan(session, house.workspace, Filter(), now=NOW)
    assert queries.overview(session, planned).to_won.micros == (2 * 24 + 3) * 3600 * 10**6


def test_a_deal_of_another_pipeline_is_not_won_in_this_one(session):
    house = make_house(session)
    live(session, house, WINNER)
    other = setup.install(session, house.workspace.id, "agency")
    found = _funnel(session, house, Filter(pipeline=other.code))
    assert (found.won.numerator, found.population) == (0, 1)


def test_a_merged_lead_is_counted_once(session):
    house = make_house(session)
    first, second = Life(touches=("page",)), Life(touches=("page", "survey"))
    one, two = live(session, house, first), live(session, house, second)
    two.merged_into_id = one.id
    session.flush()
    assert _funnel(session, house).population == 1
    assert queries.lead_count(session, house.workspace.id) == 1


def test_stats_count_everything_by_stage_and_status(session):
    house = make_house(session)
    live(session, house, WINNER)
    live(session, house, Life())
    found = queries.stats(session, house.workspace.id)
    assert found["touches"] == 5
    assert found["leads"] == {"tofu": 1, "mofu": 0, "bofu": 1, "none": 0}
    assert found["handoffs"]["accepted"] == found["deals"]["won"] == 1
    assert sum(found["leads"].values()) == len(session.scalars(select(Lead)).all())


def test_a_period_that_nobody_falls_into_is_empty(session):
    house = make_house(session)
    live(session, house, WINNER)
    assert _funnel(session, house, Filter(last=date(2020, 1, 1))).population == 0
