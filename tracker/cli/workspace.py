"""Commands about who and what is in a workspace: its sites, users and API tokens."""

from collections.abc import Sequence

import click

from tracker.cli import house
from tracker.clock import utcnow
from tracker.workspaces import service as workspaces
from tracker.workspaces import tokens
from tracker.workspaces.domain import Scope


@click.group()
def site() -> None:
    """Make places that send hits."""


@site.command("add")
@click.argument("name")
@click.option("--write-key", metavar="KEY", help="A key that SDKs already use; else one is made.")
@house.in_workspace
@house.as_json
def add_site(name: str, write_key: str | None, workspace: str | None, as_json: bool) -> None:
    """Add a site called NAME and print its write key."""
    with house.open_database() as database, database.writing() as session:
        chosen = workspaces.the_workspace(session, workspace)
        made = workspaces.add_site(session, chosen.id, name, now=utcnow(), write_key=write_key)
        facts = {"site": made.code, "name": made.name, "write_key": made.write_key}
        session.commit()
    house.say(f"write key of {facts['name']}: {facts['write_key']}", facts, as_json=as_json)


@click.group()
def token() -> None:
    """Make keys to the JSON API."""


@token.command("add")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    required=True,
    help="What the token opens; may be given twice.",
)
@house.in_workspace
@house.as_json
def add_token(name: str, scopes: Sequence[str], workspace: str | None, as_json: bool) -> None:
    """Add an API token called NAME and print its secret, this once."""
    with house.open_database() as database, database.writing() as session:
        chosen = workspaces.the_workspace(session, workspace)
        wanted = [Scope(scope) for scope in scopes]
        made, secret = tokens.add(session, chosen.id, name, scopes=wanted, now=utcnow())
        facts = {"code": made.code, "name": made.name, "scopes": made.scopes.split()}
        session.commit()
    facts["token"] = secret
    house.say(f"{secret}\nKeep it: it is not shown again.", facts, as_json=as_json)
