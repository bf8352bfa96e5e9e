"""What every command starts from: the settings, the secret, the database, a way to speak."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import alembic.config
import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tracker import db
from tracker.config import Settings, check_secret
from tracker.db import MIGRATIONS, Database, make_engine
from tracker.errors import Invalid
from tracker.ids import new_secret
from tracker.workspaces import service as workspaces
from tracker.workspaces.models import Workspace

as_json = click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
in_workspace = click.option(
    "--workspace", metavar="CODE", help="Which workspace, where there are several."
)


@contextmanager
def open_database() -> Iterator[Database]:
    """Open the database of the settings; it must be there and of this version."""
    settings = Settings.from_env()
    if settings.is_sqlite and not sqlite_path(settings).exists():
        raise Invalid(f"there is no database at {sqlite_path(settings)} yet: run `tracker init`")
    with open_engine(settings) as engine:
        check_schema(engine)
        yield Database(engine)


def choose(session: Session, code: str | None) -> Workspace:
    """Return the workspace with a code, or the only one there is; of several, name them."""
    found = list(session.scalars(select(Workspace).order_by(Workspace.id)))
    if code is None and len(found) > 1:
        codes = ", ".join(f"{each.code} ({each.name})" for each in found[:10])
        raise Invalid(f"there are several workspaces; add --workspace with one of {codes}")
    return workspaces.the_workspace(session, code)


@contextmanager
def open_engine(settings: Settings) -> Iterator[Engine]:
    """Open the engine of the settings, whatever its database looks like."""
    engine = make_engine(settings.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def sqlite_path(settings: Settings) -> Path:
    """Return the file in which a SQLite database lies."""
    return Path(settings.database_url.removeprefix("sqlite:///").partition("?")[0])


def check_schema(engine: Engine) -> None:
    """Raise Invalid unless the tables are those of this version."""
    version = schema_version(engine)
    if version is None:
        raise Invalid("the database is empty: run `tracker init` or `tracker migrate`")
    if version != newest_version():
        known = version in known_versions()
        advice = "run `tracker migrate`" if known else "it was made by a newer tracker"
        raise Invalid(f"the database has schema {version}, not {newest_version()}: {advice}")


def migrate(engine: Engine) -> None:
    """Bring the tables up to this version; those of a newer tracker raise Invalid."""
    if schema_version(engine) not in (None, *known_versions()):
        check_schema(engine)
    db.migrate(engine)


def schema_version(engine: Engine) -> str | None:
    """Return the version of a database's tables, or None where there are none."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_version() -> str | None:
    """Return the version of the tables that this tracker works with."""
    return _scripts().get_current_head()


def known_versions() -> frozenset[str]:
    """Return every version from which this tracker can migrate."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


def with_secret(settings: Settings) -> Settings:
    """Return the settings with a secret key: the operator's, else the one kept in a file.

    The file is made on first use, readable by its owner only.
    """
    secret = settings.secret_key or _kept_secret(settings.secret_file)
    check_secret(secret)
    return replace(settings, secret_key=secret)


def say(text: str, facts: Mapping[str, Any], *, as_json: bool) -> None:
    """Print what was done, in words or as facts."""
    click.echo(json.dumps(facts, ensure_ascii=False) if as_json else text)


def _kept_secret(path: Path) -> str:
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _make_secret(path)
        return path.read_text().strip()
    except OSError as error:
        raise Invalid(f"TRACKER_SECRET_FILE {path} cannot be used: {error.strerror}") from error


def _make_secret(path: Path) -> None:
    # Written aside and linked when whole: whoever starts at the same moment reads all of it.
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
    try:
        with os.fdopen(descriptor, "w") as made:
            made.write(new_secret() + "\n")
        with suppress(FileExistsError):
            os.link(aside, path)
    finally:
        os.unlink(aside)


def _scripts() -> ScriptDirectory:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)
