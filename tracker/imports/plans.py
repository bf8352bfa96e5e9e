"""Understand a whole file before anything is written: every row, or why it cannot be taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.imports.deals import DealImport
from tracker.imports.domain import (
    Dates,
    Row,
    RowError,
    RowProblem,
    check_mapping,
    check_order,
)
from tracker.imports.files import Sheet
from tracker.imports.leads import LeadImport

Importer = LeadImport | DealImport


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A file that has been understood row by row, before anything is written."""

    sheet: Sheet
    mapping: Mapping[str, str]
    rows: tuple[Any, ...]
    errors: tuple[RowError, ...]


def understand(
    importer: Importer,
    sheet: Sheet,
    *,
    mapping: Mapping[str, str],
    dates: Dates,
    empty: Sequence[str] = (),
) -> Plan:
    """Read every row of a file; a mapping or a date format that cannot be right raises Invalid."""
    check_mapping(mapping, importer.fields, sheet.header)
    found = list(sheet.rows(mapping, empty=empty))
    texts = [row.values[importer.date_field] for row in found if isinstance(row, Row)]
    check_order(texts, dates.format)
    rows: list[Any] = []
    errors: list[RowError] = []
    for row in found:
        if isinstance(row, RowError):
            errors.append(row)
            continue
        try:
            rows.append(importer.parse(row, dates))
        except RowProblem as problem:
            errors.append(named(problem, row, mapping))
    return Plan(sheet=sheet, mapping=mapping, rows=tuple(rows), errors=tuple(errors))


def named(problem: RowProblem, row: Row, mapping: Mapping[str, str]) -> RowError:
    """Return what is wrong with a row, in the words of the file."""
    value = problem.value if len(problem.value) <= 80 else problem.value[:79] + "…"
    column = mapping.get(problem.name, problem.name)
    return RowError(line=row.line, column=column, value=value, reason=problem.reason)
