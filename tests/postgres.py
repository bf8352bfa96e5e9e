"""A PostgreSQL cluster of the test run's own: made, used and thrown away."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

# Ordinary tests ask what is stored, never what survives a power cut.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "logging_collector": "off",
    "log_min_messages": "fatal",
}
INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
READY_WITHIN = 60


@dataclass(kw_only=True)
class Cluster:
    """A running server: where its files are, its process, and how to reach it."""

    directory: Path
    command: list[str]
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Return the address of its first database."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def restart_at_once(self) -> None:
        """Throw every connection out without a checkpoint, recover, and be there again."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()
        self.process = _launch(self.command, self.directory)
        _wait_until_ready(self)


def start(**settings: str) -> Cluster:
    """Start a new cluster on a free loopback port; keywords override its settings."""
    directory = Path(tempfile.mkdtemp(prefix="tracker-pg-"))
    if as_user := _as_ordinary_user():
        shutil.chown(directory, *_ordinary_user())
    port = free_port()
    server = [
        _program("postgres"),
        "-D",
        str(directory / "data"),
        *_options(directory, port, settings),
    ]
    with (directory / "log").open("wb") as log:
        subprocess.run(
            [*as_user, _program("initdb"), "-D", directory / "data", *INITDB],
            check=True,
            stdout=log,
            stderr=log,
            cwd="/",
        )
    # Should this process be killed, the server gets SIGINT and goes down with it.
    command = [*(as_user or ["setpriv"]), "--pdeathsig", "INT", *server]
    process = _launch(command, directory)
    cluster = Cluster(directory=directory, command=command, port=port, process=process)
    _wait_until_ready(cluster)
    return cluster


def stop(cluster: Cluster) -> None:
    """Stop a cluster at once and remove its files."""
    cluster.process.send_signal(signal.SIGQUIT)
    cluster.process.wait()
    shutil.rmtree(cluster.directory, ignore_errors=True)


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _options(directory: Path, port: int, settings: dict[str, str]) -> list[str]:
    chosen = {
        **FAST,
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(directory),
        **settings,
    }
    return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]


def _program(name: str) -> str:
    versions = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = max(versions, key=lambda path: float(path.parts[4]), default=None)
    found = str(newest) if newest else shutil.which(name)
    if not found:
        raise RuntimeError(f"PostgreSQL's {name} is missing: install the package postgresql")
    return found


def _as_ordinary_user() -> list[str]:
    """Return how to step down from root, which PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return []
    user, group = _ordinary_user()
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]


def _ordinary_user() -> tuple[str, int]:
    entry = pwd.getpwnam("postgres")
    return entry.pw_name, entry.pw_gid


def _launch(command: list[str], directory: Path) -> subprocess.Popen[bytes]:
    with (directory / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd="/",
            # Ctrl-C is for us; we stop the server ourselves, after the last test.
            start_new_session=True,
        )


def _wait_until_ready(cluster: Cluster) -> None:
    deadline = time.monotonic() + READY_WITHIN
    answer = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(cluster.port)]
    while subprocess.run(answer, check=False).returncode != 0:
        if cluster.process.poll() is not None or time.monotonic() > deadline:
            log = (cluster.directory / "log").read_text(errors="replace")
            stop(cluster)
            raise RuntimeError(f"PostgreSQL did not start:\n{log}")
        time.sleep(0.05)
