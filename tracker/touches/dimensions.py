"""Find or create the small rows that touches point to, many at a time."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.db import Model
from tracker.driver import Row, fetch_in

# Values of a missing row, by its key; the key's own column need not be repeated.
Rows = Mapping[Any, Mapping[str, Any]]


def find_or_create(
    session: Session,
    model: type[Model],
    columns: tuple[str, ...],
    *,
    workspace_id: int,
    rows: Rows,
) -> dict[Any, Row]:
    """Return, for each key, the columns of its row after the first; made where it is missing.

    The first of the columns is the key.  Two writers may do this at once: the unique
    constraint decides, and both see one row.
    """
    table = model.__table__
    assert isinstance(table, Table)
    if not rows:
        return {}
    found = _find(session, table, columns, workspace_id, rows)
    missing = sorted((key for key in rows if key not in found), key=repr)
    if missing:
        values = [{**rows[k], columns[0]: k, "workspace_id": workspace_id} for k in missing]
        session.execute(_insert_or_ignore(session, table), values)
        found |= _find(session, table, columns, workspace_id, missing)
    return found


def _find(
    session: Session,
    table: Table,
    columns: tuple[str, ...],
    workspace_id: int,
    keys: Iterable[Any],
) -> dict[Any, Row]:
    sql = (
        f"/* dimensions.find */ SELECT {', '.join(columns)} FROM {table.name} "
        f"WHERE workspace_id = ? AND {columns[0]} IN ({{}})"
    )
    rows = fetch_in(session, sql, keys, before=(workspace_id,))
    return {_plain(row[0]): row[1:] for row in rows}


def _plain(key: Any) -> Any:
    return bytes(key) if isinstance(key, memoryview) else key


def _insert_or_ignore(session: Session, table: Table) -> Any:
    dialect = session.get_bind().dialect.name
    module: Any = sqlite if dialect == "sqlite" else postgresql
    return module.insert(table).on_conflict_do_nothing()
