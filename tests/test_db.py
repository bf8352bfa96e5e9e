"""What the files of a SQLite database look like from outside, and what an upgrade keeps."""

import json
from datetime import timedelta

import alembic.command
import alembic.config
import psycopg
import pytest
from sqlalchemy import text

from tests.builders import NOON, make_house
from tracker import journey
from tracker.db import MIGRATIONS, Database, make_engine, migrate

# What the first version kept of people and their companies.
OLD = """
INSERT INTO workspace (id, code, name, zone, currency, created_at)
    VALUES (1, 'w', 'Acme', 'UTC', 'EUR', 0);
INSERT INTO company (id, workspace_id, code, key, name, website) VALUES
    (1, 1, 'c1', 'acme inc', 'Acme Inc', ''),
    (2, 1, 'c2', 'lindley.example', 'lindley.example', '');
INSERT INTO lead (id, workspace_id, code, is_known, name, email, title, phone, stated_company,
    company_id) VALUES (1, 1, 'l1', true, '', 'a@x.example', '', '', 'Acme Inc', 1),
    (2, 1, 'l2', true, '', 'b@lindley.example', '', '', '', 2);
INSERT INTO visitor (id, workspace_id, key) VALUES (1, 1, 'e:a@x.example');
INSERT INTO visitor_edge (workspace_id, visitor_id, lead_id, is_identified) VALUES (1, 1, 1, true)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def first_version(request, tmp_path):
    """Give a database as the first version made it."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgresql":
        home = request.getfixturevalue("postgres_url")
        name = "old_" + getattr(request.config, "workerinput", {}).get("workerid", "alone")
        with psycopg.connect(home.replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {name}")
        url = home.rpartition("/")[0] + f"/{name}"
    engine = make_engine(url)
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    alembic.command.upgrade(config, "0001")
    yield engine
    engine.dispose()


def test_an_upgrade_keeps_people_and_finds_their_companies_again(first_version):
    with Database(first_version).writing() as session:
        for statement in OLD.split(";"):
            session.execute(text(statement))
        session.commit()
    migrate(first_version)
    with Database(first_version).reading() as session:
        keys = session.execute(text("SELECT key, company_id FROM company_key ORDER BY id")).all()
        homes = session.execute(text("SELECT id, company_id FROM lead ORDER BY id")).all()
    assert {("n:acme inc", 1), ("d:lindley.example", 2)} <= {tuple(row) for row in keys}
    assert homes == [(1, 1), (2, 2)]


def test_a_state_goes_into_the_form_of_the_version_before_and_comes_back(first_version):
    migrate(first_version)
    with Database(first_version).writing() as session:
        house = make_house(session)
        hits = [
            house.page("/pricing", anonymous_id="b1", occurred_at=NOON - timedelta(minutes=n))
            for n in range(300)
        ]
        survey = house.event("Survey completed", anonymous_id="b2")
        journey.record(session, [*hits, survey], now=NOON)
        session.commit()
    before = _states(first_version)
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = first_version
    alembic.command.downgrade(config, "0011")
    older = _states(first_version)
    assert {len(state) for _, state in older} == {12}
    assert len(older) == len(before) == 3
    migrate(first_version)
    assert _states(first_version) == before


def _states(engine):
    """Return the states of standings and checkpoints with the leads whose they are."""
    query = "SELECT lead_id, state FROM {} ORDER BY lead_id"
    with engine.connect() as connection:
        return [
            (lead, json.loads(state))
            for table in ("standing", "standing_checkpoint")
            for lead, state in connection.execute(text(query.format(table)))
        ]


def test_only_the_owner_may_read_a_new_database_and_the_files_beside_it(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'new' / 'tracker.db'}")
    with Database(engine).writing() as session:
        session.execute(text("CREATE TABLE visit (id INTEGER)"))
        session.commit()
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()}
    engine.dispose()
    names = ("tracker.db", "tracker.db-wal", "tracker.db-shm", "tracker.db.lock")
    assert modes == dict.fromkeys(names, 0o600)


def test_a_database_that_is_there_keeps_its_mode(tmp_path):
    path = tmp_path / "tracker.db"
    path.touch(0o640)
    path.chmod(0o640)
    make_engine(f"sqlite:///{path}").dispose()
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_migration_leaves_nothing_pointing_nowhere(first_version):
    if first_version.dialect.name != "sqlite":
        # PostgreSQL checks foreign keys also while it migrates.
        return
    with Database(first_version).writing() as session:
        for statement in OLD.split(";"):
            session.execute(text(statement))
        session.commit()
    migrate(first_version)
    with first_version.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
