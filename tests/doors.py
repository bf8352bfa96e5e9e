"""The collector's door with its writer at work, and short ways to knock."""

import base64
import importlib
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from tests.builders import NOON
from tracker import journey
from tracker.collector import service as collector
from tracker.collector.models import QuarantinedHit
from tracker.config import Settings
from tracker.db import Database
from tracker.touches.models import Content, TouchRow, Visitor
from tracker.workspaces import service as workspaces

if TYPE_CHECKING:
    from tracker.web.collect.door import Door

KEY = "WK_TEST"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Safari/537.36"
)
BASIC = "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()


class Knock:
    """A client of a door, and what is behind it."""

    def __init__(self, door: "Door", database: Database) -> None:
        self.door = door
        self.database = database
        self.client = Client(door)

    def pixel(self, headers: dict[str, str] | None = None, **query: str) -> TestResponse:
        """Ask for the pixel as a browser does."""
        query = {"k": KEY, **query}
        return self.client.get(
            "/p.gif", query_string=query, headers={"User-Agent": CHROME, **(headers or {})}
        )

    def beacon(self, *batch: Any, headers: dict[str, str] | None = None, **more: Any) -> Any:
        """Send messages as a browser does."""
        body = json.dumps({"writeKey": KEY, "batch": batch, **more})
        headers = {"User-Agent": CHROME, "Content-Type": "text/plain", **(headers or {})}
        return self.client.post("/b", data=body, headers=headers)

    def server(self, route: str, body: Any, headers: dict[str, str] | None = None) -> TestResponse:
        """Send a body as a server does; bytes go as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": BASIC, "Content-Type": "application/json", **(headers or {})}
        return self.client.post(f"/v1/{route}", data=raw, headers=headers)

    def batch(self, *messages: Any, headers: dict[str, str] | None = None, **more: Any) -> Any:
        """Send a batch as a server does."""
        return self.server("batch", {"batch": messages, **more}, headers)

    def counts(self) -> dict[str, int]:
        """Close the intake, so that refusals are counted too, and return what was counted."""
        self.door.intake.stop()
        with self.database.reading() as session:
            workspace = workspaces.the_workspace(session)
            stats = collector.stats(session, workspace.id, with_nobodys=True)
        counted = {
            "accepted": stats.accepted,
            "duplicate": stats.duplicate,
            "quarantined": stats.quarantined,
            "refused": stats.refused,
        }
        return {name: number for name, number in counted.items() if number}

    def touches(self) -> list[TouchRow]:
        """Return the stored touches in the order in which they were stored."""
        with self.database.reading() as session:
            return list(session.scalars(select(TouchRow).order_by(TouchRow.id)))

    def visitors(self) -> set[str]:
        """Return the keys of all visitors."""
        with self.database.reading() as session:
            return set(session.scalars(select(Visitor.key)))

    def contents(self) -> dict[str, Content]:
        """Return the catalogue by key."""
        with self.database.reading() as session:
            return {item.key: item for item in session.scalars(select(Content))}

    def quarantine(self) -> list[QuarantinedHit]:
        """Return what is in quarantine."""
        with self.database.reading() as session:
            return list(session.scalars(select(QuarantinedHit).order_by(QuarantinedHit.id)))

    def change_site(self, **values: Any) -> None:
        """Change the site before anybody has asked for it."""
        with self.database.writing() as session:
            site = workspaces.find_by_write_key(session, KEY)
            for name, value in values.items():
                setattr(site, name, value)
            session.commit()


@pytest.fixture
def door(settings: Settings) -> "Iterator[Door]":
    """Put the door up and its writer to work."""
    # Loaded here, so that the tests of a room do not wait for the whole house.
    door = importlib.import_module("tracker.app").create_door(settings)
    door.intake.start()
    yield door
    with suppress(RuntimeError):
        door.intake.stop()
    door.database.engine.dispose()


@pytest.fixture
def knock(door: "Door", database: Database) -> Knock:
    """Knock at the door of a workspace with one site."""
    with database.writing() as session:
        workspace = workspaces.create(session, "Acme", now=NOON)
        journey.found_workspace(session, workspace, now=NOON)
        workspaces.add_site(session, workspace.id, "Site", now=NOON, write_key=KEY)
        session.commit()
    return Knock(door, database)
