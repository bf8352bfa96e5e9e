"""Houses to measure in: on SQLite or PostgreSQL, empty or filled with lives of many touches."""

import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from bench.collector import machine
from tests import postgres
from tests.builders import make_house
from tracker.db import Database, make_engine, migrate, to_micros
from tracker.touches.models import Content

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 180
NOW = START + timedelta(days=DAYS + 1)
DATABASES = ("sqlite", "postgresql")

# What people touch: each kind and how many of a hundred pages are of it.
KINDS = {"page": 60, "article": 22, "pricing": 6, "case_study": 4, "comparison": 2,
         "webinar": 2, "download": 2, "survey": 1, "demo": 1}  # fmt: skip
_SERIES = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) ",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, {})) ",
}


class Place:
    """A database with one house, and what the machine has worked for it."""

    def __init__(self, name, database, house, server):
        self.name, self.database, self.house, self.server = name, database, house, server

    def cpu(self):
        """Return the CPU seconds of this process and, on PostgreSQL, of its server."""
        return time.process_time() + (machine.cpu_seconds(self.server) if self.server else 0)

    def analyze(self):
        """Let PostgreSQL's planner know what is stored."""
        with self.database.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            connection.execute(text("VACUUM ANALYZE"))


@contextmanager
def place(name):
    """Make a house on a database of its own; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        cluster = None
        if name == "postgresql":
            cluster = postgres.start(fsync="on", synchronous_commit="on", shared_buffers="256MB")
        engine = make_engine(cluster.url if cluster else f"sqlite:///{home}/tracker.db")
        try:
            migrate(engine)
            database = Database(engine)
            with database.writing() as session:
                house = make_house(session)
                session.commit()
            yield Place(name, database, house, cluster.process.pid if cluster else None)
        finally:
            engine.dispose()
            if cluster:
                postgres.stop(cluster)


def fill(place, touches, people):
    """Store the touches of people by SQL alone, scattered over half a year."""
    series = _SERIES[place.name]
    is_small = place.name == "sqlite"
    facts = {
        "workspace": place.house.workspace.id,
        "site": place.house.site.id,
        "start": to_micros(START),
        "length": DAYS * 86_400_000_000,
    }
    chance = "abs(random() % {})" if is_small else "floor(random() * {})::bigint"
    nonce = "randomblob(16)" if is_small else "uuid_send(gen_random_uuid())"
    statements = [
        "INSERT INTO agent (id, workspace_id, text, agent_class)"
        " VALUES (1, :workspace, 'Bench', 0)",
        "INSERT INTO source (id, workspace_id, key, name, medium, campaign, term, creative,"
        f" referrer, channel) VALUES (1, :workspace, {nonce}, '', '', '', '', '', '', 'direct')",
        series.format(people) + "INSERT INTO visitor (id, workspace_id, key)"
        " SELECT i, :workspace, 'a:' || i FROM n",
        "INSERT INTO lead (id, workspace_id, code, is_known, is_verified, proven, name, email,"
        " title, phone, country, stated_company)"
        " SELECT id, :workspace, 'b' || id, false, false, '', '', '', '', '', '', '' FROM visitor",
        "INSERT INTO visitor_edge (workspace_id, visitor_id, lead_id, is_identified, is_verified)"
        " SELECT :workspace, id, id, false, false FROM visitor",
        series.format(touches) + "INSERT INTO touch (workspace_id, site_id, message_id, type,"
        " occurred_at, received_at, visitor_id, anonymous_id, content_id, source_id, agent_id,"
        f" flags) SELECT :workspace, :site, {nonce}, 0, at, at, visitor, visitor, content, 1, 1, 0"
        f" FROM (SELECT :start + {chance.format(':length')} AS at,"
        f" 1 + {chance.format(people)} AS visitor, 1 + {chance.format(100)} AS content FROM n) x",
    ]
    with place.database.writing() as session:
        kinds = [kind for kind, share in KINDS.items() for _ in range(share)]
        session.add_all(
            Content(
                id=n, workspace_id=facts["workspace"], code=f"c{n}", key=f"url:bench/{n}", kind=kind
            )
            for n, kind in enumerate(kinds, 1)
        )
        session.flush()
        for statement in statements:
            session.execute(text(statement.replace("::bigint", "")), facts)
        session.commit()
    if not is_small:
        place.analyze()
