import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from tracker.driver import execute, execute_many, fetch, fetch_in, insert_many, insert_returning


def test_an_error_has_sqlalchemys_name(session):
    execute(session, "CREATE TEMPORARY TABLE scratch (a INTEGER PRIMARY KEY)")
    with pytest.raises(IntegrityError) as caught:
        execute_many(session, "INSERT INTO scratch VALUES (?)", [(1,), (1,)])
    assert not caught.value.connection_invalidated


def test_a_lost_connection_is_given_up(postgres_engine):
    with Session(postgres_engine) as session, pytest.raises(DBAPIError) as caught:
        fetch(session, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert caught.value.connection_invalidated


def test_many_keys_are_asked_for_in_parts(session):
    execute(session, "CREATE TEMPORARY TABLE scratch (a INTEGER PRIMARY KEY)")
    execute_many(session, "INSERT INTO scratch VALUES (?)", [(n,) for n in range(1200)])
    found = fetch_in(session, "SELECT a FROM scratch WHERE a IN ({})", range(1200))
    assert sorted(number for (number,) in found) == list(range(1200))


ODD = (
    "",
    "NULL",
    "None",
    '"',
    "\\",
    '\\"',
    "{a,b}",
    "a\nb\tc",
    "é 漢 🙂",
    "'; --",
    "%s ? {}",
    None,
)


def test_whatever_is_put_in_comes_out_again(session):
    execute(session, "CREATE TEMPORARY TABLE scratch (a INTEGER, b TEXT, c BOOLEAN)")
    rows = [(n, text, n % 2 == 0) for n, text in enumerate(ODD)]
    insert_many(session, "INSERT INTO scratch (a, b, c) {}", rows, types="bigint text boolean")
    found = fetch(session, "SELECT a, b, c FROM scratch ORDER BY a")
    assert [(a, b, bool(c)) for a, b, c in found] == rows
    texts = [text for text in ODD if text is not None]
    assert {b for (b,) in fetch_in(session, "SELECT b FROM scratch WHERE b IN ({})", texts)} == {
        *texts
    }


def test_bytes_come_out_again_and_find_their_row(session, engine):
    kind = "BLOB" if engine.dialect.name == "sqlite" else "BYTEA"
    execute(session, f"CREATE TEMPORARY TABLE scratch (a INTEGER, b {kind})")
    every = [bytes(range(256)), b"", b"\\x00", b"\x00" * 16]
    rows = [(number, each) for number, each in enumerate([*every, None])]
    insert_many(session, "INSERT INTO scratch (a, b) {}", rows, types="bigint bytea")
    found = fetch(session, "SELECT a, b FROM scratch ORDER BY a")
    assert [(a, b if b is None else bytes(b)) for a, b in found] == rows
    found = fetch_in(session, "SELECT b FROM scratch WHERE b IN ({})", every)
    assert {bytes(b) for (b,) in found} == {*every}


def test_what_a_constraint_refuses_is_left_out_of_what_is_returned(session):
    execute(session, "CREATE TEMPORARY TABLE scratch (a INTEGER PRIMARY KEY)")
    sql = "INSERT INTO scratch (a) {}"
    first = insert_returning(session, sql, [(1,), (2,)], types="bigint", returning="a")
    again = insert_returning(session, sql, [(n,) for n in range(1, 1200)], types="bigint",
                             returning="a")  # fmt: skip
    assert [a for (a,) in first] == [1, 2]
    assert sorted(a for (a,) in again) == list(range(3, 1200))
