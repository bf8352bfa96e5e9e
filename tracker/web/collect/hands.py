"""Threads for whatever would make the event loop wait: looks at the database, and long bodies."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

NUMBER = 8

Done = TypeVar("Done")
Given = TypeVarTuple("Given")


class Hands:
    """What they do may take its time, and nobody else waits for it."""

    def __init__(self, number: int = NUMBER) -> None:
        self._threads = ThreadPoolExecutor(number, thread_name_prefix="hand")

    async def do(self, work: Callable[[*Given], Done], *given: *Given) -> Done:
        """Return what some work returns, or raise what it raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, work, *given)
