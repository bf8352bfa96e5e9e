"""What a deal can do, what it may be worth, and when it rots."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import NOON, days
from tracker.errors import Conflict, Invalid
from tracker.pipeline.domain import (
    UNDO_WITHIN,
    DealStatus,
    check_open,
    check_title,
    check_undo,
    check_value,
    check_version,
    close,
    month_start,
    parse_value,
    reopen,
    ripeness,
)


@pytest.mark.parametrize("status", [DealStatus.WON, DealStatus.LOST])
def test_closed_deal_neither_moves_nor_closes_again(status):
    for act in (lambda: check_open(status), lambda: close(status, DealStatus.WON)):
        with pytest.raises(Conflict, match=f"already {status}"):
            act()


def test_only_a_closed_deal_is_reopened():
    assert reopen(DealStatus.LOST) is DealStatus.OPEN
    with pytest.raises(Conflict):
        reopen(DealStatus.OPEN)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("", None),
        ("  ", None),
        ("0", "0.00"),
        ("1200", "1200"),
        ("1200.5", "1200.50"),
        ("1200,50", "1200.50"),
        ("1 200 000", "1200000"),
        ("1\u202f200", "1200"),
        ("999999999999.99", "999999999999.99"),
    ],
)
def test_amount_is_read_as_typed(typed, amount):
    assert parse_value(typed) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    "typed",
    ["1,200", "1.200", "-5", "NaN", "Infinity", "1e9", "twelve", "١٢", "1000000000000", "5€"],
)
def test_amount_that_could_be_misread_is_refused(typed):
    with pytest.raises(Invalid) as refused:
        parse_value(typed)
    assert "value" in refused.value.fields


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-0.01", "1000000000000", "0.001"])
def test_amount_that_cannot_be_kept_is_refused(value):
    with pytest.raises(Invalid):
        check_value(Decimal(value))


def test_title_loses_needless_spaces_and_what_no_database_takes():
    assert check_title("  Two \0 words\n") == "Two words"


@pytest.mark.parametrize("title", ["", "   ", "\0", "x" * 256])
def test_empty_and_endless_titles_are_refused(title):
    with pytest.raises(Invalid):
        check_title(title)


def test_stale_version_is_a_conflict_and_none_asks_nothing():
    check_version(3, 3)
    check_version(3, None)
    with pytest.raises(Conflict):
        check_version(3, 2)


def test_a_move_is_taken_back_by_its_mover_and_at_once():
    check_undo(NOON, 1, by=1, now=NOON + UNDO_WITHIN)
    with pytest.raises(Conflict, match="somebody else"):
        check_undo(NOON, 1, by=2, now=NOON)
    with pytest.raises(Conflict, match="too late"):
        check_undo(NOON, 1, by=1, now=NOON + UNDO_WITHIN + timedelta(seconds=1))


def test_a_deal_is_ripe_on_its_rot_day():
    assert ripeness(NOON, 14, now=NOON + days(7)) == 0.5
    assert ripeness(NOON, 14, now=NOON + days(14)) == 1


def test_the_month_begins_where_the_workspace_is():
    late = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    assert month_start(late, "UTC") == datetime(2026, 3, 1, tzinfo=UTC)
    assert month_start(late, "Europe/Warsaw") == datetime(2026, 3, 31, 22, tzinfo=UTC)
