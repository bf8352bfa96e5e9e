"""Human, robot or suspect, by user agent alone; behaviour is judged elsewhere."""

from functools import lru_cache

import crawleruseragents

from tracker.touches.domain import AgentClass

# Pattern lists blow up on endless user agents, so they never see one.
LONGEST = 256
_UNLISTED = ("barracuda", "microsoft office", "ms-office", "outlook-ios/", "bingpreview")
_BARE = frozenset({"", "-", "mozilla/5.0", "mozilla/4.0"})


@lru_cache(maxsize=10_000)
def class_of(user_agent: str) -> AgentClass:
    """Return the class of a user agent; an empty or bare one is suspect."""
    text = user_agent[:LONGEST]
    folded = text.strip().casefold()
    if folded in _BARE:
        return AgentClass.SUSPECTED
    if any(word in folded for word in _UNLISTED) or crawleruseragents.is_crawler(text):
        return AgentClass.ROBOT
    return AgentClass.HUMAN
