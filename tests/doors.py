"""The collector's door with its writer at work, and short ways to knock."""

import base64
import importlib
import json
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from tests.builders import NOON
from tests.loops import waited
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
        self.client = client_of(door)

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


def client_of(door: "Door") -> Client:
    """Return a client that asks a door as a server would, and waits for the whole answer."""

    def ask(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            body = environ["wsgi.input"].read()
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        waited(door(_scope(environ), receive, send))
        start, *parts = sent
        headers = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
        start_response(f"{start['status']} {HTTPStatus(start['status']).phrase}", headers)
        return [part.get("body", b"") for part in parts]

    return Client(ask)


def _scope(environ: dict[str, Any]) -> dict[str, Any]:
    """Return the head of a request as an ASGI server hands it over."""
    named = {name.removeprefix("HTTP_"): value for name, value in environ.items()
             if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")}  # fmt: skip
    headers = [
        (name.lower().replace("_", "-").encode(), value.encode("latin-1"))
        for name, value in named.items()
    ]
    return {
        "type": "http",
        "http_version": "1.1",
        "method": environ["REQUEST_METHOD"],
        "scheme": environ["wsgi.url_scheme"],
        "path": environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
        "query_string": environ["QUERY_STRING"].encode("latin-1"),
        "root_path": "",
        "headers": headers,
        "client": (environ.get("REMOTE_ADDR", "127.0.0.1"), 4711),
        "server": (environ["SERVER_NAME"], int(environ["SERVER_PORT"])),
    }


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
