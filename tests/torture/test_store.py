"""A storage fault is told, never hidden: no false 2xx, and the same server goes on afterwards."""

import os
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torture.field import IS_FULL, Ground, Load, get, holding_the_pen, pixel
from tests.torture.test_kill import assert_nothing_lost

MOUNTED = 8 * 1024 * 1024
needs_strace = pytest.mark.skipif(
    not shutil.which("strace"), reason="strace is not installed: no fault can be injected"
)
needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root may mount a small disk to fill"
)


@pytest.mark.parametrize("fault", ["fsync,fdatasync:error=EIO", "pwrite64:error=ENOSPC"])
@needs_strace
def test_a_disk_that_fails_gives_503_and_no_false_2xx(sqlite_ground: Ground, fault: str) -> None:
    server = sqlite_ground.serve()
    with Load([server.port], connections=8) as load:
        load.wait_for(50)
        tracer = inject(server.process.pid, fault, sqlite_ground.directory)
        try:
            # Whoever is told of the fault comes again; whoever is told 200 must be stored.
            wait_until(lambda: load.statuses[503] > 0)
        finally:
            tracer.terminate()
            tracer.wait()
        load.wait_for(50)
    assert set(load.statuses) == {200, 503}
    assert all(headers.get("retry-after") for status, headers in load.refused if status == 503)
    assert_nothing_lost(sqlite_ground, load)


@needs_root
def test_a_full_disk_gives_503_and_takes_in_again_when_there_is_room(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MOUNTED}", "tmpfs", disk]
    subprocess.run(mount, check=True)
    ground = Ground(url=f"sqlite:///{disk}/tracker.sqlite3", directory=tmp_path)
    try:
        server = ground.serve()
        ballast = disk / "ballast"
        with Load([server.port], connections=8) as load:
            load.wait_for(50)
            fill(ballast)
            wait_until(lambda: load.statuses[503] > 0)
            assert get(server.port, "/login")[0] == 200
            ballast.unlink()
            load.wait_for(50)
        assert set(load.statuses) == {200, 503}
        assert_nothing_lost(ground, load)
    finally:
        ground.close()
        subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_database_that_is_locked_for_three_seconds_refuses_nobody(
    sqlite_ground: Ground,
) -> None:
    server = sqlite_ground.serve()
    with Load([server.port], connections=4) as load:
        load.wait_for(20)
        with holding_the_pen(path_of(sqlite_ground)):
            time.sleep(3)
        load.wait_for(20)
    assert set(load.statuses) == {200}
    assert_nothing_lost(sqlite_ground, load)


def test_a_database_that_stays_locked_is_told_within_five_seconds(sqlite_ground: Ground) -> None:
    server = sqlite_ground.serve()
    told: list[tuple[int, float]] = []

    def ask() -> None:
        began = time.monotonic()
        status, _headers = get(server.port, pixel(uuid.uuid4(), "patient"), timeout=40)
        told.append((status, time.monotonic() - began))

    with holding_the_pen(path_of(sqlite_ground)):
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if IS_FULL:
            time.sleep(25)
    assert {status for status, _ in told} == {503}
    assert max(seconds for _, seconds in told) < (5 if IS_FULL else 12)
    wait_until(lambda: get(server.port, pixel(uuid.uuid4(), "patient"))[0] == 200)
    assert sqlite_ground.differences() == []


@pytest.mark.skipif(not shutil.which("faketime"), reason="libfaketime is not installed")
@pytest.mark.parametrize("jump", ["+1d", "-2h"])
def test_a_clock_that_jumps_loses_nothing(tmp_path: Path, jump: str) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0")
    environ = {
        "LD_PRELOAD": faketime(),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        # What is waited for is not what the wall clock says.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    ground = Ground(
        url=f"sqlite:///{tmp_path}/tracker.sqlite3", directory=tmp_path, environ=environ
    )
    try:
        server = ground.serve()
        with Load([server.port], connections=4) as load:
            load.wait_for(50)
            clock.write_text(jump)
            time.sleep(2)
            load.wait_for(50)
        assert set(load.statuses) == {200}
        assert_nothing_lost(ground, load)
    finally:
        ground.close()


def inject(pid: int, fault: str, directory: Path) -> subprocess.Popen[bytes]:
    """Let system calls of a server and its children fail."""
    pids = [pid, *map(int, children(pid))]
    attach = [word for one in pids for word in ("-p", str(one))]
    call = fault.partition(":")[0]
    log = directory / "strace.log"
    return subprocess.Popen(
        ["strace", "-f", "-q", "-o", log, "-e", f"trace={call}", "-e", f"inject={fault}", *attach],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def children(pid: int) -> list[str]:
    """Return the processes that a process has started."""
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.split()


def fill(path: Path) -> None:
    """Take all the room that a disk has left."""
    with path.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def wait_until(holds: Callable[[], bool], within: float = 60) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def path_of(ground: Ground) -> Path:
    """Return the file of a SQLite ground."""
    return Path(ground.url.removeprefix("sqlite:///"))


def faketime() -> str:
    """Return the library that moves the clock."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return str(found[0])
