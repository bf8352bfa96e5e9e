"""What an error of the store means for the batch."""

import pytest
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from tracker.collector.faults import Fault, fault_of


class Said(Exception):
    """What a driver raises."""

    def __init__(self, sqlstate: str | None = None) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OperationalError("", {}, Said("40P01")), Fault.TRY_AGAIN),
        (OperationalError("", {}, Said("40001")), Fault.TRY_AGAIN),
        (IntegrityError("", {}, Said("23505")), Fault.TRY_AGAIN),
        (StaleDataError("the row has moved on"), Fault.TRY_AGAIN),
        (DataError("", {}, Said("22021")), Fault.BAD_HIT),
        (IntegrityError("", {}, Said("23502")), Fault.BAD_HIT),
        (StatementError("", "", {}, ValueError()), Fault.BAD_HIT),
        (OverflowError("too large for SQLite"), Fault.BAD_HIT),
        (OperationalError("", {}, Said()), Fault.NO_STORE),
        (OperationalError("", {}, Said("57P01")), Fault.NO_STORE),
        (PoolTimeout("no connection is free"), Fault.NO_STORE),
        (OSError("no space left"), Fault.NO_STORE),
    ],
)
def test_only_bad_data_is_blamed_on_a_hit(error, fault):
    assert fault_of(error) is fault
