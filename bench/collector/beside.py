"""The collector while a version of the stage model is replayed beside it, against itself alone."""

import tempfile
import time
from statistics import median

import pysqlite3.dbapi2 as sqlite

from bench.collector import growth, subjects
from bench.collector.ask import Asking, ask

PEOPLE = 1_000
CONNECTIONS = (8, 32)


def measure(rounds, seconds, number):
    """Return rate and p99 alone and beside a replay, in turn, and how fast the replay went."""
    taken = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        growth.fill(home, number)
        path = f"{home}/tracker.db"
        _draft(path)
        with subjects.ours(home) as (pid, port, key):
            for _ in range(rounds):
                for connections in CONNECTIONS:
                    asking = Asking(
                        key=key, people=PEOPLE, connections=connections, seconds=seconds
                    )
                    _set(path, None)
                    taken.setdefault(("alone", connections), []).append(ask(pid, port, asking))
                    _set(path, "replay")
                    # The job looks once a second whether anything waits.
                    time.sleep(4)
                    before, began = _reached(path), time.monotonic()
                    found = ask(pid, port, asking)
                    leads = _reached(path) - before
                    found["leads_s"] = leads / (time.monotonic() - began)
                    taken.setdefault(("beside a replay", connections), []).append(found)
            _set(path, None)
    return {
        "rows": [
            {"collector": name, "connections": connections}
            | {figure: median(one.get(figure, 0) for one in all_taken) for figure in FIGURES}
            for (name, connections), all_taken in taken.items()
        ]
    }


FIGURES = ("rate", "cpu_us", "p50_ms", "p99_ms", "max_ms", "leads_s")


def ratios(rows):
    at = {(row["collector"], row["connections"]): row for row in rows}
    found = []
    for connections in CONNECTIONS:
        alone, beside = at["alone", connections], at["beside a replay", connections]
        found += [
            (f"rate beside a replay at {connections}: % of alone",
             100 * beside["rate"] / alone["rate"], "≥ 50"),
            (f"p99 beside a replay at {connections}: times that of alone",
             beside["p99_ms"] / alone["p99_ms"], "≤ 2"),
            (f"leads replayed a second meanwhile at {connections}", beside["leads_s"], ""),
        ]  # fmt: skip
    return found


def _draft(path):
    """Write a version down that is not in force: the one that is, but for a half-life."""
    with sqlite.connect(path) as database:
        database.execute(
            "INSERT INTO stage_model (workspace_id, version, document, items, work,"
            " reached_lead_id, offers_ready) SELECT workspace_id, 2,"
            " json_set(document, '$.half_life_days', 20), items, NULL, 0, 0 FROM stage_model"
        )


def _set(path, work):
    with sqlite.connect(path, timeout=60) as database:
        database.execute("UPDATE stage_model SET work = ? WHERE version = 2", (work,))


def _reached(path):
    with sqlite.connect(path, timeout=60) as database:
        [(reached,)] = database.execute("SELECT reached_lead_id FROM stage_model WHERE version = 2")
    return reached
