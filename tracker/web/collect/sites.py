"""Write keys, known by heart for a moment: a rotated one stops within seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tracker.db import Database
from tracker.web.collect.hands import Hands, Shared
from tracker.workspaces import service as workspaces

FRESH = 2.0
# A key that we do not know may have been made a moment ago, or be one of a million guesses.
UNKNOWN_AGAIN = 0.25


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownSite:
    """What every message to a site is judged by."""

    id: int
    workspace_id: int
    write_key: str
    identity_secret: str
    consent_required: bool
    requires_proof: bool

    @property
    def place(self) -> tuple[int, int]:
        """Return where its messages are counted: the workspace, and the site."""
        return self.workspace_id, self.id


class Sites:
    """The sites of all workspaces by write key."""

    def __init__(
        self, database: Database, hands: Hands, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._hands = hands
        self._monotonic = monotonic
        self._look = Shared(self._read)
        self._by_key: dict[str, KnownSite] = {}
        self._read_at = float("-inf")

    async def find(self, key: str) -> KnownSite | None:
        """Return the site of a write key; Unavailable where nobody can say."""
        found = self._by_key.get(key)
        age = self._monotonic() - self._read_at
        if age > (FRESH if found else UNKNOWN_AGAIN):
            await self._look()
            found = self._by_key.get(key)
        return found

    async def _read(self) -> None:
        self._by_key = await self._hands.look(self._all)
        self._read_at = self._monotonic()

    def _all(self) -> dict[str, KnownSite]:
        with self._database.reading() as session:
            return {
                site.write_key: KnownSite(
                    id=site.id,
                    workspace_id=site.workspace_id,
                    write_key=site.write_key,
                    identity_secret=site.identity_secret,
                    consent_required=site.consent_required,
                    requires_proof=site.workspace.requires_proof,
                )
                for site in workspaces.all_sites(session)
            }
