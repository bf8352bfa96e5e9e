"""What the files of a SQLite database look like from outside."""

from sqlalchemy import text

from tracker.db import Database, make_engine


def test_only_the_owner_may_read_a_new_database_and_the_files_beside_it(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'new' / 'tracker.db'}")
    with Database(engine).writing() as session:
        session.execute(text("CREATE TABLE visit (id INTEGER)"))
        session.commit()
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()}
    engine.dispose()
    names = ("tracker.db", "tracker.db-wal", "tracker.db-shm", "tracker.db.lock")
    assert modes == dict.fromkeys(names, 0o600)


def test_a_database_that_is_there_keeps_its_mode(tmp_path):
    path = tmp_path / "tracker.db"
    path.touch(0o640)
    path.chmod(0o640)
    make_engine(f"sqlite:///{path}").dispose()
    assert path.stat().st_mode & 0o777 == 0o640
