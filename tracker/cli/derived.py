"""Commands that check and remake what is derived from touches."""

import sys
from collections.abc import Iterator

import click
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.orm import Session

from tracker.cli import house
from tracker.clock import utcnow
from tracker.db import Database
from tracker.errors import Conflict
from tracker.rebuild import Rebuilt
from tracker.rebuild import rebuild as remake
from tracker.rebuild import verify as check
from tracker.tasks import service as tasks
from tracker.workspaces import service as workspaces

KIND = "rebuild"
SHOWN = 20


@click.command()
@house.as_json
@house.in_workspace
def verify(as_json: bool, workspace: str | None) -> None:
    """Compare everything derived with what the touches say.

    Prints each difference and ends with exit code 1 if there is any; none is expected.
    """
    with house.open_database() as database, database.reading() as session:
        chosen = workspaces.the_workspace(session, workspace)
        found = [f"{one.subject}: {one.what}" for one in check(session, chosen.id)]
    more = [f"… and {len(found) - SHOWN:,} more"] if len(found) > SHOWN else []
    text = "\n".join([*found[:SHOWN], *more, f"{len(found):,} differences"])
    house.say(text, {"differences": found}, as_json=as_json)
    if found:
        sys.exit(1)


@click.command()
@house.as_json
@house.in_workspace
def rebuild(as_json: bool, workspace: str | None) -> None:
    """Remake everything derived from touches: belonging, stages, milestones.

    The server may go on meanwhile.  A rebuild that was interrupted goes on where it stopped
    when it is started again; what is right stays as it is.
    """
    with house.open_database() as database:
        with database.writing() as session:
            chosen = workspaces.the_workspace(session, workspace)
            workspace_id, task_id, done = chosen.id, *_task(session, chosen.id)
            session.commit()
        steps = remake(database, workspace_id, clock=utcnow, done=done)
        total = _follow(database, task_id, steps)
        with database.writing() as session:
            tasks.finish(session, task_id, now=utcnow())
            session.commit()
    facts = {"rebuilt": total, "resumed_after": done}
    house.say(f"remade {total:,} visitors and leads", facts, as_json=as_json)


def _task(session: Session, workspace_id: int) -> tuple[int, int]:
    """Return the task to go on with and how far it had come, or a new one."""
    now = utcnow()
    if any(task.kind == KIND for task in tasks.running(session, workspace_id, now=now)):
        raise Conflict("a rebuild is running, or was broken off less than a minute ago")
    for task in tasks.interrupted(session, workspace_id, now=now):
        if task.kind == KIND:
            return task.id, task.done
    task = tasks.begin(session, workspace_id, KIND, subject="", total=0, now=now)
    return task.id, 0


def _follow(database: Database, task_id: int, steps: Iterator[Rebuilt]) -> int:
    """Show the progress to whoever watches, and write it down; return how much was remade."""
    number = 0
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        line = bar.add_task("remaking", total=None)
        for step in steps:
            number = step.done
            bar.update(line, completed=step.done, total=step.total)
            with database.writing() as session:
                tasks.advance(session, task_id, step.done, now=utcnow())
                session.commit()
    return number
