"""Commands for what could not be believed: list it, judge it again, delete it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import reduce
from typing import Any

import click
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tracker import journey
from tracker.cli import house
from tracker.clock import utcnow
from tracker.collector import quarantine as service
from tracker.collector.domain import DropReason
from tracker.collector.faults import Fault, fault_of
from tracker.collector.models import QuarantinedHit
from tracker.collector.quarantine import Which
from tracker.collector.replay import Replayed
from tracker.db import Database
from tracker.errors import Conflict, Invalid, NotFound
from tracker.workspaces import service as workspaces

# What one transaction takes, while everybody else who writes waits.
BATCH = 50
DELETED = 1000
TRIES = 5


@click.group()
def quarantine() -> None:
    """Look at messages that could not be believed, judge them again or delete them."""


def choices(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which messages are meant."""
    for option in (
        house.in_workspace,
        click.option("--code", "codes", multiple=True, help="This message; may be repeated."),
        click.option("--before", type=click.DateTime(["%Y-%m-%d"]), help="Came before a day."),
        click.option("--site", metavar="NAME", help="Came from a site: its name or code."),
        click.option("--reason", type=click.Choice([reason.value for reason in DropReason])),
        house.as_json,
    ):
        command = option(command)
    return command


@quarantine.command(name="list")
@choices
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def list_(as_json: bool, limit: int, **meant: Any) -> None:
    """List messages in quarantine, the newest first: when, code, why and what came."""
    with house.open_database() as database, database.reading() as session:
        which = _which(session, **meant)
        total = service.count(session, which)
        rows = service.listed(session, which, limit=limit)
        sites = {site.id: site.name for site in workspaces.sites(session, which.workspace_id)}
        items = [_facts(row, sites) for row in rows]
    lines = [f"{item['received_at']}  {item['code']}  {item['reason']}  {item['detail']}".rstrip()
             for item in items]  # fmt: skip
    text = "\n".join([*lines, f"{len(items):,} of {total:,} in quarantine"])
    house.say(text, {"items": items, "total": total}, as_json=as_json)


@quarantine.command()
@choices
def replay(as_json: bool, **meant: Any) -> None:
    """Judge messages again, as of the moment they came: what is good now is taken in.

    The rest stays, with the reason of today. The server may go on meanwhile.
    """
    with house.open_database() as database:
        with database.reading() as session:
            which = _which(session, **meant)
        facts = asdict(reduce(Replayed.__add__, _batches(database, which), Replayed()))
    text = "  ".join(f"{name} {number:,}" for name, number in facts.items())
    house.say(text, facts, as_json=as_json)


@quarantine.command()
@choices
@click.option("--all", "everything", is_flag=True, help="Mean everything, without any choice.")
def delete(as_json: bool, everything: bool, **meant: Any) -> None:
    """Delete messages from quarantine; they stay counted, and cannot be brought back."""
    is_chosen = any(meant[name] for name in ("reason", "site", "before", "codes"))
    if is_chosen == everything:
        raise Invalid("say which with --reason, --site, --before or --code, or say --all")
    with house.open_database() as database:
        with database.reading() as session:
            which = _which(session, **meant)
        number = sum(iter(lambda: _remove(database, which), 0))
    house.say(f"deleted {number:,}", {"deleted": number}, as_json=as_json)


def _which(
    session: Session,
    *,
    workspace: str | None,
    reason: str | None,
    site: str | None,
    before: datetime | None,
    codes: tuple[str, ...],
) -> Which:
    chosen = house.choose(session, workspace)
    return Which(
        workspace_id=chosen.id,
        reason=DropReason(reason) if reason else None,
        site_id=_site(session, chosen.id, site) if site else None,
        before=datetime.combine(before.date(), time(), UTC) if before else None,
        codes=codes or None,
    )


def _site(session: Session, workspace_id: int, name: str) -> int:
    for site in workspaces.sites(session, workspace_id):
        if name in (site.name, site.code):
            return site.id
    raise NotFound(f"there is no site {name}")


def _remove(database: Database, which: Which) -> int:
    with database.writing() as session:
        number = service.remove(session, which, limit=DELETED)
        session.commit()
    return number


def _batches(database: Database, which: Which) -> Iterator[Replayed]:
    last = 0
    while True:
        became, last = _batch(database, which, last)
        yield became
        if not last:
            return


def _batch(database: Database, which: Which, after: int) -> tuple[Replayed, int]:
    for _attempt in range(TRIES):
        with _clashing() as clash, database.writing() as session:
            done = journey.judge_again(session, which, now=utcnow(), limit=BATCH, after=after)
            session.commit()
        if not clash:
            return done
    raise Conflict("others write too much at the same time; try again later")


@contextmanager
def _clashing() -> Iterator[list[DBAPIError]]:
    """Give a list that holds the clash with another writer, if there was one."""
    clash: list[DBAPIError] = []
    try:
        yield clash
    except DBAPIError as error:
        if fault_of(error) is not Fault.TRY_AGAIN:
            raise
        clash.append(error)


def _facts(row: QuarantinedHit, sites: dict[int, str]) -> dict[str, Any]:
    return {
        "code": row.code,
        "received_at": row.received_at.isoformat(timespec="seconds"),
        "site": sites.get(row.site_id, ""),
        "reason": row.reason.value,
        "detail": row.detail,
        "is_whole": bool(row.again),
        "body": row.body,
    }
