"""The steps of the whole way and the first time at each, in microseconds since 1970."""

from collections.abc import Iterable, Mapping

TOFU = "tofu"
MOFU = "mofu"
BOFU = "bofu"
OFFERED = "offered"
ACCEPTED = "accepted"
WON = "won"

MARKETING = (TOFU, MOFU, BOFU)
DOORWAY = (OFFERED, ACCEPTED)


def deal_step(deal_stage_id: int) -> str:
    """Return the name of the step that a pipeline's stage is."""
    return f"deal:{deal_stage_id}"


def firsts(reached: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the earliest moment at each step."""
    first: dict[str, int] = {}
    for step, occurred_at in reached:
        if step not in first or occurred_at < first[step]:
            first[step] = occurred_at
    return first


def changes(
    stored: Mapping[str, int], derived: Mapping[str, int]
) -> tuple[list[str], list[tuple[str, int]]]:
    """Return which stored steps no longer hold, and which are to be recorded."""
    gone = [step for step, at in stored.items() if derived.get(step) != at]
    new = [(step, at) for step, at in derived.items() if stored.get(step) != at]
    return gone, new
