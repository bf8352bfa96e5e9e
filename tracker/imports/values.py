"""Read the values of a row: ids, money, words of a list; what cannot be read raises RowProblem."""

import re
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from tracker.collector import keys
from tracker.imports.domain import Row, RowProblem

Word = TypeVar("Word", bound=StrEnum)
MOST_VALUE = Decimal(10) ** 12


def identifier(row: Row, name: str) -> str:
    """Return a value that tells rows apart, or '' where the cell is empty."""
    text = row.values.get(name, "")
    is_short = len(text) == 1 and text.isalnum()
    if text and not is_short and not keys.key(text):
        raise RowProblem(name, text, "cannot tell anybody apart")
    return text


def amount(row: Row, name: str) -> Decimal | None:
    """Return a sum of money, or None where the cell is empty; only 1234.5 is understood."""
    text = row.values.get(name, "")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise RowProblem(name, text, "is no number such as 1234.50") from None
    if not value.is_finite() or not 0 <= value < MOST_VALUE:
        raise RowProblem(name, text, "is no sum of money we can keep")
    return round(value, 2)


def one_of(words: type[Word], row: Row, name: str) -> Word | None:
    """Return which of some words a cell says, however it is spelled, or None where it is empty."""
    text = row.values.get(name, "")
    folded = "_".join(re.split(r"[\s_-]+", text.casefold()))
    if text and folded not in set(words):
        raise RowProblem(name, text, f"is none of {', '.join(words)}")
    return words(folded) if text else None
