"""The rate when much is stored already, memory over a run, and bytes per touch on disk."""

import tempfile
import threading
from contextlib import ExitStack
from statistics import median

import pysqlite3.dbapi2 as sqlite

from bench.collector import subjects
from bench.collector.ask import Asking, ask
from bench.collector.machine import memory

PER_PERSON = 10
PEOPLE = 1_000


def fill(home, number):
    """Store so many touches of returning people by SQL alone; ids lie all over the key space."""
    subjects.found(home)
    database = sqlite.connect(f"{home}/tracker.db", isolation_level=None)
    for pragma in ("synchronous=OFF", "cache_size=-400000", "foreign_keys=OFF"):
        database.execute(f"PRAGMA {pragma}")
    people = max(1, number // PER_PERSON)
    dropped = database.execute(
        "SELECT name, sql FROM sqlite_master"
        " WHERE tbl_name = 'touch' AND type = 'index' AND sql > ''"
    ).fetchall()
    database.execute("BEGIN")
    for name, _ in dropped:
        database.execute(f"DROP INDEX {name}")
    for statement in FILL:
        database.execute(statement, {"people": people, "number": number, "step": 2**63 // number})
    for _, sql in dropped:
        database.execute(sql)
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


_COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
FILL = (
    "INSERT INTO agent (id, workspace_id, text, agent_class) VALUES (1, 1, 'Bench', 0)",
    "INSERT INTO source (id, workspace_id, key, name, medium, campaign, term, creative, referrer,"
    " channel) VALUES (1, 1, randomblob(16), '', '', '', '', '', '', 'direct')",
    _COUNT.format("200") + "INSERT INTO content (workspace_id, code, key, kind, title, url,"
    " classed) SELECT 1, 'bench' || i, 'url:bench.example/' || i, 'page', '', '', 'guessed' FROM n",
    _COUNT.format(":people") + "INSERT INTO visitor (id, workspace_id, key) SELECT i, 1,"
    " 'a:' || lower(hex(randomblob(16))) FROM n",
    "INSERT INTO lead (id, workspace_id, code, is_known, name, email, title, phone, country,"
    " is_verified, proven, stated_company)"
    " SELECT id, 1, 'b' || lower(hex(randomblob(10))), 0, '', '', '', '', '', 0, '', ''"
    " FROM visitor",
    "INSERT INTO visitor_edge (workspace_id, visitor_id, lead_id, is_identified, is_verified)"
    " SELECT 1, id, id, 0, 0 FROM visitor",
    "INSERT INTO standing (workspace_id, lead_id, model_id, stage, score, entered_at,"
    " first_touch_at, last_touch_at, last_message, touch_count, state)"
    " SELECT 1, id, 1, 'tofu', 1000, 1767225600000000 + id, 1767225600000000 + id,"
    " 1767225600000000 + id, randomblob(16), 10, '' FROM lead",
    _COUNT.format(":number") + "INSERT INTO touch (workspace_id, site_id, message_id, type,"
    " occurred_at, received_at, visitor_id, anonymous_id, content_id, source_id, agent_id,"
    " network, flags) SELECT 1, 1, unhex(printf('%016x', i * :step) || hex(randomblob(8))), 0,"
    " 1767225600000000 + i, 1767225600000000 + i, 1 + abs(random()) % :people, 1, 1 + i % 200,"
    " 1, 1, x'7f0000', 0 FROM n",
)  # fmt: skip


def compare(rounds, seconds, number):
    """Return the rate on a filled house and on an empty one, in turn."""
    taken = {}
    with ExitStack() as stack:
        running = {}
        for place, (name, stored) in enumerate((("empty", 0), ("filled", number))):
            home = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
            if stored:
                fill(home, stored)
            running[name] = stack.enter_context(subjects.ours(home, place=place))
        for _ in range(rounds):
            for name, (pid, port, key) in running.items():
                asking = Asking(key=key, connections=32, seconds=seconds)
                taken.setdefault(name, []).append(ask(pid, port, asking))
    rows = [
        {"house": name}
        | {figure: median(one[figure] for one in all_taken) for figure in all_taken[0]}
        for name, all_taken in taken.items()
    ]
    ratio = rows[1]["rate"] / rows[0]["rate"], rows[0]["cpu_us"] / rows[1]["cpu_us"]
    return {
        "rows": rows,
        "ratios": [
            (f"rate at {number:,} stored touches: % of empty", 100 * ratio[0], "≥ 60 (85)"),
            (f"the same by CPU at {number:,}: %", 100 * ratio[1], ""),
        ],
    }


def sizes(seconds):
    """Return memory in the quarters of a run, and bytes per touch."""
    rows = []
    for what, lasting in (("pixel", seconds), ("mix", max(10, seconds // 10))):
        with tempfile.TemporaryDirectory(prefix="bench-") as home:
            with subjects.ours(home) as (pid, port, key):
                asking = Asking(what=what, key=key, people=PEOPLE, connections=32, seconds=lasting)
                seen = _watch(pid, port, asking)
            rows.append({"run": what} | _quarters(seen) | _bytes_per_touch(f"{home}/tracker.db"))
    growth = 100 * rows[0]["q4_mb"] / rows[0]["q2_mb"]
    return {
        "rows": rows,
        "ratios": [
            ("bytes per touch with its indexes, page views", rows[0]["touch_bytes"], "≤ 160"),
            ("the same, a mix as SDKs send it", rows[1]["touch_bytes"], ""),
            ("memory: last quarter as % of the second", growth, "flat"),
        ],
    }  # fmt: skip


def _watch(pid, port, asking):
    seen = []
    done = threading.Event()

    def look():
        while not done.wait(1):
            seen.append(memory(pid))

    ask(pid, port, Asking(what=asking.what, key=asking.key, people=asking.people, seconds=5))
    watcher = threading.Thread(target=look)
    watcher.start()
    ask(pid, port, asking)
    done.set()
    watcher.join()
    return seen if len(seen) >= 4 else [memory(pid)] * 4


def _quarters(seen):
    size = max(1, len(seen) // 4)
    return {f"q{n + 1}_mb": median(seen[n * size :][:size]) / 1e6 for n in range(4)}


def _bytes_per_touch(path):
    """Count the pages that fall free when the table of touches goes with its indexes."""
    database = sqlite.connect(path, isolation_level=None)
    database.execute("PRAGMA foreign_keys=OFF")
    [(number,)] = database.execute("SELECT count(*) FROM touch")
    [(whole,)] = database.execute("PRAGMA page_count")
    [(before,)] = database.execute("PRAGMA freelist_count")
    database.execute("DROP TABLE touch")
    [(after,)] = database.execute("PRAGMA freelist_count")
    [(page,)] = database.execute("PRAGMA page_size")
    database.close()
    return {
        "touches": number,
        "touch_bytes": (after - before) * page / number,
        "all_bytes": (whole - before) * page / number,
    }
