"""Write keys and tokens: one look at the database for all who ask, and nobody waits for ever."""

import asyncio
import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.doors import KEY
from tests.loops import begun, waited
from tracker.db import Database, make_engine
from tracker.errors import Unavailable
from tracker.web.collect.asked import Asked, Refused
from tracker.web.collect.hands import Hands
from tracker.web.collect.sites import FRESH, Sites
from tracker.web.collect.tokens import Tokens


def looks_at(database: Database, table: str = "FROM site") -> list[str]:
    """Return a list that grows with every look at a table."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if table in statement:
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    return seen


@contextmanager
def busy(hands: Hands) -> Iterator[None]:
    """Keep hands at work, as a database does that does not answer."""
    ends = threading.Event()
    working = begun(hands.do(ends.wait))
    try:
        yield
    finally:
        ends.set()
        assert working.result(10)


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


def test_a_store_that_hangs_is_not_waited_for_for_ever(knock):
    hands = Hands(1, patience=0.05)
    sites = Sites(knock.database, hands)
    with busy(hands):
        assert {type(told) for told in waited(ask_often(sites))} == {Unavailable}
    assert waited(sites.find(KEY)).write_key == KEY


def test_a_token_is_not_waited_for_for_ever(knock):
    site = waited(knock.door.desk._sites.find(KEY))
    asked = Asked({"method": "POST", "path": "/v1/batch",
                   "headers": [(b"authorization", b"Bearer jt_0123456789")]})  # fmt: skip
    tokens = Tokens(knock.database, patience=0.05)
    with busy(tokens._hands), pytest.raises(Unavailable):
        waited(tokens.prove(asked, site))
    with pytest.raises(Refused, match="may not write"):
        waited(tokens.prove(asked, site))


def test_why_a_look_failed_is_heard_where_all_who_asked_have_left(knock, caplog):
    hands = Hands(1, patience=0.05)
    sites = Sites(knock.database, hands)

    async def ask_and_leave() -> None:
        asking = asyncio.ensure_future(sites.find(KEY))
        await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.sleep(0.1)

    with busy(hands):
        waited(ask_and_leave())
    gc.collect()
    assert "never retrieved" not in caplog.text


def test_all_who_ask_whether_the_store_answers_wait_for_one_look(knock):
    seen = looks_at(knock.door.database, "FROM workspace LIMIT")

    async def ask() -> list:
        asked = Asked({"method": "GET", "path": "/readyz", "headers": []})
        return await asyncio.gather(*[knock.door._ready(asked, None) for _ in range(50)])

    assert {status for status, _headers, _body in waited(ask())} == {200}
    assert len(seen) == 1
