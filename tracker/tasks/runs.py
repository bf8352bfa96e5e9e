"""What scheduled work did last, as long as this process remembers.

It is asked how the house is now: a table would say what some process did before it ended.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run of a job; `error` is empty where it went well."""

    at: datetime
    took: timedelta
    error: str = ""


class Runs:
    """The last run of each job; one thread writes, many read."""

    def __init__(self, jobs: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, Run | None] = dict.fromkeys(jobs)

    def note(self, job: str, run: Run) -> None:
        """Remember a run in place of the one before."""
        with self._lock:
            self._last[job] = run

    def last(self) -> dict[str, Run | None]:
        """Return the last run of each job, None where it has not run yet."""
        with self._lock:
            return dict(self._last)
