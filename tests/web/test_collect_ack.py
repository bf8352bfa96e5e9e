"""An earlier and weaker answer: taken, not yet stored."""

import dataclasses
import http.client
import threading
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from tests.collector.test_intake import Shelf, hit, working
from tests.doors import Knock
from tests.loops import waited
from tests.torture.field import BROWSER, Ground, Load, pixel
from tracker.collector.domain import DropReason, Outcome, Reject
from tracker.collector.intake import BATCH
from tracker.config import Settings
from tracker.errors import Unavailable

LOST = OperationalError("", {}, Exception("the disk is gone"))
TRACK = {"type": "track", "event": "Demo Requested", "userId": "u-1"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Answer as soon as there is room."""
    return dataclasses.replace(settings, ack="enqueue")


@pytest.fixture
def ground(tmp_path) -> Iterator[Ground]:
    """Give a server that answers as soon as there is room."""
    url = f"sqlite:///{tmp_path}/tracker.sqlite3"
    ground = Ground(url=url, directory=tmp_path, environ={"TRACKER_ACK": "enqueue"})
    yield ground
    ground.close()


def test_the_answer_does_not_wait_for_the_store():
    shelf = Shelf()
    with working(shelf, answers_early=True) as intake:
        shelf.is_open.clear()
        assert waited(intake.put([hit("a"), hit("b")])) == [Outcome.ACCEPTED] * 2
        assert shelf.hits == []
    assert shelf.hits == [hit("a"), hit("b")]


def test_what_is_known_to_be_bad_is_told_at_once():
    reject = Reject(workspace_id=1, site_id=2, received_at=hit().received_at,
                    reason=DropReason.BAD_TIME)  # fmt: skip
    with working(Shelf(), answers_early=True) as intake:
        assert waited(intake.put([hit(), reject])) == [Outcome.ACCEPTED, Outcome.QUARANTINED]


def test_a_full_queue_still_refuses():
    shelf = Shelf()
    with working(shelf, limit=2, answers_early=True) as intake:
        shelf.is_open.clear()
        waited(intake.put([hit("a")]))
        shelf.is_busy.wait(10)
        waited(intake.put([hit("b"), hit("c")]))
        with pytest.raises(Unavailable):
            waited(intake.put([hit("d")]))
    assert shelf.refused == {DropReason.OVERLOADED: 1}
    assert len(shelf.hits) == 3


def test_what_was_answered_is_kept_while_the_store_is_away():
    shelf = Shelf(LOST, LOST)
    stored = threading.Event()
    with working(shelf, answers_early=True) as intake:
        waited(intake.put([hit("a"), hit("b")]))
        while not shelf.hits:
            stored.wait(0.01)
    assert shelf.hits == [hit("a"), hit("b")]
    assert shelf.refused == {}


def test_a_store_that_is_away_at_the_end_is_counted():
    shelf = Shelf(*[LOST] * 100)
    with working(shelf, answers_early=True) as intake:
        waited(intake.put([hit("a"), hit("b")]))
    assert shelf.hits == []
    assert shelf.refused == {DropReason.STORAGE: 2}


def test_a_bad_hit_still_goes_to_quarantine_alone():
    shelf = Shelf(poison=[hit("bad")])
    with working(shelf, answers_early=True) as intake:
        waited(intake.put([hit("a"), hit("bad"), hit("b")]))
    assert shelf.hits == [hit("a"), hit("b")]
    assert [reject.reason for reject in shelf.rejects] == [DropReason.REJECTED_BY_STORE]


def test_every_way_in_answers_the_same(knock: Knock):
    assert knock.pixel(m="one").status_code == 200
    assert knock.beacon(TRACK).json == {"success": True}
    assert knock.batch(TRACK, TRACK | {"messageId": "one"}).json == {"success": True}
    assert knock.counts() == {"accepted": 3, "duplicate": 1}


def test_a_crash_loses_no_more_than_the_queue_and_doubles_nothing(ground: Ground):
    server = ground.serve()
    with Load([server.port]) as load:
        load.wait_for(200)
        server.kill()
    ground.serve(server.port)
    stored = ground.stored()
    assert len(load.acked - set(stored)) <= Settings().queue + BATCH
    assert len(stored) == len(set(stored)) == ground.stats()["accepted"]
    assert ground.differences() == []


def test_an_orderly_end_under_load_stores_all_that_was_answered(ground: Ground):
    server = ground.serve()
    with Load([server.port]) as load:
        load.wait_for(300)
        server.terminate()
    assert load.acked - set(ground.stored()) == set()
    assert {status for status in load.statuses if status} <= {200, 503}


def test_an_orderly_end_stores_all_that_was_answered(ground: Ground):
    server = ground.serve()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)
    sent = [uuid.uuid4() for _ in range(500)]
    for message in sent:
        connection.request("GET", pixel(message, "one"), headers=BROWSER)
        response = connection.getresponse()
        assert (response.status, bool(response.read())) == (200, True)
    connection.close()
    server.terminate()
    assert sorted(ground.stored()) == sorted(message.bytes for message in sent)
    assert ground.stats()["accepted"] == ground.stats()["received"] == len(sent)
    assert ground.differences() == []
