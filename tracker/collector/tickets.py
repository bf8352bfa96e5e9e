"""Requests that wait in an event loop, and the one word by which the writer wakes them."""

import asyncio
import logging
import time
from collections.abc import Iterable
from itertools import groupby

from tracker.collector.domain import Outcome

log = logging.getLogger(__name__)


class Ticket:
    """One request that waits, in its event loop, until all of its items are settled."""

    __slots__ = ("done", "failed", "is_taken", "left", "loop", "outcomes", "since")

    def __init__(self, number: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.done = self.loop.create_future()
        self.outcomes: list[Outcome | None] = [None] * number
        self.left = number
        self.since = time.monotonic()
        self.failed = False
        self.is_taken = False

    def settle(self, place: int, outcome: Outcome | None) -> bool:
        """Note what became of one item, None if it could not be stored; say if it was the last."""
        self.outcomes[place] = outcome
        self.failed = self.failed or outcome is None
        self.left -= 1
        return self.left == 0

    def answer(self) -> None:
        """Let the request go on; only its own loop may say so."""
        if not self.done.done():
            self.done.set_result(None)


def tell(settled: Iterable[Ticket]) -> None:
    """Wake those who waited: their loop once, not each of them."""
    for loop, tickets in groupby(settled, key=lambda ticket: ticket.loop):
        try:
            loop.call_soon_threadsafe(_answer, list(tickets))
        except RuntimeError:
            log.info("somebody no longer waits for an answer: the loop has ended")


def _answer(tickets: Iterable[Ticket]) -> None:
    for ticket in tickets:
        ticket.answer()
