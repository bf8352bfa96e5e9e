"""The command that carries a stage model that is being published on, faster than the server."""

import click
from rich.console import Console
from rich.progress import Progress

from tracker import versions
from tracker.cli import house
from tracker.clock import utcnow


@click.command()
@house.as_json
def replay(as_json: bool) -> None:
    """Carry stage models on that are being compared or published.

    The server does this by itself, with pauses. The server may go on meanwhile; what was
    interrupted goes on where it stopped.
    """
    slices = 0
    console = Console(stderr=True)
    with (
        house.open_database() as database,
        Progress(console=console, disable=not console.is_terminal) as bar,
    ):
        line = bar.add_task("replaying", total=None)
        while True:
            now = utcnow()
            with database.reading() as session:
                seen = versions.look(session, now=now)
            with database.writing() as session:
                has_more = versions.step(session, now=now, seen=seen)
                session.commit()
            if not has_more:
                break
            slices += 1
            bar.update(line, completed=slices)
    text = f"done: {slices:,} slices"
    house.say(text, {"slices": slices}, as_json=as_json)
