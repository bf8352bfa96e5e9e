"""A batch of 100 over HTTP, classified, against the bare insert of the same rows."""

import json
import sqlite3
import subprocess
import sys
import tempfile
from statistics import median

from bench.collector import machine, subjects
from bench.collector.ask import Asking, ask

PEOPLE = 1_000


def measure(rounds, seconds):
    """Return the rate over HTTP and the rates of the bare inserts of what it stored."""
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        http = []
        with subjects.ours(home) as (pid, port, key):
            for _ in range(rounds):
                asking = Asking(what="batch", key=key, people=PEOPLE, seconds=seconds)
                http.append(ask(pid, port, asking))
        _settle(f"{home}/tracker.db")
        command = [sys.executable, "-m", "bench.collector.bare", f"{home}/tracker.db", rounds]
        command = machine.pinned(machine.cores()[0], *command)
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = [{"way": "http batch of 100, classified", "batch": 100} | _medians(http)]
    bare = {}
    for one in json.loads(done.stdout):
        bare.setdefault((one["way"], one["batch"]), []).append(one)
    rows += [{"way": way, "batch": batch} | _medians(taken) for (way, batch), taken in bare.items()]
    return {"rows": rows}


def ratios(rows):
    at = {(row["way"], row["batch"]): row for row in rows}
    http = rows[0]
    bare = at["by_driver", 100]
    found = [
        (
            "batch over HTTP: % of the bare insert's rate",
            100 * http["rate"] / bare["rate"],
            "≥ 20 (40)",
        ),
        ("batch over HTTP: % of it by CPU", 100 * bare["cpu_us"] / http["cpu_us"], ""),
    ]
    for batch in (100, 500):
        raw, ours = at["by_driver", batch], at["by_session", batch]
        found += [
            (f"writer through SQLAlchemy at {batch}: % of the driver's rate",
             100 * ours["rate"] / raw["rate"], "≥ 75 (90)"),
            (f"writer through SQLAlchemy at {batch}: % of it by CPU",
             100 * raw["cpu_us"] / ours["cpu_us"], ""),
        ]  # fmt: skip
    return found


def _medians(taken):
    return {name: median(one[name] for one in taken) for name in ("rate", "cpu_us")}


def _settle(path):
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
