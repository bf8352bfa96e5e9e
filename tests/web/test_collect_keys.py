"""Write keys: one look at the database for all who ask at once."""

import asyncio

import pytest
from sqlalchemy import event

from tests.doors import KEY
from tests.loops import waited
from tracker.db import Database, make_engine
from tracker.errors import Unavailable
from tracker.web.collect.hands import Hands
from tracker.web.collect.sites import FRESH, Sites


def looks_at(database: Database) -> list[str]:
    """Return a list that grows with every look at the table of sites."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if "FROM site" in statement:
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    return seen


async def ask_often(sites: Sites, key: str = KEY) -> list:
    asking = [sites.find(key) for _ in range(50)]
    return await asyncio.gather(*asking, return_exceptions=True)


def test_all_who_ask_at_once_wait_for_one_look(knock):
    seen = looks_at(knock.database)
    now = [0.0]
    sites = Sites(knock.database, Hands(), monotonic=lambda: now[0])
    assert {site.write_key for site in waited(ask_often(sites))} == {KEY}
    assert waited(sites.find(KEY)) and len(seen) == 1
    now[0] += FRESH + 0.1
    assert waited(sites.find(KEY)) and len(seen) == 2


def test_a_store_that_does_not_answer_is_told_to_all_of_them_at_once(tmp_path):
    database = Database(make_engine(f"sqlite:///{tmp_path}/empty.db"))
    seen = looks_at(database)
    sites = Sites(database, Hands())
    assert {type(told) for told in waited(ask_often(sites))} == {Unavailable}
    assert len(seen) == 1
    with pytest.raises(Unavailable):
        waited(sites.find(KEY))
    assert len(seen) == 2
    database.engine.dispose()
