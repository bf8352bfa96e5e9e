"""The machine under the benchmark: cores, load, CPU and memory of a server and its children."""

import os
import platform
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
NEEDED = {"wrk": "wrk", "nginx": "nginx", "taskset": "util-linux"}


def check():
    """Say what is missing before anything is measured."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    missing = [package for tool, package in NEEDED.items() if not shutil.which(tool, path=path)]
    if missing:
        sys.exit(f"this needs the Debian packages: {' '.join(missing)}")
    if len(cores()) < 2:
        sys.exit("this needs two cores: one for the server, one for the generator")


def cores():
    return sorted(os.sched_getaffinity(0))


def pinned(core, *command):
    """Return a command that runs on one core only."""
    return ["taskset", "-c", str(core), *map(str, command)]


def describe():
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "cores": len(cores()),
        "load": [round(value, 2) for value in os.getloadavg()],
        "date": time.strftime("%Y-%m-%d"),
    }


def family(pid):
    """Return a process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    own = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [pid, *(grandchild for child in own for grandchild in family(child))]


def cpu_seconds(pid):
    """Return the user and system time of a process and its children."""
    total = 0
    for member in family(pid):
        fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def memory(pid):
    """Return the proportional memory of a process and its children, in bytes."""
    total = 0
    for member in family(pid):
        lines = Path(f"/proc/{member}/smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total * 1024


@contextmanager
def running(command, port, **options):
    """Run a server until the block ends, and wait first until it answers."""
    if _answers(port):
        sys.exit(f"port {port} is taken: is another benchmark running?")
    process = subprocess.Popen(command, **options)
    try:
        _await(process, port)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=40)


def _await(process, port):
    for _ in range(200):
        if process.poll() is not None:
            sys.exit(f"the server ended at once with {process.returncode}")
        if _answers(port):
            return
        time.sleep(0.1)
    sys.exit("the server does not answer")


def _answers(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
