"""Whose turn it is to write to a SQLite file: one thread of one process, in order of arrival."""

import fcntl
import os
import threading
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class FairLock:
    """A lock that serves in order of arrival, which threading.Lock does not promise."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def acquire(self) -> None:
        """Wait for the turn and take the lock."""
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def acquire_if_free(self) -> bool:
        """Take the lock if nobody has it, and return whether it was taken."""
        with self._guard:
            is_free = not self._held
            self._held = True
        return is_free

    def release(self) -> None:
        """Hand the lock to whoever waits longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


class Turn:
    """The turn to write to one database; between processes a file beside it is locked.

    Another process (a command beside the server) waits there, in line, instead of in SQLite's
    own busy handler, which backs off and starves.  Without a path only threads wait.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = FairLock()
        self._path = path
        self._file: int | None = None

    @contextmanager
    def waited_for(self) -> Iterator[None]:
        """Wait for the turn and hold it."""
        self._lock.acquire()
        try:
            self._lock_file(fcntl.LOCK_EX)
            try:
                yield
            finally:
                self._unlock_file()
        finally:
            self._lock.release()

    @contextmanager
    def if_free(self) -> Iterator[bool]:
        """Hold the turn if nobody has it; give whether it is held."""
        if not self._lock.acquire_if_free():
            yield False
            return
        try:
            try:
                self._lock_file(fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            try:
                yield True
            finally:
                self._unlock_file()
        finally:
            self._lock.release()

    def _lock_file(self, how: int) -> None:
        if self._path is None:
            return
        # One that was removed meanwhile is nobody else's any more.
        if self._file is None or not os.fstat(self._file).st_nlink:
            make_private(self._path)
            self._file = os.open(self._path, os.O_RDWR)
            weakref.finalize(self, os.close, self._file)
        fcntl.flock(self._file, how)

    def _unlock_file(self) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)


def make_private(path: str | Path) -> None:
    """Make the file, if it is not there, such that only its owner may read it.

    SQLite gives the files that it puts beside a database (-wal, -shm) the same mode.
    """
    # One that is there is not opened: to close it would let go of SQLite's locks on it.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
