"""Commands about who and what is in a workspace: its sites, users and API tokens."""

import sys
from collections.abc import Mapping, Sequence

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import journey
from tracker.cli import house
from tracker.clock import utcnow
from tracker.config import Settings
from tracker.db import Database
from tracker.errors import Conflict
from tracker.workspaces import audit, passwords, tokens, users
from tracker.workspaces import service as workspaces
from tracker.workspaces.audit import By
from tracker.workspaces.domain import Role, Scope, clean_email
from tracker.workspaces.guesses import check_password
from tracker.workspaces.models import Workspace
from tracker.workspaces.users import NewUser

FIRST_SITE = "Website"

password_stdin = click.option(
    "--password-stdin",
    is_flag=True,
    required=True,
    expose_value=False,
    help="Read the password from the first line of the standard input.",
)


@click.command()
@click.option("--workspace", "name", required=True, metavar="NAME", help="What it is called.")
@click.option("--email", required=True, metavar="ADDRESS", help="Under which the owner logs in.")
@click.option("--name", "person", default="", help="The owner's name; else made of the address.")
@click.option("--zone", default="UTC", show_default=True, help="As in Europe/Warsaw.")
@click.option("--currency", default="EUR", show_default=True, help="As in PLN.")
@password_stdin
@house.as_json
def init(name: str, email: str, person: str, as_json: bool, **choices: str) -> None:
    """Found a workspace: tables, owner and a first site; print its write key.

    Works on an empty database and on one that is in use; never touches a workspace that is
    there already.
    """
    owner = _new_user(email, person, Role.OWNER, name)
    settings = house.with_secret(Settings.from_env())
    with house.open_engine(settings) as engine:
        house.migrate(engine)
        with Database(engine).writing() as session:
            facts = _found(session, name, owner, choices)
            session.commit()
    text = f"workspace: {facts['workspace']}\nowner: {facts['email']}\n"
    house.say(f"{text}write key of {FIRST_SITE}: {facts['write_key']}", facts, as_json=as_json)


def _found(
    session: Session, name: str, owner: NewUser, choices: Mapping[str, str]
) -> dict[str, str]:
    now = utcnow()
    if session.scalar(select(Workspace.id).where(Workspace.name == " ".join(name.split()))):
        raise Conflict(f"there is a workspace {name!r} already, and it has an owner")
    workspace = workspaces.create(session, name, now=now, **choices)
    journey.found_workspace(session, workspace, now=now)
    site = workspaces.add_site(session, workspace.id, FIRST_SITE, now=now)
    by = By(workspace_id=workspace.id, user_id=None, now=now)
    audit.write(session, audit.AuditAction.WORKSPACE_FOUNDED, workspace.name, by=by)
    users.add(session, owner, by=by)
    return {
        "workspace": workspace.name,
        "code": workspace.code,
        "email": clean_email(owner.email),
        "site": site.code,
        "write_key": site.write_key,
    }


@click.group()
def user() -> None:
    """Let people in."""


@user.command("add")
@click.option("--email", required=True, metavar="ADDRESS", help="Under which they log in.")
@click.option("--name", "person", default="", help="What they are called.")
@click.option(
    "--role",
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="What they are in the workspace.",
)
@password_stdin
@house.in_workspace
@house.as_json
def add_user(email: str, person: str, role: str, workspace: str | None, as_json: bool) -> None:
    """Add a user; they keep the password that is given here until they change it."""
    with house.open_database() as database:
        with database.reading() as session:
            chosen = house.choose(session, workspace)
        new = _new_user(email, person, Role(role), chosen.name)
        with database.writing() as session:
            by = By(workspace_id=chosen.id, user_id=None, now=utcnow())
            member = users.add(session, new, by=by)
            facts = {"code": member.user.code, "email": member.user.email, "role": role}
            session.commit()
    house.say(f"added {facts['email']} as {role}", facts, as_json=as_json)


def _new_user(email: str, person: str, role: Role, workspace: str) -> NewUser:
    """Read the password and hash it, which is slow, before anything is opened for writing."""
    password = sys.stdin.readline().rstrip("\r\n")
    address = clean_email(email)
    check_password(password, workspace, address)
    return NewUser(
        email=address,
        name=person or address.partition("@")[0],
        role=role,
        password_hash=passwords.hashed(password),
    )


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
        chosen = house.choose(session, workspace)
        made = workspaces.add_site(session, chosen.id, name, now=utcnow(), write_key=write_key)
        by = By(workspace_id=chosen.id, user_id=None, now=utcnow())
        audit.write(session, audit.AuditAction.SITE_ADDED, made.name, by=by)
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
        chosen = house.choose(session, workspace)
        wanted = [Scope(scope) for scope in scopes]
        made, secret = tokens.add(session, chosen.id, name, scopes=wanted, now=utcnow())
        by = By(workspace_id=chosen.id, user_id=None, now=utcnow())
        audit.write(session, audit.AuditAction.TOKEN_ADDED, made.name, by=by)
        facts = {"code": made.code, "name": made.name, "scopes": made.scopes.split()}
        session.commit()
    facts["token"] = secret
    house.say(f"{secret}\nKeep it: it is not shown again.", facts, as_json=as_json)
