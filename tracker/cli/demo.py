"""The command that shows everything: a filled workspace of a company that does not exist."""

from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.cli import house, serve
from tracker.clock import utcnow
from tracker.config import Settings
from tracker.db import Database
from tracker.demo import fill
from tracker.errors import Conflict, Invalid
from tracker.workspaces import passwords, users
from tracker.workspaces.models import Workspace

PLACE = Path("var/demo")


@click.command()
@click.option("--bind", metavar="HOST:PORT", default=serve.DEFAULT_BIND, show_default=True)
@click.option(
    "--leads", type=click.IntRange(50, 100_000), default=3000, show_default=True, help="How many."
)
@click.option("--seed", type=int, default=7, show_default=True, help="Which of all such stories.")
@click.option("--no-serve", is_flag=True, help="Only fill the workspace.")
def demo(bind: str, leads: int, seed: int, no_serve: bool) -> None:
    """Fill a demo workspace once and serve it; a second run keeps its data.

    It lies in var/demo unless TRACKER_DATABASE_URL names an empty database, and listens on
    this machine only, because everybody knows its passwords.
    """
    host, _ = serve.address(bind)
    if not serve.is_loopback(host):
        raise Invalid(f"the demo listens on loopback only, not on {host}")
    settings = _settings()
    with house.open_engine(settings) as engine:
        house.migrate(engine)
        _fill_once(Database(engine), fill.Story(now=utcnow(), leads=leads, seed=seed))
    if no_serve:
        click.echo(_log_ins("Run `tracker demo` to serve it"))
        return
    click.echo(_log_ins(f"Open http://{bind}"))
    serve.run(settings, bind)


def _settings() -> Settings:
    settings, usual = Settings.from_env(), Settings()
    if settings.database_url == usual.database_url:
        settings = replace(settings, database_url=f"sqlite:///{PLACE}/tracker.db")
    if settings.secret_file == usual.secret_file:
        settings = replace(settings, secret_file=PLACE / "secret")
    return settings


def _fill_once(database: Database, story: fill.Story) -> None:
    password_hash = passwords.hashed(fill.PASSWORD)
    with database.writing() as session:
        if _is_filled(session):
            click.echo("The demo workspace is there already; its data is kept.")
            return
        label = f"Half a year with {story.leads:,} people"
        with click.progressbar(length=1000, label=label) as bar:
            fill.fill(
                session,
                story,
                password_hash=password_hash,
                tell=lambda share: bar.update(int(share * 1000) - bar.pos),
            )
        session.commit()


def _is_filled(session: Session) -> bool:
    if session.scalar(select(Workspace.id).limit(1)) is None:
        return False
    owner, *_ = fill.TEAM
    if users.find(session, owner[0]) is None:
        raise Conflict("this database is in use; the demo wants an empty one of its own")
    return True


def _log_ins(how: str) -> str:
    people = [f"  {email:22}  {role.value:9} {name}" for email, name, role in fill.TEAM]
    return "\n".join(
        [
            "",
            f"{how} and log in as any of",
            *people,
            f"with the password  {fill.PASSWORD}",
            "",
            "There are more leads than people: second browsers stay anonymous leads of their own.",
            "",
        ]
    )
