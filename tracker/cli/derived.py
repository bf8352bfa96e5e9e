"""Commands that check and remake what is derived from touches."""

import sys

import click
from rich.console import Console
from rich.progress import Progress

from tracker.cli import house
from tracker.clock import utcnow
from tracker.db import Database
from tracker.errors import Conflict
from tracker.rebuild import SLICE, Plan, plan
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
        found = [f"{one.subject}: {one.what}" for one in check(session, chosen.id, now=utcnow())]
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
        with database.reading() as session:
            work = plan(session, workspaces.the_workspace(session, workspace).id)
        task_id, done = _begin(database, work)
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal) as bar:
            line = bar.add_task("remaking", total=work.total, completed=done)
            for number in range(done, work.total):
                _step(database, work, number, task_id)
                bar.update(line, completed=number + 1)
        _finish(database, task_id)
    facts = {"slices": work.total, "resumed_after": done}
    text = f"remade {work.total - done:,} slices of at most {SLICE} visitors or leads"
    house.say(text, facts, as_json=as_json)


def _begin(database: Database, work: Plan) -> tuple[int, int]:
    """Return the task to go on with and how far it had come, or a new one."""
    now = utcnow()
    with database.writing() as session:
        running = tasks.running(session, work.workspace_id, now=now)
        if any(task.kind == KIND for task in running):
            raise Conflict("a rebuild is running, or was broken off less than a minute ago")
        for task in tasks.interrupted(session, work.workspace_id, now=now):
            if task.kind == KIND:
                return task.id, min(task.done, work.total)
        task = tasks.begin(session, work.workspace_id, KIND, subject="", total=work.total, now=now)
        session.commit()
        return task.id, 0


def _step(database: Database, work: Plan, number: int, task_id: int) -> None:
    with database.writing() as session:
        remake(session, work, number, now=utcnow())
        tasks.advance(session, task_id, number + 1, now=utcnow())
        session.commit()


def _finish(database: Database, task_id: int) -> None:
    with database.writing() as session:
        tasks.finish(session, task_id, now=utcnow())
        session.commit()
