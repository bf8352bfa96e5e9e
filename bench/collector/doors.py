"""The durable pixel against the usual way and against a server that stores nothing."""

import sqlite3
import tempfile
from contextlib import ExitStack
from statistics import median

from bench.collector import subjects
from bench.collector.ask import Asking, ask

CONNECTIONS = (8, 32)
# Everybody new is the dearest pixel there is: each makes a visitor, a lead and its history.
SUBJECTS = (
    ("ours, people who return", subjects.ours, 1_000),
    ("ours, everybody new", subjects.ours, 0),
    ("orm", subjects.orm, 0),
    ("nginx", subjects.nginx, 0),
)


def measure(rounds, seconds):
    """Ask each subject in turn, round after round; return medians and what was stored."""
    taken = {}
    with ExitStack() as stack:
        running = {}
        homes = {}
        for _name, start, _people in SUBJECTS:
            if start not in running:
                homes[start] = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
                running[start] = stack.enter_context(start(homes[start]))
        for _ in range(rounds):
            for connections in CONNECTIONS:
                for name, start, people in SUBJECTS:
                    pid, port, key = running[start]
                    asking = Asking(
                        key=key, people=people, connections=connections, seconds=seconds
                    )
                    taken.setdefault((name, connections), []).append(ask(pid, port, asking))
        stored = _stored(homes[subjects.ours])
    return {
        "rows": [
            {"subject": name, "connections": connections} | _medians(rounds_taken)
            for (name, connections), rounds_taken in taken.items()
        ],
        "stored": stored,
    }


def ratios(rows):
    """Return what issue 3 asks for, from the rows of one run."""
    at = {(row["subject"], row["connections"]): row for row in rows}
    found = []
    for ours in (SUBJECTS[0][0], SUBJECTS[1][0]):
        few, many, usual, usual_many = (
            at[ours, 8], at[ours, 32], at["orm", 8], at["orm", 32],
        )  # fmt: skip
        found += [
            (f"{ours}: rate / ORM view at 8", few["rate"] / usual["rate"], "≥ 5 (10)"),
            (f"{ours}: rate / ORM view at 32", many["rate"] / usual_many["rate"], "≥ 7 (15)"),
            (f"{ours}: ORM CPU / CPU at 8", usual["cpu_us"] / few["cpu_us"], "≥ 6 (12)"),
            (f"{ours}: ORM CPU / CPU at 32", usual_many["cpu_us"] / many["cpu_us"], "≥ 6 (12)"),
            (f"{ours}: ORM p99 / p99 at 8", usual["p99_ms"] / few["p99_ms"], "≥ 15 (40)"),
            (f"{ours}: ORM p99 / p99 at 32", usual_many["p99_ms"] / many["p99_ms"], "≥ 15 (40)"),
            (
                f"{ours}: % of nginx per CPU at 32",
                100 * at["nginx", 32]["cpu_us"] / many["cpu_us"],
                "≥ 6 (10)",
            ),
        ]
    return found


def _medians(taken):
    return {name: median(one[name] for one in taken) for name in taken[0] if name != "failed"} | {
        "failed": sum(one["failed"] for one in taken)
    }


def _stored(home):
    with sqlite3.connect(f"{home}/tracker.db") as database:
        [(number,)] = database.execute("SELECT count(*) FROM touch")
        [(classified,)] = database.execute("SELECT coalesce(sum(touch_count), 0) FROM standing")
    return {"touches": number, "classified": classified}
