"""Ask a server for some seconds with wrk and say what it cost."""

import json
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.collector import machine

SCRIPT = Path(__file__).with_name("ask.lua")


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What is asked; `per` is how many messages one request carries."""

    what: str = "pixel"
    key: str = "none"
    people: int = 0
    connections: int = 8
    seconds: float = 5

    @property
    def per(self):
        return 1 if self.what == "pixel" else 100


def ask(pid, port, asking):
    """Return rate, latency and CPU of one round; CPU is the whole server's."""
    _wrk(port, asking, seconds=1)
    before = machine.cpu_seconds(pid)
    said = _wrk(port, asking, seconds=asking.seconds)
    spent = machine.cpu_seconds(pid) - before
    good = (said["requests"] - said["refused"]) * asking.per
    return {
        "rate": good / said["seconds"],
        "cpu_us": spent / max(good, 1) * 1e6,
        "p50_ms": said["p50"] / 1000,
        "p99_ms": said["p99"] / 1000,
        "max_ms": said["max"] / 1000,
        "failed": said["refused"] + said["broken"],
    }


def _wrk(port, asking, *, seconds):
    command = machine.pinned(
        machine.cores()[1], "wrk", "-t1", f"-c{asking.connections}", f"-d{max(1, round(seconds))}s",
        "--timeout", "20s", "-s", SCRIPT, f"http://127.0.0.1:{port}",
        "--", asking.what, asking.key, asking.people, random.randrange(1 << 30),
    )  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        if line.startswith("JSON "):
            return json.loads(line.removeprefix("JSON "))
    raise SystemExit(f"wrk said: {done.stdout}{done.stderr}")
