"""The intake: many requests hand in, one writer thread stores, all hear after COMMIT.

The writer takes whatever has gathered while it stored the last batch (no timer, no linger),
so a batch is as large as the load is high.  It knows nothing of the rooms to the right: the
sink that it is given opens a transaction, stores a load, commits, and says what became of
each hit.  An answer is given only after the sink has returned, unless the operator wants it
as soon as there is room in the queue.
"""

import asyncio
import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import timedelta

from tracker.collector import kept
from tracker.collector.domain import DropReason, Hit, Load, Outcome, Refusal, Reject
from tracker.collector.faults import Fault, fault_of
from tracker.collector.tickets import Ticket, tell
from tracker.errors import Unavailable

Item = Hit | Reject
Sink = Callable[[Load], Sequence[Outcome]]

BATCH = 500
TRIES = 6
PATIENCE = 4.0
# Refusals are counted in memory and stored at least this often.
FLUSH = 0.5
PAUSE = 0.002
# What was answered early is tried again this long after the store failed.
AGAIN = 0.25

log = logging.getLogger(__name__)


Entry = tuple[Ticket, int, Item]


class Intake:
    """One per serving process; `start` it there, `stop` it after the last request."""

    def __init__(
        self,
        sink: Sink,
        *,
        limit: int = 2000,
        patience: float = PATIENCE,
        answers_early: bool = False,
    ) -> None:
        self._sink = sink
        self._answers_early = answers_early
        self._patience = patience
        self._limit = limit
        self._queue: deque[Entry] = deque()
        self._refused: Counter[tuple[int, int, DropReason]] = Counter()
        self._wake = threading.Condition()
        # How many entries the writer waits for, and how many were there one batch ago.
        self._wanted = 1
        self._before = 0
        # The loop that looks after those who wait in vain, while anybody waits.
        self._watched_by: asyncio.AbstractEventLoop | None = None
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)

    @property
    def is_alive(self) -> bool:
        """Return whether the writer works."""
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """Return how many messages wait for the writer."""
        return len(self._queue)

    @property
    def age(self) -> timedelta:
        """Return for how long the oldest message has waited for the writer."""
        with self._wake:
            since = self._queue[0][0].since if self._queue else None
        return timedelta(seconds=time.monotonic() - since if since is not None else 0)

    def start(self) -> None:
        """Start the writer thread."""
        self._thread.start()

    def stop(self) -> None:
        """Store what has gathered, count what was refused, and end the writer."""
        with self._wake:
            self._is_stopping = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()

    async def put(self, items: Sequence[Item]) -> list[Outcome]:
        """Return what became of each item once all are stored; else raise Unavailable.

        An early answer takes every hit for a new one, and fails only where there is no room.
        """
        if not items:
            return []
        ticket = Ticket(len(items))
        with self._wake:
            is_full = self._is_stopping or len(self._queue) >= self._limit
            if is_full:
                self._note(items, DropReason.OVERLOADED)
            else:
                self._queue.extend((ticket, place, item) for place, item in enumerate(items))
                if len(self._queue) >= self._wanted:
                    self._wake.notify()
        if is_full:
            raise Unavailable("more arrives than can be stored")
        if self._answers_early:
            return [_expected(item) for item in items]
        if self._watched_by is not ticket.loop:
            self._watched_by = ticket.loop
            ticket.loop.call_later(self._patience, self._watch)
        await ticket.done
        if ticket.failed:
            raise Unavailable("the store does not answer")
        return [outcome for outcome in ticket.outcomes if outcome is not None]

    def refuse(self, refusal: Refusal) -> None:
        """Count messages that were turned away at the door."""
        with self._wake:
            key = (refusal.workspace_id, refusal.site_id, refusal.reason)
            self._refused[key] += refusal.number

    def _watch(self) -> None:
        # One timer for all who wait: they came in order, so the first are the ones to go.
        latest = time.monotonic() - self._patience
        with self._wake:
            late = self._withdraw(latest)
            left = next((t.since for t, _place, _item in self._queue if not t.is_taken), None)
        for ticket in late:
            ticket.answer()
        if left is None:
            self._watched_by = None
        else:
            asyncio.get_running_loop().call_later(left - latest, self._watch)

    def _withdraw(self, latest: float) -> set[Ticket]:
        # Whoever waited in vain may send again: what the writer has not begun is not stored.
        late = {t for t, _place, _item in self._queue if t.since <= latest and not t.is_taken}
        self._note([item for t, _place, item in self._queue if t in late], DropReason.STORAGE)
        self._queue = deque(entry for entry in self._queue if entry[0] not in late)
        for ticket in late:
            ticket.failed = True
        return late

    def _note(self, items: Sequence[Item], reason: DropReason) -> None:
        for item in items:
            self._refused[item.workspace_id, item.site_id, reason] += 1

    def _run(self) -> None:
        due = time.monotonic() + FLUSH
        while True:
            batch = self._gather(due)
            if batch:
                self._store(batch)
            now = time.monotonic()
            if self._refused and (now >= due or self._is_stopping):
                self._store([])
            due = now + FLUSH if now >= due else due
            if self._is_stopping and not self._queue:
                return

    def _gather(self, due: float) -> list[Entry]:
        with self._wake:
            self._await_company()
            if not self._queue and not self._is_stopping:
                self._wake.wait(max(0.0, due - time.monotonic()))
            batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
            for entry in batch:
                entry[0].is_taken = True
            self._before = len(batch)
            return batch

    def _await_company(self) -> None:
        """Wait while those who were just answered come again, and no longer.

        Whoever arrives first after an answer would else be stored alone, at the price of a
        batch.  The wait ends with the first pause: a core that waits has nothing else to do.
        """
        self._wanted = min(BATCH, self._before + len(self._queue))
        seen = -1
        while seen < len(self._queue) < self._wanted and not self._is_stopping:
            seen = len(self._queue)
            self._wake.wait(PAUSE)
        self._wanted = 1

    def _store(self, batch: list[Entry]) -> None:
        try:
            outcomes = self._attempt(batch)
        except Exception as error:  # noqa: BLE001 - the thread outlives whatever the store does
            self._fail(batch, error)
            return
        tell(
            ticket
            for (ticket, place, _item), outcome in zip(batch, outcomes, strict=True)
            if ticket.settle(place, outcome)
        )

    def _attempt(self, batch: list[Entry]) -> list[Outcome]:
        for attempt in range(TRIES):
            load = self._load(batch)
            try:
                stored = iter(self._sink(load))
            except Exception as error:
                self._take_back(load)
                if attempt == TRIES - 1 or fault_of(error) is not Fault.TRY_AGAIN:
                    raise
                log.info("the batch clashed with another writer and is tried again: %s", error)
                continue
            return [
                Outcome.QUARANTINED if isinstance(item, Reject) else next(stored)
                for _ticket, _place, item in batch
            ]
        raise AssertionError("the last attempt returns or raises")

    def _load(self, batch: list[Entry]) -> Load:
        with self._wake:
            refused, self._refused = self._refused, Counter()
        items = [item for _ticket, _place, item in batch]
        return Load(
            hits=tuple(item for item in items if isinstance(item, Hit)),
            rejects=tuple(item for item in items if isinstance(item, Reject)),
            refusals=tuple(
                Refusal(workspace_id=workspace, site_id=site, reason=reason, number=number)
                for (workspace, site, reason), number in refused.items()
            ),
        )

    def _take_back(self, load: Load) -> None:
        for refusal in load.refusals:
            self.refuse(refusal)

    def _fail(self, batch: list[Entry], error: Exception) -> None:
        is_bad = fault_of(error) is Fault.BAD_HIT
        if is_bad and batch:
            if len(batch) > 1:
                middle = len(batch) // 2
                self._store(batch[:middle])
                self._store(batch[middle:])
                return
            ticket, place, item = batch[0]
            if isinstance(item, Hit):
                log.warning("one hit goes to quarantine: %s", type(error).__name__, exc_info=error)
                self._store([(ticket, place, _as_reject(item, error))])
                return
        log.error("a batch of %d could not be stored", len(batch), exc_info=error)
        if self._answers_early and not (is_bad or self._is_stopping):
            # Nobody will send it again, so it is kept while the queue fills up behind it.
            with self._wake:
                self._queue.extendleft(reversed(batch))
            time.sleep(AGAIN)
            return
        with self._wake:
            self._note([item for _ticket, _place, item in batch], DropReason.STORAGE)
        tell(ticket for ticket, place, _item in batch if ticket.settle(place, None))


def _expected(item: Item) -> Outcome:
    return Outcome.QUARANTINED if isinstance(item, Reject) else Outcome.ACCEPTED


def _as_reject(hit: Hit, error: Exception) -> Reject:
    body, again = kept.of_hit(hit)
    return Reject(
        workspace_id=hit.workspace_id,
        site_id=hit.site_id,
        received_at=hit.received_at,
        reason=DropReason.REJECTED_BY_STORE,
        why=type(error).__name__,
        body=body,
        again=again,
    )
