"""The command that serves: pages, collector, writer and jobs."""

import gc
import ipaddress
import logging
import socket
import sys
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels

from tracker import app, db
from tracker.cli import house
from tracker.config import Settings
from tracker.errors import Invalid, Unavailable

DEFAULT_BIND = "127.0.0.1:8000"
# An orderly end waits so long for requests under way; then it is no end any more.
DRAIN = 25
LOG_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@click.command()
@click.option("--bind", metavar="HOST:PORT", default=DEFAULT_BIND, show_default=True)
def serve(bind: str) -> None:
    """Serve the application and the collector; SIGTERM ends it after the requests under way."""
    settings = Settings.from_env()
    run(settings, bind)


def run(settings: Settings, bind: str) -> None:
    """Bring the tables up to this version and serve until told to stop."""
    host, port = address(bind)
    _check_free(host, port)
    if not is_loopback(host) and not settings.secret_key and not settings.secret_file.exists():
        click.echo(f"A secret is made in {settings.secret_file}; keep it.", err=True)
    if settings.assets == "local" and not (settings.home / "static" / "vendor").is_dir():
        click.echo("Pages will miss their scripts: run make assets, or use cdn.", err=True)
    settings = house.with_secret(settings)
    _migrate(settings)
    processes = 1 if settings.is_sqlite else settings.processes
    click.echo(f"Serving on http://{bind}")
    sys.stdout.flush()
    server = Granian(
        "tracker",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        loop=Loops.uvloop,
        websockets=False,
        workers=processes,
        backlog=2048,
        backpressure=4096,
        workers_kill_timeout=DRAIN,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
    )

    def load(_target: str, **_options: Any) -> Any:
        # Called in the child process, where threads and connections may begin.
        logging.basicConfig(level=settings.log_level, format=LOG_LINE)
        opened = app.open_house(settings)
        # What is there now stays: looking through it for garbage took 4 % of the writer's
        # time, in pauses that every request could feel.
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)
        return opened

    server.serve(target_loader=load)


def address(bind: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT, or raise Invalid."""
    host, colon, port = bind.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Invalid(f"--bind is HOST:PORT, as in {DEFAULT_BIND}, not {bind!r}")
    return host, int(port)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine and nothing beyond it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_free(host: str, port: int) -> None:
    # The server shares its port (SO_REUSEPORT), so a second one would begin without a word
    # and get every other request of the first one.
    try:
        family, kind, protocol, _name, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        raise Unavailable(f"cannot listen on {host}:{port}: {error.strerror}") from error


def _migrate(settings: Settings) -> None:
    with house.open_engine(settings) as engine:
        if house.schema_version(engine) is None or _is_older(engine):
            db.migrate(engine)
        house.check_schema(engine)


def _is_older(engine: Any) -> bool:
    version = house.schema_version(engine)
    return version != house.newest_version() and version in house.known_versions()
