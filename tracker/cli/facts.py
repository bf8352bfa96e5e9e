"""Commands that say how things stand."""

from dataclasses import asdict
from typing import Any

import click
from sqlalchemy.orm import Session

from tracker.cli import house
from tracker.collector import service as collector
from tracker.reports import queries


@click.command()
@house.as_json
@house.in_workspace
def stats(as_json: bool, workspace: str | None) -> None:
    """Count what arrived and how far it has come: hits, touches, leads, handoffs, deals."""
    with house.open_database() as database, database.reading() as session:
        chosen = house.choose(session, workspace)
        # What no key opened belongs to nobody; where there is one workspace, it looks there.
        hits = _hits(session, chosen.id, with_nobodys=workspace is None)
        counted = {"hits": hits, **queries.stats(session, chosen.id)}
    house.say(_in_words(counted), counted, as_json=as_json)


def _hits(session: Session, workspace_id: int, *, with_nobodys: bool) -> dict[str, int]:
    found = collector.stats(session, workspace_id, with_nobodys=with_nobodys)
    return {"received": found.received, **asdict(found)}


def _in_words(counted: dict[str, Any]) -> str:
    lines = []
    for name, value in counted.items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        lines.append(
            f"{name:10}" + "  ".join(f"{part} {number:,}".strip() for part, number in parts)
        )
    return "\n".join(lines)
