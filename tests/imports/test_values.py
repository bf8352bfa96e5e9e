from decimal import Decimal

import pytest

from tracker.imports.domain import Row, RowProblem
from tracker.imports.values import amount, identifier


def row(text):
    return Row(line=2, values={"cell": text})


@pytest.mark.parametrize(
    ("text", "value"), [("", None), ("0.0", 0), ("1234.5", Decimal("1234.50")), ("7", 7)]
)
def test_a_sum_is_read_as_written(text, value):
    assert amount(row(text), "cell") == value


@pytest.mark.parametrize("text", ["1,5", "1.234,50", "EUR 5", "NaN", "Infinity", "-1", "1e13"])
def test_a_sum_is_never_guessed(text):
    with pytest.raises(RowProblem):
        amount(row(text), "cell")


@pytest.mark.parametrize("text", ["7", "A", "a-very-long-id", "4ef15afb4b2723d8f3d81e51ec7afefe"])
def test_an_id_stays_as_it_is(text):
    assert identifier(row(text), "cell") == text


@pytest.mark.parametrize("text", ["null", "None", "undefined", "N/A", "-", "x" * 256])
def test_what_every_row_might_say_is_no_id(text):
    with pytest.raises(RowProblem):
        identifier(row(text), "cell")
