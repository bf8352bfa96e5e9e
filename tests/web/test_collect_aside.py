"""What is long is read, judged and reported aside, and only so much of it waits."""

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.doors import BASIC, KEY
from tests.loops import begun, waited
from tracker.web.collect.asked import Asked, Refused
from tracker.web.collect.desk import MANY, QUEUE

PAGE = {"type": "page", "userId": "u-1"}


@contextmanager
def busy(knock, number: int = 1) -> Iterator[None]:
    """Give the reader so much to do, and let nothing of it end."""
    ends = threading.Event()
    reader = knock.door.desk._reader
    working = [begun(reader.do(ends.wait)) for _ in range(number)]
    waited(asyncio.sleep(0))
    assert reader.busy == number
    try:
        yield
    finally:
        ends.set()
        assert all(work.result(10) for work in working)


def asked(path: str = "/v1/batch", *, key: str = BASIC, query: bytes = b"") -> Asked:
    headers = [(b"authorization", key.encode())] if key else []
    return Asked({"method": "POST", "path": path, "query_string": query, "headers": headers,
                  "client": ("127.0.0.1", 4711)})  # fmt: skip


def batch(number: int):
    """Give a batch of short messages."""
    body = json.dumps({"batch": [PAGE] * number}).encode()

    async def receive() -> dict:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def unread() -> dict:
    raise AssertionError("nobody reads it")


def test_a_batch_of_many_messages_is_judged_aside_however_short(knock):
    with busy(knock):
        many = begun(knock.door.desk.server(asked(), batch(MANY + 1)))
        assert knock.batch(*[PAGE] * MANY).status_code == 200
        assert knock.pixel().status_code == 200
        assert not many.done()
        assert knock.door.desk._bodies.held > 0
    assert many.result(10)[0] == 200
    assert knock.door.desk._bodies.held == 0


def test_more_than_can_be_read_is_told_to_come_again_and_counted(knock):
    with busy(knock, QUEUE):
        many = knock.batch(*[PAGE] * (MANY + 1))
        long = knock.server("track", gzip.compress(json.dumps(PAGE).encode()))
        assert knock.batch(PAGE).status_code == 200
    for answer in (many, long):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert knock.counts() == {"accepted": 1, "refused": MANY + 2}
    assert f'reason="overloaded"}} {MANY + 2}' in knock.client.get("/metrics").text


def test_what_is_stored_is_reported_aside_and_never_sent_away(knock):
    stores, goes_on = threading.Event(), threading.Event()

    def hold(_connection) -> None:
        stores.set()
        goes_on.wait(10)

    event.listen(knock.door.database.engine, "commit", hold)
    many = begun(knock.door.desk.server(asked(), batch(MANY + 1)))
    assert stores.wait(10)
    with busy(knock, QUEUE):
        goes_on.set()
        assert knock.pixel().status_code == 200
        assert not many.done()
    assert many.result(10)[0] == 200


@pytest.mark.parametrize(
    ("path", "key", "query"),
    [("/v1/batch", "Basic d2tfbm9ib2R5Og==", b""), ("/b", "", b"k=wk_nobody")],
)
def test_whom_nobody_knows_is_not_listened_to(knock, path, key, query):
    desk = knock.door.desk
    route = desk.beacon if path == "/b" else desk.server
    with pytest.raises(Refused) as refused:
        waited(route(asked(path, key=key, query=query), unread))
    assert refused.value.status == 401


def test_a_key_that_stands_in_the_body_is_read_there(knock):
    body = {"writeKey": KEY, "batch": [PAGE]}
    assert knock.client.post("/b", data=json.dumps(body)).status_code == 200
