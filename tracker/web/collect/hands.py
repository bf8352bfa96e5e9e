"""Threads for whatever would make the event loop wait: looks at the database, and long bodies."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar, TypeVarTuple

from sqlalchemy.exc import SQLAlchemyError

from tracker.errors import Unavailable

NUMBER = 8
# So long a look at the database may take.
PATIENCE = 4.0

Done = TypeVar("Done")
Given = TypeVarTuple("Given")


class Hands:
    """What they do may take its time, and nobody else waits for it."""

    def __init__(self, number: int = NUMBER, *, patience: float = PATIENCE) -> None:
        self._threads = ThreadPoolExecutor(number, thread_name_prefix="hand")
        self._patience = patience
        # How much they do, or have still to do.
        self.busy = 0

    async def do(self, work: Callable[[*Given], Done], *given: *Given) -> Done:
        """Return what some work returns, or raise what it raises."""
        self.busy += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, work, *given)
        finally:
            self.busy -= 1

    async def look(self, work: Callable[[*Given], Done], *given: *Given) -> Done:
        """Return what a look at the database returns; Unavailable where it does not answer."""
        try:
            async with asyncio.timeout(self._patience):
                return await self.do(work, *given)
        except (SQLAlchemyError, TimeoutError) as error:
            raise Unavailable("the store does not answer") from error


class Shared(Generic[Done]):
    """Something that many want to know at once: whoever comes while it is done waits for it."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, Done]]) -> None:
        self._work = work
        self._doing: asyncio.Task[Done] | None = None

    async def __call__(self) -> Done:
        """Return what the work returns, or raise what it raises."""
        if self._doing is None:
            self._doing = asyncio.create_task(self._do())
            self._doing.add_done_callback(_heard)
        return await asyncio.shield(self._doing)

    async def _do(self) -> Done:
        try:
            return await self._work()
        finally:
            self._doing = None


def _heard(task: asyncio.Task[Any]) -> None:
    # Where all who asked have left, nobody else hears why it failed.
    if not task.cancelled():
        task.exception()
