import json
import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select, text

from tests.builders import record
from tracker.touches.models import TouchRow


def touches(session):
    return session.scalar(select(func.count(TouchRow.id)))


@pytest.fixture
def filled(house, session, engine):
    """Give a house with one touch and nobody connected to it."""
    record(session, house.page("/one"))
    session.commit()
    session.close()
    engine.dispose()
    return house


def add_touch(filled, session, engine, path):
    record(session, filled.page(path))
    session.commit()
    session.close()
    engine.dispose()


@contextmanager
def in_use(engine):
    with engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM touch"))
        yield
    engine.dispose()


def test_migrating_twice_changes_nothing(tracker, house):
    told = json.loads(tracker("migrate", "--json").stdout)
    assert told["before"] == told["after"]


def test_a_restored_backup_is_what_was_backed_up(tracker, filled, session, engine, tmp_path):
    assert tracker("backup", tmp_path / "copy").exit_code == 0
    add_touch(filled, session, engine, "/two")
    assert tracker("restore", tmp_path / "copy", "--force").exit_code == 0
    assert touches(session) == 1


def test_a_database_with_data_is_not_given_up_unasked(tracker, filled, session, engine, tmp_path):
    tracker("backup", tmp_path / "copy")
    add_touch(filled, session, engine, "/two")
    result = tracker("restore", tmp_path / "copy")
    assert (result.exit_code, "--force" in result.stderr) == (2, True)
    assert touches(session) == 2


def test_a_database_in_use_is_not_replaced(tracker, filled, engine, tmp_path):
    tracker("backup", tmp_path / "copy")
    with in_use(engine):
        result = tracker("restore", tmp_path / "copy", "--force")
    assert result.exit_code == 2
    assert "in use" in result.stderr


def test_a_backup_is_never_overwritten(tracker, filled, tmp_path):
    tracker("backup", tmp_path / "copy")
    before = (tmp_path / "copy").read_bytes()
    assert tracker("backup", tmp_path / "copy").exit_code == 2
    assert (tmp_path / "copy").read_bytes() == before


def test_only_its_owner_reads_a_backup(tracker, filled, tmp_path):
    tracker("backup", tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600


def test_a_backup_that_cannot_be_written_leaves_nothing(tracker, filled, tmp_path):
    assert tracker("backup", tmp_path / "no" / "copy").exit_code == 2
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("with_sum", [True, False])
def test_a_cut_off_backup_is_refused(tracker, filled, session, tmp_path, with_sum):
    tracker("backup", tmp_path / "copy")
    whole = (tmp_path / "copy").read_bytes()
    (tmp_path / "copy").write_bytes(whole[: len(whole) // 2])
    if not with_sum:
        (tmp_path / "copy.sha256").unlink()
    result = tracker("restore", tmp_path / "copy", "--force")
    assert (result.exit_code, "damaged" in result.stderr) == (2, True)
    assert touches(session) == 1


def test_one_changed_byte_is_noticed(tracker, filled, tmp_path):
    tracker("backup", tmp_path / "copy")
    changed = bytearray((tmp_path / "copy").read_bytes())
    changed[-100] ^= 1
    (tmp_path / "copy").write_bytes(changed)
    assert "copy.sha256" in tracker("restore", tmp_path / "copy", "--force").stderr


@pytest.mark.parametrize("with_sum", [True, False])
def test_restoring_without_a_checksum_is_said(tracker, filled, tmp_path, with_sum):
    tracker("backup", tmp_path / "copy")
    if not with_sum:
        (tmp_path / "copy.sha256").unlink()
    result = tracker("restore", tmp_path / "copy", "--force")
    assert (result.exit_code, "copy.sha256" in result.stderr) == (0, not with_sum)


@pytest.mark.parametrize("content", [b"", b"not a backup", b"SQLite format 3\x00", b"PGDMP"])
def test_what_is_no_backup_is_refused(tracker, filled, tmp_path, content):
    (tmp_path / "copy").write_bytes(content)
    result = tracker("restore", tmp_path / "copy", "--force")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


@contextmanager
def schema(engine, version):
    with engine.connect() as connection:
        own = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    change = text("UPDATE alembic_version SET version_num = :version")
    with engine.begin() as connection:
        connection.execute(change, {"version": version})
    engine.dispose()
    yield
    with engine.begin() as connection:
        connection.execute(change, {"version": own})
    engine.dispose()


def test_a_database_of_a_newer_tracker_is_left_alone(tracker, filled, engine, tmp_path):
    with schema(engine, "9999"):
        results = [tracker("backup", tmp_path / "copy"), tracker("migrate"), tracker("stats")]
    assert [result.exit_code for result in results] == [2, 2, 2]
    assert all("newer" in result.stderr for result in results)


def test_a_backup_has_everything_that_was_answered_before(
    tracker, filled, database, session, tmp_path
):
    answered, stop = [], threading.Event()

    def write() -> None:
        while not stop.is_set():
            with database.writing() as writing:
                record(writing, filled.page(f"/{len(answered)}"))
                writing.commit()
            answered.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    while len(answered) < 20:
        assert writer.is_alive()
    before = len(answered)
    assert tracker("backup", tmp_path / "copy").exit_code == 0
    stop.set()
    writer.join()
    database.engine.dispose()
    assert tracker("restore", tmp_path / "copy", "--force").exit_code == 0
    assert touches(session) >= before + 1
