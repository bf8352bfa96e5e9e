"""The event loop in which the doors of the tests live, beside the tests that knock at them."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cache
from typing import Any, TypeVar

Told = TypeVar("Told")


@cache
def loop() -> asyncio.AbstractEventLoop:
    """Return the loop; it runs in a thread of its own until the tests end."""
    made = asyncio.new_event_loop()
    threading.Thread(target=made.run_forever, daemon=True).start()
    return made


def begun(work: Coroutine[Any, Any, Told]) -> Future[Told]:
    """Begin something in the loop and go on."""
    return asyncio.run_coroutine_threadsafe(work, loop())


def waited(work: Coroutine[Any, Any, Told]) -> Told:
    """Return what something says in the end."""
    return begun(work).result(60)
