"""How much one client and one key may send: a bucket of tokens each, kept as a single number.

Asked by one event loop only, so nothing is locked.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

# How many seconds' worth may come at once after a silence.
BURST = 10.0
# So many are known by heart; who was silent for longest is forgotten and begins anew.
KNOWN = 20_000
TINY = 1e-6


class Rate:
    """So many messages per second for each of many senders; 0 lets everything through."""

    def __init__(
        self,
        per_second: int,
        *,
        burst: float = BURST,
        known: int = KNOWN,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.per_second = per_second
        self._burst = burst
        self._known = known
        self._monotonic = monotonic
        # By sender, when all that came would have come at an even pace; longest silent first.
        self._paid_until: OrderedDict[Hashable, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._paid_until)

    def take(self, sender: Hashable, number: int) -> int:
        """Let so many messages through and return 0; else for how many seconds to wait.

        A batch that is larger than a whole bucket passes when the bucket is full, and what it
        took too much is waited for afterwards.
        """
        if not self.per_second:
            return 0
        now = self._monotonic()
        paid_until = max(now, self._paid_until.pop(sender, now))
        over = paid_until - now - self._burst + min(number, self._whole) / self.per_second
        if over < TINY:
            paid_until += number / self.per_second
        self._paid_until[sender] = paid_until
        if len(self._paid_until) > self._known:
            self._paid_until.popitem(last=False)
        return 0 if over < TINY else math.ceil(over)

    @property
    def _whole(self) -> float:
        return self._burst * self.per_second


def is_near(network: bytes) -> bool:
    """Return whether a network is the operator's own: loopback, private, or without address.

    Behind a proxy that nobody has named, everybody seems to come from there, and would share
    one bucket.
    """
    if len(network) == 3:
        first, second = network[0], network[1]
        return (
            first in (10, 127)
            or (first == 172 and second & 0xF0 == 16)
            or network[:2] in (b"\xc0\xa8", b"\xa9\xfe")
        )
    return not network.strip(b"\0") or network[0] & 0xFE == 0xFC or network[:2] == b"\xfe\x80"
