"""Driver SQL for the hot path: tuples in, tuples out, written once for both databases.

Session, pool and transaction are SQLAlchemy's, the cursor is the driver's: 3 us a statement
where `exec_driver_sql` takes 26, which counts while batches are small.  Errors come by
SQLAlchemy's names.  Everything that is not hot uses the ORM plainly.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tracker.memory import REMEMBERS, memory_of

CHUNK = 500
# Rows of one INSERT. Each number of rows is a statement that is kept prepared.
TOGETHER = 100
# At most so many rows are known by heart under one name.
REMEMBERED = 10_000

Row = Sequence[Any]
# What PostgreSQL calls the types of our values.
KINDS = {int: "bigint", str: "text", bytes: "bytea", bool: "boolean"}


def connection_of(session: Session) -> Connection:
    """Return the connection of a session's transaction, which it begins if there is none.

    A session of one connection is not asked: it would look for its bind at every statement.
    """
    bind = session.bind
    if isinstance(bind, Connection) and bind.in_transaction():
        return bind
    return session.connection()


def is_sqlite(session: Session) -> bool:
    """Return whether a session's database has one writer and no arrays."""
    return session.get_bind().dialect.name == "sqlite"


def execute(session: Session, sql: str, values: Sequence[Any] = ()) -> None:
    """Run a statement that returns nothing."""
    run(connection_of(session), sql, tuple(values)).close()


def fetch(session: Session, sql: str, values: Sequence[Any] = ()) -> Sequence[Row]:
    """Return the rows of a query whose parameters are written as `?`."""
    cursor = run(connection_of(session), sql, tuple(values))
    rows: Sequence[Row] = cursor.fetchall()
    cursor.close()
    return rows


def fetch_in(
    session: Session, sql: str, keys: Iterable[Any], *, before: Sequence[Any] = ()
) -> list[Row]:
    """Return the rows of a query with one `IN ({})`, asked for some hundred keys at a time.

    On SQLite lists are filled up to a power of two with their last key: a statement that the
    driver has seen before need not be prepared again.  PostgreSQL takes all keys as one value.
    """
    found: list[Row] = []
    for part in chunks(keys):
        if is_sqlite(session):
            size = 1 << (len(part) - 1).bit_length()
            part += [part[-1]] * (size - len(part))
            found += fetch(session, sql.replace("{}", _marks(size)), (*before, *part))
        else:
            kind = KINDS[type(part[0])]
            any_of = sql.replace("IN ({})", f"= ANY(?::{kind}[])")
            found += fetch(session, any_of, (*before, _array(part, kind)))
    return found


def execute_many(session: Session, sql: str, rows: Sequence[Row]) -> None:
    """Run a statement once for each row of parameters."""
    if rows:
        run(connection_of(session), sql, [tuple(row) for row in rows]).close()


def insert_many(session: Session, sql: str, rows: Sequence[Row], *, types: str) -> None:
    """Run `INSERT INTO … {}` for many rows at once; no key may come twice.

    One step of the database where `execute_many` takes one for each row, and gives every
    waiting thread a turn at each.  `types` are the columns' types as PostgreSQL calls them.
    """
    for statement in _inserts(session, sql, rows, types):
        execute(session, *statement)


def insert_returning(
    session: Session, sql: str, rows: Sequence[Row], *, types: str, returning: str
) -> list[Row]:
    """Run `INSERT INTO … {}` for many rows at once and return what each one says.

    Rows that a unique constraint refuses are left out.
    """
    sql += f" ON CONFLICT DO NOTHING RETURNING {returning}"
    found: list[Row] = []
    for statement in _inserts(session, sql, rows, types):
        found += fetch(session, *statement)
    return found


def remembered(session: Session, *name: Any) -> dict[Any, Any]:
    """Return what is known under a name since an earlier transaction, to be read and added to.

    It is empty wherever anybody else may have written meanwhile, and for all but the intake.
    Only what this transaction has read or written itself may be put in.
    """
    connection = connection_of(session)
    if not connection.get_execution_options().get(REMEMBERS):
        return {}
    known: dict[Any, Any] = memory_of(connection).known.setdefault(name, {})
    if len(known) > REMEMBERED:
        # What was put in first goes; to forget all would be felt by everybody at once.
        for key in [*islice(known, len(known) // 2)]:
            del known[key]
    return known


def chunks(values: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Cut values into lists of at most `size`: drivers bound the number of parameters."""
    ordered = list(values)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def run(
    connection: Connection, sql: str, values: tuple[Any, ...] | list[tuple[Any, ...]] = ()
) -> Any:
    """Run a statement, once for each row of a list, and return the driver's cursor."""
    dialect = connection.dialect
    text = sql if dialect.name == "sqlite" else _with_percents(sql)
    try:
        cursor = connection.connection.cursor()
        if isinstance(values, list):
            cursor.executemany(text, values)
        else:
            cursor.execute(text, values)
    except dialect.loaded_dbapi.Error as error:
        raise _named(connection, text, values, error) from error
    return cursor


def _named(connection: Connection, text: str, values: Any, error: Exception) -> BaseException:
    """Return the error by SQLAlchemy's name, and give up a connection that is lost."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)  # type: ignore[arg-type]
    if is_lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        text,
        values,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=connection.engine.hide_parameters,
        connection_invalidated=is_lost,
        dialect=dialect,
    )


def _inserts(
    session: Session, sql: str, rows: Sequence[Row], types: str
) -> Iterator[tuple[str, Sequence[Any]]]:
    """Give the statements that put many rows in, each with its values."""
    if not rows:
        return
    kinds = types.split()
    if is_sqlite(session):
        for part in chunks(rows, TOGETHER):
            marks = ",".join([f"({_marks(len(kinds))})"] * len(part))
            yield sql.replace("{}", f"VALUES {marks}"), list(chain.from_iterable(part))
        return
    # One statement whatever the number of rows: the client reads a long one anew each time,
    # and takes seven times as long to bind a list as we take to write one down.
    columns = ", ".join(f"?::{kind}[]" for kind in kinds)
    text = sql.replace("{}", f"SELECT * FROM unnest({columns})")
    for part in chunks(rows):
        values = zip(*part, strict=True)
        yield text, [_array(column, kind) for column, kind in zip(values, kinds, strict=True)]


def _array(values: Sequence[Any], kind: str) -> str:
    """Return values as PostgreSQL writes an array (its manual, 8.15.2)."""
    if kind == "text":
        quoted = [value if value is None else _quoted(value) for value in values]
    elif kind == "bytea":
        quoted = [value if value is None else f'"\\\\x{value.hex()}"' for value in values]
    else:
        return "{" + repr([*values])[1:-1].replace("None", "NULL") + "}"
    return "{" + ",".join(["NULL" if value is None else value for value in quoted]) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@lru_cache(maxsize=64)
def _marks(number: int) -> str:
    return ",".join("?" * number)


@lru_cache(maxsize=1024)
def _with_percents(sql: str) -> str:
    return sql.replace("?", "%s")
