"""Commands about the database itself: migrate, backup, restore."""

import click

from tracker.cli import house
from tracker.config import Settings


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
