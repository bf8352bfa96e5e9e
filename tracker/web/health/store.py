"""The store as it is now: which database, how large it is, how much room is left."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """A database in figures; sizes are bytes, None where nobody here can tell."""

    kind: str
    version: str
    schema: str
    size: int | None = None
    # What was committed and is not yet in the database's own file.
    wal: int | None = None
    free: int | None = None
    disk: int | None = None


def look(session: Session, engine: Engine) -> Store:
    """Look at the store."""
    schema = str(session.scalar(text("SELECT version_num FROM alembic_version")))
    if engine.dialect.name == "sqlite":
        return _sqlite(session, engine.url.database, schema)
    return Store(
        kind="PostgreSQL",
        version=str(session.scalar(text("SHOW server_version"))).partition(" ")[0],
        schema=schema,
        size=session.scalar(text("SELECT pg_database_size(current_database())")),
    )


def _sqlite(session: Session, database: str | None, schema: str) -> Store:
    version = str(session.scalar(text("SELECT sqlite_version()")))
    size = wal = free = disk = None
    if database and database != ":memory:":
        path = Path(database)
        size = _size(path)
        wal = _size(path.with_name(f"{path.name}-wal"))
        with suppress(OSError):
            disk, _used, free = shutil.disk_usage(path.parent)
    return Store(
        kind="SQLite", version=version, schema=schema, size=size, wal=wal, free=free, disk=disk
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
