"""The proving ground: a server that can be killed, load that remembers what was acknowledged."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, text

from tests.postgres import free_port
from tracker.clock import utcnow
from tracker.db import Database, make_engine
from tracker.rebuild import verify

ROOT = Path(__file__).resolve().parent.parent.parent
TRACKER = Path(sys.executable).with_name("tracker")
IS_FULL = os.environ.get("TORTURE") == "full"
KEY = "wk_torture"
# The promise is five seconds; in a short run the machine is shared with every other test.
READY_WITHIN = 5.0 if IS_FULL else 30.0
CONNECTIONS = 16


def rounds(*, short: int, full: int) -> int:
    """Return how often to do it: a few times in `make test`, often in `make torture`."""
    return full if IS_FULL else short


@dataclass
class Ground:
    """A workspace on a database, and the servers that serve it."""

    url: str
    directory: Path
    prefix: Sequence[str] = ()
    environ: dict[str, str] = field(default_factory=dict)
    servers: list["Server"] = field(default_factory=list)

    def __post_init__(self) -> None:
        kept = {n: v for n, v in os.environ.items() if not n.startswith("TRACKER_")}
        self.environ = {
            **kept,
            "TRACKER_DATABASE_URL": self.url,
            "TRACKER_SECRET_FILE": str(self.directory / "secret"),
            **self.environ,
        }
        email = ("--email", "owner@acme.example")
        self.run("init", "--workspace", "Acme", *email, "--password-stdin", stdin="a long phrase 7")
        self.run("site", "add", "Web", "--write-key", KEY)

    def run(self, *words: str, stdin: str = "") -> str:
        """Run a command beside the servers."""
        done = subprocess.run(
            [TRACKER, *words],
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def serve(self, port: int | None = None) -> "Server":
        """Start a server and wait until it is ready."""
        server = Server(self, port or free_port())
        self.servers.append(server)
        server.wait_until_ready()
        return server

    def close(self) -> None:
        """End every server that still runs."""
        for server in self.servers:
            server.kill()

    def engine(self) -> Engine:
        """Return an engine of our own on the database."""
        return make_engine(self.url)

    def stored(self) -> list[bytes]:
        """Return the message id of every stored touch, as often as it is stored."""
        engine = self.engine()
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT message_id FROM touch")).all()
        engine.dispose()
        return [bytes(row[0]) for row in rows]

    def differences(self) -> list[str]:
        """Return where what is derived is not what the touches say."""
        engine = self.engine()
        with Database(engine).reading() as session:
            now = utcnow()
            found = [f"{one.subject}: {one.what}" for one in verify(session, 1, now=now)]
        engine.dispose()
        return found

    def stats(self) -> dict[str, int]:
        """Return the counts of what arrived."""
        hits: dict[str, int] = json.loads(self.run("stats", "--json"))["hits"]
        return hits


class Server:
    """One serving process with all its children, in a group of its own."""

    def __init__(self, ground: Ground, port: int) -> None:
        self.port = port
        self.started = time.monotonic()
        self.log = ground.directory / f"server-{port}.log"
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [*ground.prefix, TRACKER, "serve", "--bind", f"127.0.0.1:{port}"],
                env=ground.environ,
                stdout=out,
                stderr=out,
                cwd=ROOT,
                start_new_session=True,
            )

    def wait_until_ready(self, within: float = 30) -> float:
        """Wait until hits are taken in and return how many seconds the start took."""
        deadline = self.started + within
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError("the server ended:\n" + self.log.read_text())
            if get(self.port, "/readyz")[0] == 200:
                return time.monotonic() - self.started
            time.sleep(0.02)
        raise RuntimeError("the server is not ready:\n" + self.log.read_text())

    def kill(self) -> None:
        """Kill the whole group at once, as a power cut would."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def terminate(self, within: float = 30) -> int:
        """Ask for an orderly end, wait for it, and return the exit code."""
        os.kill(self.process.pid, signal.SIGTERM)
        return self.process.wait(timeout=within)


def get(port: int, path: str, timeout: float = 10) -> tuple[int, dict[str, str]]:
    """Return status and headers of one request; 0 where there was no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path, headers=BROWSER)
        response = connection.getresponse()
        response.read()
        return response.status, {name.lower(): value for name, value in response.getheaders()}
    except OSError:
        return 0, {}
    except http.client.HTTPException:
        return 0, {}
    finally:
        connection.close()


BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def pixel(message: uuid.UUID, visitor: str) -> str:
    """Return the address of a pixel."""
    return f"/p.gif?k={KEY}&u=https%3A%2F%2Facme.example%2Fblog&a={visitor}&m={message}"


class Load:
    """Connections that send pixels one after the other until told to stop."""

    def __init__(self, ports: Sequence[int], *, connections: int = CONNECTIONS) -> None:
        self.acked: set[bytes] = set()
        self.statuses: Counter[int] = Counter()
        self.refused: list[tuple[int, dict[str, str]]] = []
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._threads = [
            threading.Thread(target=self._send, args=(ports[n % len(ports)], n), daemon=True)
            for n in range(connections)
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def wait_for(self, acked: int, within: float = 30) -> None:
        """Wait until so many more were acknowledged."""
        goal, deadline = len(self.acked) + acked, time.monotonic() + within
        while len(self.acked) < goal:
            assert time.monotonic() < deadline, f"only {len(self.acked)} of {goal}: {self.statuses}"
            time.sleep(0.01)

    def _send(self, port: int, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
        with closing(connection):
            self._send_on(connection, number)

    def _send_on(self, connection: http.client.HTTPConnection, number: int) -> None:
        while not self._stop.is_set():
            message = uuid.uuid4()
            try:
                connection.request("GET", pixel(message, f"visitor-{number}"), headers=BROWSER)
                response = connection.getresponse()
                response.read()
                self._note(message, response.status, dict(response.getheaders()))
            except (OSError, http.client.HTTPException):
                connection.close()
                self._note(message, 0, {})
                time.sleep(0.02)

    def _note(self, message: uuid.UUID, status: int, headers: dict[str, str]) -> None:
        with self._guard:
            self.statuses[status] += 1
            if status == 200:
                self.acked.add(message.bytes)
            elif status:
                self.refused.append((status, headers))


@contextmanager
def holding_the_pen(path: Path) -> Iterator[None]:
    """Lock a SQLite database from outside, as a backup tool that does not know our file would."""
    engine = make_engine(f"sqlite:///{path}")
    with engine.execution_options(tracker_writes=True).connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        yield
        connection.rollback()
    engine.dispose()


def in_threads(number: int, work: Callable[[int], None]) -> None:
    """Do something in many threads at once and raise what one of them raised."""
    errors: list[BaseException] = []

    def guarded(n: int) -> None:
        try:
            work(n)
        except BaseException as error:  # noqa: BLE001 - told to the test
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
