"""What an error of the store means for the batch: bad data, bad luck, or no store."""

from enum import StrEnum

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError


class Fault(StrEnum):
    """Halve the batch until the bad hit is alone; try all of it again; or tell the sender."""

    BAD_HIT = "bad_hit"
    TRY_AGAIN = "try_again"
    NO_STORE = "no_store"


# Serialization failure, deadlock, and a unique key that another writer took meanwhile.
_CLASHES = frozenset({"40001", "40P01", "23505"})


def fault_of(error: Exception) -> Fault:
    """Return what an error that came out of the store means."""
    if isinstance(error, StaleDataError):
        return Fault.TRY_AGAIN
    if isinstance(error, DBAPIError):
        return _of_driver(error)
    if isinstance(error, StatementError):
        return Fault.BAD_HIT
    if isinstance(error, SQLAlchemyError | OSError | MemoryError | PoolTimeout):
        return Fault.NO_STORE
    # Not the database's word: something in a hit that our own code cannot take.
    return Fault.BAD_HIT


def _of_driver(error: DBAPIError) -> Fault:
    state = getattr(error.orig, "sqlstate", None)
    if state in _CLASHES:
        return Fault.TRY_AGAIN
    if error.connection_invalidated:
        return Fault.NO_STORE
    if isinstance(error, DataError | IntegrityError | NotSupportedError):
        return Fault.BAD_HIT
    # SQLite cannot bind what is too large or of no type that it knows.
    return (
        Fault.BAD_HIT
        if type(error).__name__ == "InterfaceError" and not state
        else (Fault.NO_STORE)
    )
