"""Copy a PostgreSQL database with its own tools, and put a copy in its place."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg.conninfo
from sqlalchemy import Engine, inspect, text

from tracker.cli import copies
from tracker.errors import Conflict, Invalid, Unavailable

_AS_OURS = ("--no-owner", "--no-privileges")


def back_up(engine: Engine, target: Path) -> None:
    """Write everything that is committed now to a new file; who writes meanwhile goes on."""
    with copies.new_file(target) as aside, _address(engine) as address:
        _run("pg_dump", *_AS_OURS, "--format=custom", f"--file={aside}", f"--dbname={address}")


def version(source: Path) -> str:
    """Return the schema version of a backup; a damaged file raises Invalid."""
    copies.check(source, copies.POSTGRESQL)
    try:
        # Reads all of it, so that damage shows before anything is touched.
        _run("pg_restore", "--file=/dev/null", str(source))
        rows = _run("pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(source))
    except Unavailable as error:
        raise Invalid(f"{source} is damaged: {error.message}") from error
    found = re.search(r"^COPY .*alembic_version.*\n(\w+)$", rows, re.MULTILINE)
    return found[1] if found else ""


def restore(source: Path, engine: Engine, *, force: bool) -> None:
    """Put a backup in the place of a database that nobody holds and that is empty or given up."""
    _check_alone(engine)
    if not force and _has_rows(engine):
        raise Conflict("the database has data: restore with --force to give it up")
    engine.dispose()
    with _address(engine) as address:
        how = ("--clean", "--if-exists", "--single-transaction", "--exit-on-error", *_AS_OURS)
        _run("pg_restore", *how, f"--dbname={address}", str(source))


def _check_alone(engine: Engine) -> None:
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    with engine.connect() as connection:
        others = connection.execute(text(query)).scalar_one()
    if others:
        raise Conflict(f"the database is in use ({others} connections): stop the server first")


def _has_rows(engine: Engine) -> bool:
    names = set(inspect(engine).get_table_names()) - {"alembic_version"}
    with engine.connect() as connection:
        return any(
            connection.execute(text(f'SELECT EXISTS (SELECT 1 FROM "{name}")')).scalar_one()
            for name in sorted(names)
        )


@contextmanager
def _address(engine: Engine) -> Iterator[str]:
    """Give the address for PostgreSQL's tools, with the password in a file."""
    # On the command line, every user of the machine could read it.
    _, parts = engine.dialect.create_connect_args(engine.url)
    password = str(parts.pop("password", "") or "")
    parts.pop("context", None)
    with tempfile.NamedTemporaryFile("w", prefix="tracker-") as secret:
        if password:
            escaped = password.replace("\\", "\\\\").replace(":", "\\:")
            secret.write(f"*:*:*:*:{escaped}\n")
            secret.flush()
            parts["passfile"] = secret.name
        yield psycopg.conninfo.make_conninfo(**parts)


def _run(tool: str, *arguments: str) -> str:
    path = shutil.which(tool)
    if path is None:
        raise Invalid(f"{tool} is not there: install PostgreSQL's client programs")
    done = subprocess.run([path, *arguments], capture_output=True, text=True, errors="replace")
    if done.returncode:
        first = done.stderr.strip().partition("\n")[0]
        raise Unavailable(first or f"{tool} failed")
    return done.stdout
