import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from tracker.driver import execute, execute_many, fetch, fetch_in


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
