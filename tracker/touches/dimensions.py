"""Find or create the small rows that touches point to, many at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.db import Model

CHUNK = 500

# Values of a missing row, by its key; the key's own column need not be repeated.
Rows = Mapping[Any, Mapping[str, Any]]


def find_or_create(
    session: Session, model: type[Model], key: str, *, workspace_id: int, rows: Rows
) -> dict[Any, Any]:
    """Return the row of each key, made where it is missing.

    Two writers may do this at once: the unique constraint decides, and both see one row.
    """
    table = model.__table__
    assert isinstance(table, Table)
    found = _find(session, table, key, workspace_id, rows)
    missing = sorted((k for k in rows if k not in found), key=repr)
    if missing:
        values = [{**rows[k], key: k, "workspace_id": workspace_id} for k in missing]
        session.execute(_insert_or_ignore(session, table), values)
        found |= _find(session, table, key, workspace_id, missing)
    return found


def chunks(values: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Cut values into lists of at most `size`: drivers bound the number of parameters."""
    ordered = list(values)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def insert_rows(session: Session, model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert plain rows in one statement."""
    if rows:
        session.execute(insert(model), list(rows))


def _find(
    session: Session, table: Table, key: str, workspace_id: int, keys: Iterable[Any]
) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for part in chunks(keys):
        query = select(table).where(table.c.workspace_id == workspace_id, table.c[key].in_(part))
        found |= {getattr(row, key): row for row in session.execute(query)}
    return found


def _insert_or_ignore(session: Session, table: Table) -> Any:
    dialect = session.get_bind().dialect.name
    module: Any = sqlite if dialect == "sqlite" else postgresql
    return module.insert(table).on_conflict_do_nothing()
