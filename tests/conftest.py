"""Both databases, a session, the application and its client; and no network beyond this machine."""

import importlib
import ipaddress
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tests import postgres
from tests.builders import NOON
from tests.house import ROOT
from tracker import db
from tracker.config import Settings

__all__ = ["NOON"]

pytest_plugins = ["tests.browser", "tests.doors"]

CLUSTER = pytest.StashKey[postgres.Cluster]()
SECRET_KEY = "only-for-tests-" + 32 * "x"

hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster that the parallel workers share; a single process starts it on demand."""
    sys.addaudithook(_refuse_the_outside)
    if config.getoption("numprocesses", None):
        config.stash[CLUSTER] = postgres.start()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Tell a parallel worker where the cluster is."""
    node.workerinput["postgres"] = node.config.stash[CLUSTER].url


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster, also after Ctrl-C."""
    if cluster := config.stash.get(CLUSTER, None):
        postgres.stop(cluster)


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> str:
    """Return the address of the run's cluster."""
    if hasattr(request.config, "workerinput"):
        return request.config.workerinput["postgres"]
    if CLUSTER not in request.config.stash:
        request.config.stash[CLUSTER] = postgres.start()
    return request.config.stash[CLUSTER].url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file that every test gets a copy of."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    engine = db.make_engine(f"sqlite:///{path}")
    _migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_engine(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Migrate one PostgreSQL database of this worker's own."""
    name = "test_" + getattr(request.config, "workerinput", {}).get("workerid", "alone")
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    engine = db.make_engine(postgres_url.rpartition("/")[0] + f"/{name}")
    _migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Give an empty, migrated database; the test runs once on each kind."""
    if request.param == "postgresql":
        engine = request.getfixturevalue("postgres_engine")
        _empty(engine)
        yield engine
        return
    template = request.getfixturevalue("sqlite_template")
    path = shutil.copy(template, tmp_path / "tracker.sqlite3")
    engine = db.make_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def database(engine: Engine) -> db.Database:
    """Give the reading and the writing way into the empty database."""
    return db.Database(engine)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Give a session; commit before another connection is to see what was written."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def settings(engine: Engine, tmp_path: Path) -> Settings:
    """Give the settings of a house on the empty database."""
    return Settings.from_env(
        {
            "TRACKER_DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "TRACKER_SECRET_KEY": SECRET_KEY,
            "TRACKER_SECRET_FILE": str(tmp_path / "secret"),
            "TRACKER_ASSETS": "local",
        }
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Put the house together."""
    # Loaded here, so that the tests of a room do not wait for the whole house.
    app = importlib.import_module("tracker.app").create_app(settings)
    yield app
    app.extensions["database"].engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser without a face."""
    return app.test_client()


def _migrate(engine: Engine) -> None:
    # A test may ask for tables of rooms that it does not import.
    for path in (ROOT / "tracker").glob("*/models.py"):
        importlib.import_module(f"tracker.{path.parent.name}.models")
    db.migrate(engine)


def _empty(engine: Engine) -> None:
    tables = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
    with engine.begin() as connection:
        # A connection that a test left open would hold us up for ever; better to be told.
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))


def _refuse_the_outside(event: str, args: tuple) -> None:
    if event not in ("socket.connect", "socket.sendto") or not isinstance(args[1], tuple):
        return
    host = args[1][0]
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise PermissionError(f"tests do not talk to {host}")
