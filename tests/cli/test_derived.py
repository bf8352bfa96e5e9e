"""`tracker verify` and `tracker rebuild`."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.builders import NOON, make_bofu_lead, make_house
from tracker.cli.main import main
from tracker.clock import utcnow
from tracker.tasks import service as tasks


@pytest.fixture
def house(database):
    with database.writing() as session:
        house = make_house(session)
        make_bofu_lead(session, house)
        session.commit()
    return house


@pytest.fixture
def run(engine, house):
    env = {"TRACKER_DATABASE_URL": engine.url.render_as_string(hide_password=False)}

    def run(*words: str):
        result = CliRunner().invoke(main, [*words, "--json"], env=env)
        return result.exit_code, json.loads(result.stdout) if result.stdout else result.stderr

    return run


def damage(database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE standing SET stage = NULL, state = ''"))
        session.commit()


def test_verify_finds_nothing_in_a_sound_house(run) -> None:
    assert run("verify") == (0, {"differences": []})


def test_verify_names_what_is_wrong_and_fails(run, database) -> None:
    damage(database)
    code, found = run("verify")
    assert code == 1
    # That it has gone dormant since is not told of a lead of whom nothing is known.
    assert found["differences"] == [
        f"lead 1: the {what} not what the touches say"
        for what in ("standing is", "transitions are")
    ]


def test_rebuild_mends_it(run, database) -> None:
    damage(database)
    assert run("rebuild") == (0, {"slices": 2, "resumed_after": 0})
    assert run("verify") == (0, {"differences": []})


def test_a_rebuild_that_was_broken_off_goes_on(run, database, house) -> None:
    with database.writing() as session:
        task = tasks.begin(session, house.workspace.id, "rebuild", subject="", total=2, now=NOON)
        tasks.advance(session, task.id, 1, now=NOON)
        session.commit()
    assert run("rebuild")[1] == {"slices": 2, "resumed_after": 1}


def test_two_rebuilds_do_not_run_at_once(run, database, house) -> None:
    with database.writing() as session:
        tasks.begin(session, house.workspace.id, "rebuild", subject="", total=2, now=utcnow())
        session.commit()
    code, message = run("rebuild")
    assert (code, "a rebuild is running" in message) == (2, True)
