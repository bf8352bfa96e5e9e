"""Many hand in, one stores, all hear after it is stored."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from tests.builders import NOON
from tests.loops import begun, loop, waited
from tracker.collector.domain import (
    DropReason,
    Hit,
    Load,
    MessageType,
    Outcome,
    Refusal,
    Reject,
)
from tracker.collector.intake import BATCH, Intake
from tracker.errors import Unavailable

LOST = OperationalError("", {}, Exception("the disk is gone"))


def hit(name: str = "x") -> Hit:
    return Hit(
        workspace_id=1,
        site_id=2,
        message_id=name.encode(),
        type=MessageType.PAGE,
        occurred_at=NOON,
        received_at=NOON,
    )


class Shelf:
    """A sink that remembers loads, and fails as it is told to."""

    def __init__(self, *errors: Exception, poison: Sequence[Hit] = ()) -> None:
        self.loads: list[Load] = []
        self.errors = list(errors)
        self.poison = set(poison)
        self.is_open = threading.Event()
        self.is_open.set()
        self.is_busy = threading.Event()

    def __call__(self, load: Load) -> Sequence[Outcome]:
        self.is_busy.set()
        self.is_open.wait(10)
        if load.hits and self.errors:
            raise self.errors.pop(0)
        if self.poison.intersection(load.hits):
            raise ValueError("this cannot be stored")
        self.loads.append(load)
        return [Outcome.ACCEPTED] * len(load.hits)

    @property
    def hits(self) -> list[Hit]:
        return [hit for load in self.loads for hit in load.hits]

    @property
    def rejects(self) -> list[Reject]:
        return [reject for load in self.loads for reject in load.rejects]

    @property
    def refused(self) -> dict[DropReason, int]:
        found = [refusal for load in self.loads for refusal in load.refusals]
        return {r.reason: sum(f.number for f in found if f.reason is r.reason) for r in found}


@contextmanager
def working(shelf: Shelf, **options) -> Iterator[Intake]:
    intake = Intake(shelf, **options)
    intake.start()
    try:
        yield intake
    finally:
        shelf.is_open.set()
        intake.stop()


def test_an_answer_comes_after_the_hit_is_stored():
    shelf = Shelf()
    with working(shelf) as intake:
        assert waited(intake.put([hit()])) == [Outcome.ACCEPTED]
        assert shelf.hits == [hit()]


def test_what_gathers_while_the_writer_is_busy_is_stored_at_once():
    shelf = Shelf()
    with working(shelf) as intake:
        shelf.is_open.clear()
        asking = [begun(intake.put([hit("0")]))]
        shelf.is_busy.wait(10)
        asking += [begun(intake.put([hit(str(n))])) for n in range(1, 40)]
        while len(intake._queue) < 39:
            threading.Event().wait(0.001)
        shelf.is_open.set()
        for asked in asking:
            asked.result(10)
    assert [len(load.hits) for load in shelf.loads] == [1, 39]


def test_a_long_request_is_stored_in_batches():
    shelf = Shelf()
    with working(shelf) as intake:
        hits = [hit(str(n)) for n in range(BATCH + 10)]
        assert waited(intake.put(hits)) == [Outcome.ACCEPTED] * len(hits)
    assert [len(load.hits) for load in shelf.loads] == [BATCH, 10]


def test_a_message_for_quarantine_keeps_its_place():
    reject = Reject(workspace_id=1, site_id=2, received_at=NOON, reason=DropReason.BAD_TIME)
    with working(Shelf()) as intake:
        outcomes = waited(intake.put([hit("a"), reject, hit("b")]))
    assert outcomes == [Outcome.ACCEPTED, Outcome.QUARANTINED, Outcome.ACCEPTED]


def test_a_full_queue_refuses_and_counts():
    shelf = Shelf()
    with working(shelf, limit=1) as intake:
        shelf.is_open.clear()
        first = begun(intake.put([hit("a")]))
        shelf.is_busy.wait(10)
        second = begun(intake.put([hit("b")]))
        while not intake._queue:
            threading.Event().wait(0.001)
        with pytest.raises(Unavailable):
            waited(intake.put([hit("c"), hit("d")]))
        shelf.is_open.set()
        first.result(10)
        second.result(10)
    assert shelf.refused == {DropReason.OVERLOADED: 2}
    assert shelf.hits == [hit("a"), hit("b")]


def test_a_bad_hit_goes_to_quarantine_alone():
    bad = hit("bad")
    shelf = Shelf(poison=[bad])
    with working(shelf) as intake:
        outcomes = waited(intake.put([hit(str(n)) if n != 5 else bad for n in range(9)]))
    assert outcomes.count(Outcome.ACCEPTED) == 8
    assert outcomes[5] is Outcome.QUARANTINED
    assert [reject.reason for reject in shelf.rejects] == [DropReason.REJECTED_BY_STORE]


def test_a_clash_with_another_writer_is_tried_again():
    shelf = Shelf(StaleDataError("moved on"), StaleDataError("moved on"))
    with working(shelf) as intake:
        assert waited(intake.put([hit()])) == [Outcome.ACCEPTED]
    assert shelf.hits == [hit()]


def test_a_lost_store_is_told_and_counted_and_blamed_on_no_hit():
    shelf = Shelf(LOST)
    with working(shelf) as intake:
        with pytest.raises(Unavailable):
            waited(intake.put([hit("a"), hit("b")]))
        assert waited(intake.put([hit("c")])) == [Outcome.ACCEPTED]
    assert shelf.refused == {DropReason.STORAGE: 2}
    assert (shelf.hits, shelf.rejects) == ([hit("c")], [])


def test_whoever_waits_in_vain_withdraws():
    shelf = Shelf()
    with working(shelf, patience=0.05) as intake:
        shelf.is_open.clear()
        first = begun(intake.put([hit("a")]))
        shelf.is_busy.wait(10)
        with pytest.raises(Unavailable):
            waited(intake.put([hit("b")]))
        shelf.is_open.set()
        first.result(10)
    assert shelf.hits == [hit("a")]
    assert shelf.refused == {DropReason.STORAGE: 1}


def test_whoever_waits_behind_those_who_withdraw_still_has_their_time():
    shelf = Shelf()
    with working(shelf, patience=0.3) as intake:
        shelf.is_open.clear()
        first = begun(intake.put([hit("a")]))
        shelf.is_busy.wait(10)
        early = begun(intake.put([hit("b"), hit("c")]))
        threading.Event().wait(0.15)
        late = begun(intake.put([hit("d")]))
        with pytest.raises(Unavailable):
            early.result(10)
        assert not late.done()
        shelf.is_open.set()
        assert [first.result(10), late.result(10)] == [[Outcome.ACCEPTED]] * 2
    assert shelf.hits == [hit("a"), hit("d")]
    assert shelf.refused == {DropReason.STORAGE: 2}


def test_a_request_that_was_given_up_is_stored_and_stops_nobody():
    shelf = Shelf()
    with working(shelf) as intake:
        shelf.is_open.clear()
        first = begun(intake.put([hit("a")]))
        shelf.is_busy.wait(10)
        gone, stays = begun(intake.put([hit("b")])), begun(intake.put([hit("c")]))
        while intake.waiting < 2:
            threading.Event().wait(0.001)
        gone.cancel()
        shelf.is_open.set()
        assert [first.result(10), stays.result(10)] == [[Outcome.ACCEPTED]] * 2
    assert shelf.hits == [hit("a"), hit("b"), hit("c")]


def test_one_word_wakes_all_who_waited_for_a_batch():
    shelf = Shelf()
    woken = []
    call_soon = loop().call_soon_threadsafe
    with working(shelf) as intake:
        shelf.is_open.clear()
        asking = [begun(intake.put([hit("0")]))]
        shelf.is_busy.wait(10)
        asking += [begun(intake.put([hit(str(n))])) for n in range(1, 40)]
        while intake.waiting < 39:
            threading.Event().wait(0.001)
        loop().call_soon_threadsafe = lambda *a: woken.append(a) or call_soon(*a)
        try:
            shelf.is_open.set()
            for asked in asking:
                asked.result(10)
        finally:
            del loop().call_soon_threadsafe
    assert len(woken) == 2


def test_refusals_are_counted_at_the_end_at_the_latest():
    shelf = Shelf()
    refusal = Refusal(workspace_id=1, site_id=2, reason=DropReason.NO_CONSENT, number=3)
    with working(shelf) as intake:
        intake.refuse(refusal)
    assert shelf.refused == {DropReason.NO_CONSENT: 3}


def test_the_end_stores_what_has_gathered():
    shelf = Shelf()
    with working(shelf) as intake:
        shelf.is_open.clear()
        asking = [begun(intake.put([hit("0")]))]
        shelf.is_busy.wait(10)
        asking += [begun(intake.put([hit(str(n))])) for n in range(1, 5)]
        while len(intake._queue) < 4:
            threading.Event().wait(0.001)
    for asked in asking:
        asked.result(10)
    assert len(shelf.hits) == 5


def test_the_queue_says_for_how_long_its_oldest_has_waited():
    shelf = Shelf()
    with working(shelf) as intake:
        assert intake.age.total_seconds() == 0
        shelf.is_open.clear()
        first = begun(intake.put([hit("a")]))
        shelf.is_busy.wait(10)
        second = begun(intake.put([hit("b")]))
        while not intake.waiting:
            threading.Event().wait(0.001)
        assert intake.age.total_seconds() > 0
        shelf.is_open.set()
        for asked in (first, second):
            asked.result(10)
    assert intake.age.total_seconds() == 0
