import pytest

from tracker.handoff.hindsight import first_offer
from tracker.stages.domain import Stage

DAY = 86_400_000_000
T, M, B = Stage.TOFU, Stage.MOFU, Stage.BOFU


def on(*changes):
    """Return changes of stage on days."""
    return [(day * DAY, stage) for day, stage in changes]


@pytest.mark.parametrize(
    ("changes", "touched", "known", "offered"),
    [
        pytest.param(on((1, T), (3, B)), [1, 3], 1, 3, id="at the touch that made it ready"),
        pytest.param(on((1, T), (3, M)), [1, 3], 1, None, id="never at the bottom"),
        pytest.param(on((1, B)), [1], None, None, id="never known"),
        pytest.param(on((1, B)), [1], 4, 4, id="when it became known, its touch still fresh"),
        pytest.param(on((1, B)), [1], 9, None, id="known too late, and never seen again"),
        pytest.param(on((1, B)), [1, 30], 9, 30, id="known too late, but it came again"),
        pytest.param(on((1, B), (3, T)), [1, 3], 3, None, id="no longer at the bottom by then"),
        pytest.param(on((1, B), (3, T), (9, B)), [1, 3, 9], 3, 9, id="at the bottom again"),
        pytest.param(on((1, T), (3, B)), [1, 3, 5], 0, 3, id="known before its first touch"),
        pytest.param([], [], 3, None, id="somebody who did nothing"),
    ],
)
def test_a_lead_is_offered_at_the_first_moment_it_is_ready(changes, touched, known, offered):
    known_at = None if known is None else known * DAY
    found = first_offer(changes, [day * DAY for day in touched], known_at)
    assert found == (None if offered is None else offered * DAY)
