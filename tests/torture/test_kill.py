"""A 2xx means stored, whoever dies when."""

import os
import signal
import time

from sqlalchemy import text

from tests.torture.field import READY_WITHIN, Ground, Load, rounds


def assert_nothing_lost(ground: Ground, load: Load) -> None:
    stored = ground.stored()
    assert load.acked - set(stored) == set(), "acknowledged and lost"
    assert len(stored) == len(set(stored)), "counted twice"
    assert ground.differences() == []
    assert ground.stats()["accepted"] == len(stored)


def test_killing_the_whole_group_loses_nothing(ground: Ground) -> None:
    loads = []
    server = ground.serve()
    for _ in range(rounds(short=5, full=50)):
        with Load([server.port]) as load:
            load.wait_for(100)
            server.kill()
        loads.append(load)
        server = ground.serve(server.port)
        assert time.monotonic() - server.started < READY_WITHIN
    loads[0].acked.update(*(load.acked for load in loads))
    assert_nothing_lost(ground, loads[0])


def test_an_orderly_end_answers_what_is_under_way(ground: Ground) -> None:
    server = ground.serve()
    for _ in range(rounds(short=2, full=10)):
        with Load([server.port]) as load:
            load.wait_for(100)
            assert server.terminate() in (0, -signal.SIGTERM)
        assert_nothing_lost(ground, load)
        assert {status for status in load.statuses if status} <= {200, 503}
        server = ground.serve(server.port)


def test_a_database_that_restarts_under_load_loses_nothing(
    postgres_ground: Ground, durable_postgres
) -> None:
    server = postgres_ground.serve()
    with Load([server.port]) as load:
        for _ in range(rounds(short=1, full=5)):
            load.wait_for(100)
            durable_postgres.restart_at_once()
            back = time.monotonic()
            load.wait_for(1)
            assert time.monotonic() - back < READY_WITHIN
        load.wait_for(100)
    assert_nothing_lost(postgres_ground, load)


def test_a_database_file_is_whole_after_a_kill(sqlite_ground: Ground) -> None:
    server = sqlite_ground.serve()
    with Load([server.port]) as load:
        load.wait_for(200)
        os.killpg(server.process.pid, signal.SIGKILL)
    engine = sqlite_ground.engine()
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    engine.dispose()
