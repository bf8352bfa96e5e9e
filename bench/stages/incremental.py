"""Classification in batches: what a touch of somebody known costs, and one of somebody new."""

import gc
import random
from datetime import timedelta
from statistics import median

from bench.stages.houses import DATABASES, KINDS, NOW, place
from tests.builders import FIREFOX
from tracker.collector.domain import Hit, MessageType
from tracker.handoff import service as handoff
from tracker.identity import service as identity
from tracker.milestones import service as milestones
from tracker.stages import service as stages
from tracker.touches import service as log

BATCH = 500
PEOPLE = 2_000
PAGES = {"page": "/", "article": "/blog/why", "pricing": "/pricing", "case_study": "/customers/a",
         "comparison": "/compare/b"}  # fmt: skip


def measure(rounds, batches):
    """Return CPU per touch of classifying batches, everybody known and everybody new in turn."""
    rows = []
    for name in DATABASES:
        with place(name) as here:
            ways = {
                "known, each another lead": Crowd(here, PEOPLE, 1),
                "known, ten touches each": Crowd(here, PEOPLE, 10),
                "everybody new": Crowd(here, None, 1),
            }
            for crowd in ways.values():
                crowd.warm_up()
            taken = {way: [] for way in ways}
            for _ in range(rounds):
                for way, crowd in ways.items():
                    taken[way].append(crowd.run(batches))
        rows += [{"database": name, "way": way} | _medians(all_) for way, all_ in taken.items()]
    return {"rows": rows}


def ratios(rows):
    at = {(row["database"], row["way"]): row for row in rows}
    known, new = "known, each another lead", "everybody new"
    asked = (
        ("SQLite: CPU µs per touch of a known lead", at["sqlite", known], "≤ 20"),
        ("SQLite: CPU µs per touch that makes a lead", at["sqlite", new], "≤ 60"),
        ("PostgreSQL, client and server: known", at["postgresql", known], "≤ 60"),
        ("PostgreSQL, client and server: new", at["postgresql", new], "≤ 180"),
    )
    return [
        found
        for what, row, must in asked
        for found in (
            (what, row["classify_us"], must),
            (f"{what}, least of all batches", row["least_us"], must),
        )
        # The server's time comes in hundredths of a second: too coarse for one batch.
        if found[0] == what or row["database"] == "sqlite"
    ]


class Crowd:
    """People whose touches come in batches, so many touches of each."""

    def __init__(self, here, people, each):
        self.here, self.people, self.each = here, people, each
        self.dice = random.Random(f"{people} {each}")
        self.number, self.now = 0, NOW

    def warm_up(self):
        """Let everybody come a few times, and the first statements be prepared."""
        for _ in range(4 * (self.people or BATCH) // BATCH):
            self._step()
        if self.here.server:
            # As PostgreSQL does by itself within a minute.
            self.here.analyze()
        # As a worker does once it has started.
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)

    def run(self, batches):
        """Return the CPU per touch of the classification of batches, and of all before it."""
        spent = [self._step() for _ in range(batches)]
        number = batches * BATCH / 1e6
        return {
            "classify_us": sum(after for _, after in spent) / number,
            # Whatever else the machine does only ever adds.
            "least_us": min(after for _, after in spent) / BATCH * 1e6,
            "before_us": sum(before for before, _ in spent) / number,
        }

    def _step(self):
        hits = self._hits()
        begun = self.here.cpu()
        with self.here.database.writing(remembers=True) as session:
            appended = log.append(session, hits)
            leads = identity.resolve(session, appended.touches)
            session.commit()
        between = self.here.cpu()
        # In a transaction of its own, so that what the commit costs is counted too.
        with self.here.database.writing(remembers=True) as session:
            classified = stages.reclassify(session, leads, now=self.now)
            handoff.offer_ready(session, classified, now=self.now)
            moved = [one.lead_id for one in classified if one.has_moved]
            if moved:
                milestones.mark(session, self.here.house.workspace.id, moved, now=self.now)
            session.commit()
        return between - begun, self.here.cpu() - between

    def _hits(self):
        self.now += timedelta(minutes=30)
        who = [self._somebody() for _ in range(BATCH // self.each)]
        return [self._hit(person) for person in who for _ in range(self.each)]

    def _somebody(self):
        self.number += 1
        if self.people:
            # In turn, so that nobody comes twice in a batch and everybody comes again.
            return f"{self.each}-{self.number % self.people}"
        return f"new-{self.number}"

    def _hit(self, person):
        self.now += timedelta(milliseconds=1)
        kind = self.dice.choices(list(PAGES), [KINDS[kind] for kind in PAGES])[0]
        return Hit(
            workspace_id=self.here.house.workspace.id,
            site_id=self.here.house.site.id,
            message_id=self.dice.randbytes(16),
            type=MessageType.PAGE,
            occurred_at=self.now,
            received_at=self.now,
            anonymous_id=person,
            url=f"https://bench.example{PAGES[kind]}",
            user_agent=FIREFOX,
        )


def _medians(taken):
    return {name: median(one[name] for one in taken) for name in taken[0]}
