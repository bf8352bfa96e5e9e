"""The board and the table of deals."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import NOON, make_deal, make_house
from tests.people import make_user
from tracker import journey
from tracker.pipeline import queries, service, setup
from tracker.pipeline.domain import DealStatus


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def pipeline(session, house):
    return setup.default_pipeline(session, house.workspace.id)


def deals(session, house, *values):
    """Open deals with these values, one hour after the other."""
    made = []
    for number, value in enumerate(values):
        deal = make_deal(session, house, f"lead{number}@firm{number}.example")
        deal.value = None if value is None else Decimal(value)
        deal.entered_at = NOON + timedelta(hours=number)
        made.append(deal)
    session.flush()
    return made


def win(session, deal, hours=1):
    journey.win_deal(session, deal, by=service.By(user_id=None, now=NOON + timedelta(hours=hours)))


def test_column_counts_and_sums_all_but_shows_the_longest_waiting(session, house, pipeline):
    made = deals(session, house, "10.10", "20.20", None)
    first = queries.board(session, pipeline, show=2)[0]
    assert first.total == queries.Total(count=3, sums=(("EUR", Decimal("30.30")),))
    assert list(first.deals) == made[:2]


def test_a_column_shows_all_when_asked(session, house, pipeline):
    made = deals(session, house, *[None] * 4)
    first = queries.board(session, pipeline, show=1, all_of=pipeline.stages[0].code)[0]
    assert list(first.deals) == made


def test_every_currency_is_summed_by_itself(session, house, pipeline):
    made = deals(session, house, "1", "2", "4")
    made[1].currency = "USD"
    session.flush()
    total = queries.stage_totals(session, pipeline)[pipeline.stages[0].id]
    assert total.sums == (("EUR", Decimal(5)), ("USD", Decimal(2)))


def test_closed_deals_leave_the_board_and_are_summed_since_a_moment(session, house, pipeline):
    early, late = deals(session, house, "1", "2")
    win(session, early, hours=1)
    win(session, late, hours=9)
    since = NOON + timedelta(hours=5)
    assert queries.board(session, pipeline)[0].total.count == 0
    closed = queries.closed_totals(session, pipeline, since=since)
    assert closed == {DealStatus.WON: queries.Total(count=1, sums=(("EUR", Decimal(2)),))}


def test_table_shows_what_changed_last_on_top(session, house):
    first, second, third = deals(session, house, None, None, None)
    win(session, first, hours=9)
    some = queries.Some()
    found = queries.page(session, house.workspace.id, some, limit=10)
    assert found == [first, third, second]
    assert queries.page(session, house.workspace.id, some, limit=1, offset=1) == [third]


@pytest.mark.parametrize("text", ["FIRM1", "lead1@", "irm1.exam"])
def test_search_finds_title_company_and_lead_in_any_case(session, house, text):
    made = deals(session, house, None, None, None)
    found = queries.page(session, house.workspace.id, queries.Some(text=text), limit=10)
    assert found == [made[1]]


def test_wildcards_of_the_database_are_only_signs(session, house):
    deals(session, house, None)
    assert queries.total(session, house.workspace.id, queries.Some(text="%")).count == 0


def test_owner_filter_holds_for_cards_and_sums(session, house, pipeline):
    made = deals(session, house, "1", "2")
    made[0].owner_id = owner = make_user(session, house.workspace).user_id
    session.flush()
    first = queries.board(session, pipeline, owner_id=owner)[0]
    assert (first.total.count, list(first.deals)) == (1, [made[0]])


def test_owners_are_the_team_of_the_workspace(session, house):
    make_user(session, make_house(session, "Other").workspace)
    member = make_user(session, house.workspace)
    assert queries.owners(session, house.workspace.id) == [member.user]


def test_another_workspace_counts_nothing(session, house):
    deals(session, house, "1")
    other = make_house(session, "Other")
    assert queries.total(session, other.workspace.id, queries.Some()) == queries.Total()
