"""Write keys, known by heart for a moment: a rotated one stops within seconds."""

import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from tracker.db import Database
from tracker.errors import Unavailable
from tracker.workspaces import service as workspaces
from tracker.workspaces.models import Site

FRESH = 2.0
# A key that we do not know may have been made a moment ago, or be one of a million guesses.
UNKNOWN_AGAIN = 0.25


class Sites:
    """The sites of all workspaces by write key."""

    def __init__(
        self, database: Database, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._by_key: dict[str, Site] = {}
        self._read_at = float("-inf")

    def find(self, key: str) -> Site | None:
        """Return the site of a write key; Unavailable where nobody can say."""
        found = self._by_key.get(key)
        age = self._monotonic() - self._read_at
        if age > (FRESH if found else UNKNOWN_AGAIN):
            self._read(self._read_at)
            found = self._by_key.get(key)
        return found

    def _read(self, seen: float) -> None:
        with self._lock:
            if self._read_at != seen:
                return
            try:
                with self._database.reading() as session:
                    self._by_key = {site.write_key: site for site in workspaces.all_sites(session)}
            except SQLAlchemyError as error:
                raise Unavailable("the store does not answer") from error
            self._read_at = self._monotonic()
