"""Copy a SQLite database while it is in use, and put a copy in its place."""

import fcntl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pysqlite3 import dbapi2 as sqlite

from tracker.cli import copies
from tracker.errors import Conflict, Invalid
from tracker.turn import make_private


def back_up(source: Path, target: Path) -> None:
    """Write everything that is committed now to a new file; who writes meanwhile goes on."""
    with (
        copies.new_file(target) as aside,
        closing(_open(source, "mode=rw")) as live,
        closing(_open(aside, "mode=rw")) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        _check(copy, source)


def version(source: Path) -> str:
    """Return the schema version of a backup; a damaged file raises Invalid."""
    copies.check(source, copies.SQLITE)
    # Immutable: a backup may lie where nothing can be written beside it.
    with closing(_open(source, "mode=ro&immutable=1")) as copy:
        try:
            _check(copy, source)
            found = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite.DatabaseError as error:
            raise Invalid(f"{source} is no backup of ours: {error}") from error
    return str(found[0]) if found else ""


def restore(source: Path, target: Path, *, force: bool) -> None:
    """Put a backup in the place of a database that nobody holds and that is empty or given up."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(target) as live:
        if not force and _has_rows(live):
            raise Conflict(f"{target} has data: restore with --force to give it up")
        with closing(_open(source, "mode=ro&immutable=1")) as copy:
            # Under SQLite's own journal: interrupted, the database is what it was.
            copy.backup(live)
        _check(live, target)


@contextmanager
def _alone(target: Path) -> Iterator[Any]:
    held = f"{target} is in use: stop the server first"
    make_private(f"{target}.lock")
    with Path(f"{target}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(held) from None
        make_private(target)
        with closing(_open(target, "mode=rwc")) as live:
            try:
                # Only the last one who has the file open can leave the write-ahead log.
                live.execute("PRAGMA locking_mode=EXCLUSIVE")
                live.execute("PRAGMA journal_mode=DELETE")
                live.execute("BEGIN EXCLUSIVE")
                live.execute("COMMIT")
            except sqlite.OperationalError:
                raise Conflict(held) from None
            yield live


def _open(path: Path, options: str) -> Any:
    try:
        address = f"file:{quote(str(path.absolute()))}?{options}"
        return sqlite.connect(address, uri=True, timeout=5, isolation_level=None)
    except sqlite.OperationalError as error:
        raise Invalid(f"{path} cannot be opened: {error}") from error


def _check(connection: Any, path: Path) -> None:
    try:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise Invalid(f"{path} is damaged: {found.splitlines()[-1]}")


def _has_rows(connection: Any) -> bool:
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version' "
        "AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return any(
        connection.execute(f'SELECT EXISTS (SELECT 1 FROM "{name}")').fetchone()[0]
        for (name,) in tables
    )
