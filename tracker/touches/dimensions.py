"""Find or create the small rows that touches point to, many at a time."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.orm import Session

from tracker.db import Model
from tracker.driver import KINDS, Row, fetch_in, insert_returning, remembered

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
    known = remembered(session, table.name, workspace_id, columns)
    found = {key: known[key] for key in rows if key in known}
    wanted = [key for key in rows if key not in found]
    if not wanted:
        return found
    found |= _find(session, table, columns, workspace_id, wanted)
    missing = sorted((key for key in wanted if key not in found), key=repr)
    if missing:
        values = [{**rows[k], columns[0]: k, "workspace_id": workspace_id} for k in missing]
        found |= _insert(session, table, columns, values)
        # Another process may have made some of them meanwhile.
        lost = [key for key in missing if key not in found]
        found |= _find(session, table, columns, workspace_id, lost)
    known.update(found)
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


def _insert(
    session: Session,
    table: Table,
    columns: tuple[str, ...],
    values: Iterable[Mapping[str, Any]],
) -> dict[Any, Row]:
    shape = [column for column in table.columns if column.name != "id"]
    rows = insert_returning(
        session,
        f"/* dimensions.insert */ INSERT INTO {table.name} "
        f"({', '.join(column.name for column in shape)}) {{}}",
        [[v[c.name] if c.name in v else _default(c) for c in shape] for v in values],
        types=_types(shape),
        returning=", ".join(columns),
    )
    return {_plain(row[0]): row[1:] for row in rows}


def _types(columns: Iterable[Column[Any]]) -> str:
    kinds = {**KINDS, datetime: "bigint"}
    return " ".join(kinds.get(column.type.python_type, "text") for column in columns)


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg
