"""The serving process: what stops its start, how it ends, and what survives its death."""

import json
import os
import signal
import socket
import stat
import statistics
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests import commands
from tests.browser import ROOT, TRACKER, environ_for, run
from tests.postgres import free_port
from tracker.cli.serve import address
from tracker.db import make_engine
from tracker.errors import Invalid

INIT = ("init", "--workspace", "Acme", "--email", "o@acme.example", "--password-stdin", "--json")
PASS_PHRASE = "a long enough pass phrase"


class House:
    """A serving process group and what it has acknowledged."""

    def __init__(self, directory: Path) -> None:
        self.environ = environ_for(directory)
        self.key = json.loads(run(self.environ, *INIT, stdin=PASS_PHRASE))["write_key"]
        self.acknowledged: list[str] = []
        self.took: list[float] = []
        self.stopped = threading.Event()

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen]:
        bind = f"127.0.0.1:{free_port()}"
        process = subprocess.Popen(
            [TRACKER, "serve", "--bind", bind],
            env=self.environ,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.url = f"http://{bind}"
        try:
            deadline = time.monotonic() + 60
            while not self._is_up() and time.monotonic() < deadline:
                time.sleep(0.05)
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def knock(self, prefix: str, times: int = 1_000_000) -> None:
        """Send pixels until told to stop, and note which were acknowledged."""
        for number in range(times):
            if self.stopped.is_set():
                return
            begun = time.monotonic()
            name = f"{prefix}-{number}"
            try:
                query = f"k={self.key}&m={name}&a=anon-{prefix}&u=https://a.example/x"
                with urllib.request.urlopen(f"{self.url}/p.gif?{query}", timeout=10):
                    self.acknowledged.append(name)
                    self.took.append(time.monotonic() - begun)
            except OSError:
                return

    def stored(self) -> list[str]:
        engine = make_engine(self.environ["TRACKER_DATABASE_URL"])
        with engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT message_id FROM touch").fetchall()
        engine.dispose()
        return [bytes(row[0]).decode() for row in rows]

    def _is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                return True
        except OSError:
            return False


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def knocking(house: House, number: int, prefix: str) -> list[threading.Thread]:
    threads = [
        threading.Thread(target=house.knock, args=[f"{prefix}{place}"]) for place in range(number)
    ]
    for thread in threads:
        thread.start()
    return threads


def until(house: House, acknowledged: int) -> None:
    deadline = time.monotonic() + 30
    while len(house.acknowledged) < acknowledged and time.monotonic() < deadline:
        time.sleep(0.005)


def test_what_was_acknowledged_survives_kill_9(house):
    for life in range(2):
        with house.serving() as process:
            threads = knocking(house, 8, f"{life}-")
            until(house, 150 * (life + 1))
            os.killpg(process.pid, signal.SIGKILL)
            for thread in threads:
                thread.join()
    stored = house.stored()
    assert len(house.acknowledged) >= 300
    assert set(house.acknowledged) <= set(stored)
    assert len(stored) == len(set(stored))


def test_an_orderly_end_answers_what_is_under_way(house):
    with house.serving() as process:
        threads = knocking(house, 8, "x")
        until(house, 100)
        process.terminate()
        house.stopped.set()
        assert process.wait(timeout=30) == 0
        for thread in threads:
            thread.join()
    assert set(house.stored()) == set(house.acknowledged)
    hits = json.loads(run(house.environ, "stats", "--json"))["hits"]
    assert hits["accepted"] == hits["received"] == len(house.acknowledged)


@pytest.mark.parametrize(
    "begun",
    [
        b"G",
        b"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{",
        b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\ne",
    ],
)
def test_slow_clients_are_waited_for_by_nobody_else(house, begun):
    with house.serving(), ExitStack() as stalled:
        host, _, port = house.url.removeprefix("http://").partition(":")
        for _ in range(300):
            line = stalled.enter_context(socket.create_connection((host, int(port))))
            line.sendall(begun)
        house.knock("healthy", 20)
        with urllib.request.urlopen(f"{house.url}/login", timeout=10) as page:
            assert page.status == 200
    assert len(house.acknowledged) == 20
    # The machine may be busy with other tests; whoever waits for the slow waits for ever.
    assert statistics.median(house.took) < 0.5


def test_the_server_makes_its_tables_and_its_secret(tmp_path):
    environ = environ_for(tmp_path)
    house = House.__new__(House)
    house.environ = environ
    with house.serving():
        with urllib.request.urlopen(f"{house.url}/setup", timeout=10) as answer:
            assert answer.status == 200
        mode = stat.S_IMODE((tmp_path / "secret").stat().st_mode)
    assert mode == 0o600


@pytest.mark.parametrize("bind", ["8000", "host:", ":80", "h:0", "h:65536", "h:x", "[::1]", ""])
def test_an_address_that_is_none_is_named(settings, bind):
    done = commands.run(settings, "serve", "--bind", bind)
    assert done.exit_code == 2
    assert "--bind is HOST:PORT" in done.output


def test_a_port_that_somebody_listens_on_is_not_shared(settings):
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other:
        port = other.getsockname()[1]
        result = commands.run(settings, "serve", "--bind", f"127.0.0.1:{port}")
    assert result.exit_code == 1
    assert result.stderr == f"Error: cannot listen on 127.0.0.1:{port}: Address already in use\n"


def test_an_address_has_a_host_and_a_port():
    assert address("[::1]:80") == ("::1", 80)
    with pytest.raises(Invalid):
        address("localhost")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRACKER_THREADS", "many"),
        ("TRACKER_DATABASE_URL", "mysql://x"),
        ("TRACKER_SECRET_KEY", "changeme"),
        ("TRACKER_NONSENSE", "1"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(settings, name, value):
    done = commands.run(settings, "serve", "--bind", "0.0.0.0:8000", **{name: value})
    assert done.exit_code == 2
    assert name in done.output
    assert len(done.output.splitlines()) == 1
