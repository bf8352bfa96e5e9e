"""One more touch of a lead with fifty touches, and of one with fifty thousand."""

from datetime import timedelta
from statistics import median

from bench.stages.houses import NOW, START, place
from tests.builders import FIREFOX
from tracker import journey
from tracker.collector.domain import Hit, MessageType

PATHS = ("/", "/blog/why", "/pricing", "/customers/a", "/compare/b")
BATCH = 100


def measure(rounds, long=50_000):
    """Return CPU per touch of short and long lives, one lead in each transaction."""
    with place("sqlite") as here:
        lives = {number: f"life-{number}" for number in (50, long)}
        for number, person in lives.items():
            step = (NOW - START) / number
            for first in range(0, number, 500):
                span = range(first, min(first + 500, number))
                _record(here, [_hit(here, person, START + n * step, n) for n in span])
        taken = {number: [] for number in lives}
        for turn in range(rounds * 3):
            for number, person in lives.items():
                taken[number].append(_cost(here, person, turn))
    return {"rows": [{"touches": number, "us": median(all_)} for number, all_ in taken.items()]}


def ratios(rows):
    return [("long life: CPU of a touch as % of a short one's", 100 * rows[1]["us"] / rows[0]["us"],
             "about 100")]  # fmt: skip


def _cost(here, person, turn):
    at = NOW + timedelta(hours=turn)
    hits = [_hit(here, person, at + timedelta(seconds=n), n) for n in range(BATCH)]
    begun = here.cpu()
    for hit in hits:
        _record(here, [hit])
    return 1e6 * (here.cpu() - begun) / BATCH


def _record(here, hits):
    with here.database.writing(remembers=True) as session:
        journey.record(session, hits, now=hits[-1].received_at)
        session.commit()


def _hit(here, person, at, number):
    return Hit(
        workspace_id=here.house.workspace.id,
        site_id=here.house.site.id,
        message_id=f"{person}{at.timestamp()}".encode(),
        type=MessageType.PAGE,
        occurred_at=at,
        received_at=at,
        anonymous_id=person,
        url=f"https://bench.example{PATHS[number % len(PATHS)]}",
        user_agent=FIREFOX,
    )
