"""Commands that import files: leads and deals."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import click
from rich.console import Console
from rich.progress import Progress

from tracker.cli import house
from tracker.clock import utcnow
from tracker.db import Database
from tracker.errors import Invalid
from tracker.imports import deals, files, leads, plans, service
from tracker.imports.domain import Dates, Field, RowError, Tally, check_format, parse_mapping
from tracker.pipeline.domain import DealStatus
from tracker.workspaces import service as workspaces
from tracker.workspaces.models import Workspace

SHOWN_ERRORS = 20
# On SQLite a part keeps everybody else from writing, so it should last about so long.
SECONDS = 0.05
FEWEST, MOST = 25, 500


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for: the options that both kinds of import share."""

    file: Path
    pairs: tuple[str, ...]
    date_format: str
    zone: str | None
    delimiter: str | None
    empty: tuple[str, ...]
    dry_run: bool
    progress: bool
    workspace: str | None
    as_json: bool


@click.group("import")
def import_() -> None:
    """Put files onto the journey: leads first, then their deals.

    A file is CSV in UTF-8 with a header line. Importing it twice changes nothing: a row that is
    there already is counted as unchanged and stays as it was first imported.
    """


def _shared(fields: Sequence[Field]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    names = ", ".join(known.name for known in fields)
    options = (
        click.argument("file", type=click.Path(path_type=Path)),
        click.option(
            "--map",
            "pairs",
            metavar="FIELD=COLUMN",
            multiple=True,
            required=True,
            help=f"Which column says what; give it once for each of {names}.",
        ),
        click.option(
            "--date-format",
            required=True,
            metavar="FORMAT",
            help="How the file writes dates, as in '%Y-%m-%d' or '%d.%m.%Y %H:%M'; never guessed.",
        ),
        click.option("--zone", help="The zone the dates are in; else the workspace's."),
        click.option("--delimiter", help="What separates cells; else what the header shows."),
        click.option("--empty", multiple=True, help="A value that stands for nothing, as Select."),
        click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing."),
        click.option("--progress", is_flag=True, help="Show a progress bar in any case."),
        house.in_workspace,
        house.as_json,
    )

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _table(fields: Sequence[Field]) -> str:
    rows = (f"  {f.name:12} {f.words}{' (needed)' if f.is_needed else ''}" for f in fields)
    return "\b\nFields:\n" + "\n".join(rows)


@import_.command("leads", epilog=_table(leads.FIELDS))
@_shared(leads.FIELDS)
@click.option("--offer", is_flag=True, help="Offer leads to sales where they qualify; else not.")
def import_leads(offer: bool, **options: Any) -> None:
    """Import leads from FILE, each with one first contact at its date."""
    request = Request(**options)

    with house.open_database() as database:
        with database.reading() as session:
            workspace = house.choose(session, request.workspace)
            site = workspaces.import_site(session, workspace.id)
        importer = leads.LeadImport(workspace_id=workspace.id, site_id=site.id, makes_offers=offer)
        _import(database, importer, request, workspace)


@import_.command("deals", epilog=_table(deals.FIELDS))
@_shared(deals.FIELDS)
@click.option(
    "--status",
    type=click.Choice([DealStatus.WON.value, DealStatus.LOST.value]),
    required=True,
    help="How these deals ended.",
)
def import_deals(status: str, **options: Any) -> None:
    """Import deals that have ended from FILE; their leads must be there."""
    request = Request(**options)
    with house.open_database() as database:
        with database.reading() as session:
            workspace = house.choose(session, request.workspace)
        importer = deals.DealImport(
            workspace_id=workspace.id, currency=workspace.currency, status=DealStatus(status)
        )
        _import(database, importer, request, workspace)


def _import(
    database: Database, importer: plans.Importer, request: Request, workspace: Workspace
) -> None:
    plan = _understand(importer, request, workspace)
    with _bar(plan, request) as seen:
        look = _look if request.dry_run else _put
        tally = look(database, importer, plan, seen)
    _report(tally, request)
    if tally.failed:
        sys.exit(1)


def _understand(importer: plans.Importer, request: Request, workspace: Workspace) -> plans.Plan:
    zone = request.zone or workspace.zone
    if zone not in available_timezones():
        raise Invalid(f"there is no time zone {zone!r}; zones read like Europe/Warsaw")
    dates = Dates(format=check_format(request.date_format), zone=ZoneInfo(zone), now=utcnow())
    mapping = parse_mapping(request.pairs, importer.fields)
    sheet = files.read(request.file, delimiter=request.delimiter)
    return plans.understand(importer, sheet, mapping=mapping, dates=dates, empty=request.empty)


def _look(
    database: Database,
    importer: plans.Importer,
    plan: plans.Plan,
    seen: Callable[[int], None],
) -> Tally:
    with database.reading() as session:
        tally = service.look(session, importer, plan)
    seen(len(plan.rows))
    return Tally(errors=plan.errors) + tally


def _put(
    database: Database,
    importer: plans.Importer,
    plan: plans.Plan,
    seen: Callable[[int], None],
) -> Tally:
    running = _begin(database, importer, plan)
    tally = Tally(errors=plan.errors)
    has_one_pen = database.engine.dialect.name == "sqlite"
    start, size = 0, FEWEST if has_one_pen else MOST
    while start < len(plan.rows):
        part = plan.rows[start : start + size]
        began = utcnow()
        tally += _put_part(database, importer, running, part)
        took = max((utcnow() - began).total_seconds(), 0.001)
        start += len(part)
        seen(len(part))
        if has_one_pen:
            size = min(max(int(len(part) * SECONDS / took), FEWEST), MOST)
    with database.writing() as session:
        service.finish(session, running, now=utcnow())
        session.commit()
    return tally


def _begin(database: Database, importer: plans.Importer, plan: plans.Plan) -> service.Running:
    with database.writing() as session:
        now = utcnow()
        running = service.begin(session, importer, plan, now=now)
        service.note(session, running, Tally(errors=plan.errors), now=now)
        session.commit()
    return running


def _put_part(
    database: Database,
    importer: plans.Importer,
    running: service.Running,
    part: Sequence[Any],
) -> Tally:
    with database.writing() as session:
        tally = service.put(session, importer, running, part, now=utcnow())
        session.commit()
    return tally


@contextmanager
def _bar(plan: plans.Plan, request: Request) -> Iterator[Callable[[int], None]]:
    console = Console(stderr=True, force_terminal=request.progress or None)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        bar = progress.add_task(f"{request.file.name}", total=len(plan.rows))
        yield lambda number: progress.advance(bar, number)


def _report(tally: Tally, request: Request) -> None:
    if request.as_json:
        facts = {
            "dry_run": request.dry_run,
            "rows": tally.rows,
            "created": tally.created,
            "unchanged": tally.unchanged,
            "failed": tally.failed,
            "won_before_first_contact": tally.early,
            "errors": [asdict(error) for error in tally.errors[: service.KEPT_ERRORS]],
        }
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for error in tally.errors[:SHOWN_ERRORS]:
        click.echo(_sentence(error), err=True)
    if tally.failed > SHOWN_ERRORS:
        click.echo(f"… and {tally.failed - SHOWN_ERRORS:,} more rows", err=True)
    verb = "would be created" if request.dry_run else "created"
    line = f"{tally.created:,} {verb}, {tally.unchanged:,} unchanged, {tally.failed:,} failed"
    click.echo(f"{line} (dry run: nothing was changed)" if request.dry_run else line)
    if tally.early:
        click.echo(f"{tally.early:,} closed before their lead's first contact: kept and flagged")


def _sentence(error: RowError) -> str:
    if not error.column:
        return f"line {error.line}: the row {error.reason}"
    return f"line {error.line}, column {error.column}: {error.value!r} {error.reason}"
