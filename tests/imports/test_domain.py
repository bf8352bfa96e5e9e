from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.builders import NOON
from tracker.errors import Invalid
from tracker.imports.domain import (
    Dates,
    Field,
    RowProblem,
    check_format,
    check_header,
    check_mapping,
    check_order,
    parse_mapping,
)

FIELDS = (Field(name="lead", words="", is_needed=True), Field(name="value", words=""))


def read(text, text_format="%Y-%m-%d", zone="UTC"):
    dates = Dates(format=text_format, zone=ZoneInfo(zone), now=NOON)
    return dates.read("at", text)


@pytest.mark.parametrize(
    ("text", "text_format"),
    [
        ("2018-02-01", "%Y-%m-%d"),
        ("01-02-2018", "%d-%m-%Y"),
        ("2/1/2018", "%m/%d/%Y"),
        ("1 Feb 2018", "%d %b %Y"),
        ("2018-02-01T00:00:00Z", "%Y-%m-%dT%H:%M:%S%z"),
    ],
)
def test_one_date_in_any_spelling_is_one_moment(text, text_format):
    assert read(text, text_format) == datetime(2018, 2, 1, tzinfo=UTC)


def test_a_date_means_midnight_in_the_zone_of_the_file():
    assert read("2018-02-01", zone="America/Sao_Paulo") == datetime(2018, 2, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "2018-02-30", "01.02.2018", "2018-02-01 10:00", "2026-03-05", "1969-12-31"]
)
def test_a_date_that_does_not_fit_is_no_date(text):
    with pytest.raises(RowProblem):
        read(text)


def test_a_moment_outside_the_calendar_is_no_date():
    with pytest.raises(RowProblem):
        read("0001-01-01 00:00", "%Y-%m-%d %H:%M", "Asia/Tokyo")


@pytest.mark.parametrize("text", ["", "%d.%m", "%Y", "%H:%M", "%Y-%m-%d %Q", "%d/%d/%Y"])
def test_a_format_that_names_no_whole_date_is_refused(text):
    with pytest.raises(Invalid):
        check_format(text)


def test_dates_that_say_day_and_month_are_turned_stop_the_import():
    with pytest.raises(Invalid, match="other way round"):
        check_order(["2/1/2018", "3/25/2018", "4/30/2018", "1/13/2018"], "%d/%m/%Y")


def test_one_wrong_date_among_right_ones_stops_nothing():
    check_order(["25/3/2018", "30/4/2018", "2/13/2018", ""], "%d/%m/%Y")


def test_one_impossible_date_among_ambiguous_ones_stops_nothing():
    check_order(["1/2/2018", "3/4/2018", "2/13/2018"], "%d/%m/%Y")


@pytest.mark.parametrize("texts", [["2/13/2018"], ["1/2/2018", "2/13/2018", "2/14/2018"]])
def test_dates_that_only_make_sense_turned_stop_the_import(texts):
    with pytest.raises(Invalid, match="other way round"):
        check_order(texts, "%d/%m/%Y")


def test_dates_that_fit_both_ways_say_nothing():
    check_order(["1/2/2018", "3/4/2018"], "%d/%m/%Y")


def test_a_mapping_may_have_an_equals_sign_in_the_column():
    assert parse_mapping(["lead=id=1", " value = v "], FIELDS) == {"lead": "id=1", "value": "v"}


@pytest.mark.parametrize("pairs", [["lead"], ["lead="], ["led=id"], ["lead=a", "lead=b"], ["=id"]])
def test_a_mapping_that_makes_no_sense_is_named(pairs):
    with pytest.raises(Invalid, match=r"lead|led|=id"):
        parse_mapping(pairs, FIELDS)


@pytest.mark.parametrize(
    ("mapping", "named"), [({"value": "v"}, "lead"), ({"lead": "x", "value": "v"}, "x")]
)
def test_what_is_missing_is_named(mapping, named):
    with pytest.raises(Invalid, match=named):
        check_mapping(mapping, FIELDS, ["id", "v"])


@pytest.mark.parametrize(
    "header",
    [[], ["", ""], ["id", "id"], ["id", "__class__"], [f"c{n}" for n in range(201)]],
)
def test_a_header_that_cannot_be_told_apart_is_refused(header):
    with pytest.raises(Invalid):
        check_header(header)


def test_columns_without_a_name_are_no_duplicates():
    check_header(["id", "", ""])
