"""What a connection may know by heart from one transaction to the next.

Only on SQLite, where a connection can tell whether anybody has written since: another
connection changes `data_version`, this one changes its own count of changes.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

# The execution option of sessions that remember: the intake's.
REMEMBERS = "tracker_remembers"
_PLACE = "tracker.memory"


@dataclass
class Memory:
    """What was known when nothing but this had been written."""

    known: dict[tuple[Any, ...], dict[Any, Any]] = field(default_factory=dict)
    version: int = -1
    changes: int = -1


def install(engine: Engine) -> None:
    """Keep the memory of each connection in step with its transactions."""
    event.listen(engine, "commit", _keep)
    event.listen(engine, "rollback", _forget)


def memory_of(connection: Connection) -> Memory:
    """Return the memory of a connection."""
    memory: Memory = connection.info.setdefault(_PLACE, Memory())
    return memory


def recall(connection: Connection) -> None:
    """Forget everything unless nobody has written since; call it once the write lock is held."""
    if not _remembers(connection):
        return
    memory = memory_of(connection)
    driver: Any = connection.connection.dbapi_connection
    version = driver.execute("PRAGMA data_version").fetchone()[0]
    if (version, driver.total_changes) != (memory.version, memory.changes):
        memory.known.clear()
    memory.version = version


def _keep(connection: Connection) -> None:
    if _remembers(connection):
        driver: Any = connection.connection.dbapi_connection
        memory_of(connection).changes = driver.total_changes


def _forget(connection: Connection) -> None:
    # A connection that was given up takes what it knew with it.
    if _remembers(connection) and not connection.invalidated:
        connection.info.pop(_PLACE, None)


def _remembers(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(REMEMBERS))
