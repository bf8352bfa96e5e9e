"""Grounds on SQLite and on a PostgreSQL that means what it says about disks."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tests.torture.field import Ground


@pytest.fixture
def sqlite_ground(tmp_path: Path) -> Iterator[Ground]:
    """Give a workspace on a SQLite file."""
    ground = Ground(url=f"sqlite:///{tmp_path}/tracker.sqlite3", directory=tmp_path)
    yield ground
    ground.close()


@pytest.fixture
def durable_postgres() -> Iterator[postgres.Cluster]:
    """Give a cluster that syncs, as in production."""
    cluster = postgres.start(fsync="on", full_page_writes="on", synchronous_commit="on")
    yield cluster
    postgres.stop(cluster)


@pytest.fixture
def postgres_ground(durable_postgres: postgres.Cluster, tmp_path: Path) -> Iterator[Ground]:
    """Give a workspace on a PostgreSQL database, served by two processes."""
    with psycopg.connect(durable_postgres.url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("CREATE DATABASE torture")
    url = durable_postgres.url.rpartition("/")[0] + "/torture"
    ground = Ground(url=url, directory=tmp_path, environ={"TRACKER_PROCESSES": "2"})
    yield ground
    ground.close()


@pytest.fixture(params=["sqlite", "postgres"])
def ground(request: pytest.FixtureRequest) -> Ground:
    """Give each ground in turn."""
    found: Ground = request.getfixturevalue(f"{request.param}_ground")
    return found
