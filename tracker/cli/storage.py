"""Commands about the database itself: migrate, backup, restore."""

from pathlib import Path

import click

from tracker.cli import copies, house, postgresql, sqlite
from tracker.config import Settings
from tracker.errors import Invalid

a_file = click.argument("file", type=click.Path(path_type=Path))


@click.command()
@house.as_json
def migrate(as_json: bool) -> None:
    """Bring the database's tables up to this version; on a current one nothing happens."""
    with house.open_engine(Settings.from_env()) as engine:
        before = house.schema_version(engine)
        house.migrate(engine)
        after = house.schema_version(engine)
    text = f"already at {after}" if before == after else f"migrated to {after}"
    house.say(text, {"before": before, "after": after}, as_json=as_json)


@click.command()
@a_file
@house.as_json
def backup(file: Path, as_json: bool) -> None:
    """Write the whole database to FILE, also while the server runs.

    Everything that was answered before the backup began is in it. Beside it lies FILE.sha256,
    by which `tracker restore` (and sha256sum -c) finds out whether it was damaged since.
    """
    settings = Settings.from_env()
    with house.open_database() as database:
        if settings.is_sqlite:
            sqlite.back_up(house.sqlite_path(settings), file)
        else:
            postgresql.back_up(database.engine, file)
    facts = {"file": str(file), "bytes": file.stat().st_size, "sha256": copies.checksum(file)}
    house.say(f"{file}: {facts['bytes']:,} bytes", facts, as_json=as_json)


@click.command()
@a_file
@click.option("--force", is_flag=True, help="Give up the data that is in the database now.")
@house.as_json
def restore(file: Path, force: bool, as_json: bool) -> None:
    """Put the backup in FILE in the place of the database; the server must not run.

    A damaged file, one of a newer tracker, a database that is in use, and one that has data
    (without --force) are refused, and nothing is changed.
    """
    settings = Settings.from_env()
    tools = sqlite if settings.is_sqlite else postgresql
    version = tools.version(file)
    if version not in house.known_versions():
        raise Invalid(f"{file} has schema {version or 'none'}: it was made by a newer tracker")
    if not copies.has_checksum(file):
        click.echo(f"no {file.name}.sha256 beside it: its bytes could not be checked", err=True)
    with house.open_engine(settings) as engine:
        if settings.is_sqlite:
            sqlite.restore(file, house.sqlite_path(settings), force=force)
        else:
            postgresql.restore(file, engine, force=force)
        house.migrate(engine)
    facts = {"file": str(file), "schema": house.newest_version()}
    house.say(f"restored {file}", facts, as_json=as_json)
