"""Found the demo workspace and let half a year pass in it, day by day, by the real journey."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from random import Random

from sqlalchemy.orm import Session

from tracker import journey
from tracker.collector import service as collector
from tracker.collector.domain import Hit, Outcome, Reject
from tracker.demo import marketing
from tracker.demo.acts import Act, all_acts
from tracker.demo.catalogue import PATTERNS
from tracker.demo.doubles import doubles_of
from tracker.demo.floor import Floor
from tracker.demo.messages import Address, hit_of
from tracker.demo.moments import DAY, midnight, webinar_dates
from tracker.demo.noise import robot_hits, unreadable
from tracker.demo.story import PERIOD, End, Life, lives
from tracker.touches import items
from tracker.touches.domain import ContentKind
from tracker.workspaces import service as workspaces
from tracker.workspaces import users
from tracker.workspaces.audit import By
from tracker.workspaces.domain import Role
from tracker.workspaces.models import Site, Workspace

WORKSPACE = "Fernhollow (demo)"
PASSWORD = "demo-only-journey"  # told to everybody who starts the demo
TEAM = (
    ("owner@demo.example", "Olive Marchbank", Role.OWNER),
    ("marketer@demo.example", "Miles Quarrington", Role.MARKETER),
    ("rep@demo.example", "Rosa Penderwick", Role.REP),
    ("rep2@demo.example", "Ivor Calderstone", Role.REP),
    ("rep3@demo.example", "Tess Hollinbrook", Role.REP),
    ("viewer@demo.example", "Vera Larkstead", Role.VIEWER),
)
# After one of these somebody may be ready: sales is told at that moment, not at night.
_TELLING = frozenset(
    {ContentKind.DEMO, ContentKind.CASE_STUDY, ContentKind.COMPARISON, ContentKind.PRICING}
)
_BATCH = 200
_IS_SENT_TWICE = 0.003
_WRITER = 0

Tell = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class Story:
    """What is to be told: until when, of how many people, and which of all such stories."""

    now: datetime
    leads: int = 3000
    seed: int = 7
    period: int = PERIOD


@dataclass(frozen=True, kw_only=True)
class Stand:
    """The founded workspace: its site, who keeps the rules, and the reps who will answer."""

    workspace: Workspace
    site: Site
    marketer: int
    reps: tuple[int, ...]

    def by(self, now: datetime) -> By:
        """Return that marketing does something."""
        return By(workspace_id=self.workspace.id, user_id=self.marketer, now=now)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Arrival:
    """A message, and whether sales may have to hear of it at once."""

    hit: Hit
    is_telling: bool = False


def found(session: Session, *, password_hash: str, now: datetime) -> Stand:
    """Found the workspace of the demo with its team and its site."""
    workspace = workspaces.create(session, WORKSPACE, now=now, zone="Europe/London", currency="GBP")
    journey.found_workspace(session, workspace, now=now)
    by = By(workspace_id=workspace.id, user_id=None, now=now)
    team: dict[Role, list[int]] = {role: [] for role in Role}
    for email, name, role in TEAM:
        new = users.NewUser(email=email, name=name, role=role, password_hash=password_hash)
        team[role].append(users.add(session, new, by=by).user_id)
    site = workspaces.add_site(session, workspace.id, "www.fernhollow.example", now=now)
    (marketer,) = team[Role.MARKETER]
    stand = Stand(workspace=workspace, site=site, marketer=marketer, reps=tuple(team[Role.REP]))
    _class_content(session, stand.by(now))
    return stand


def fill(session: Session, story: Story, *, password_hash: str, tell: Tell) -> Workspace:
    """Fill an empty house with the demo; `tell` hears how far it has come (0 to 1)."""
    since = midnight(story.now) - story.period * DAY
    stand = found(session, password_hash=password_hash, now=since)
    to = Address(workspace_id=stand.workspace.id, site_id=stand.site.id)
    rng = Random(story.seed)
    people = lives(rng, now=story.now, leads=story.leads, period=story.period)
    doubles = doubles_of(people, now=story.now)
    arrivals = arrivals_of(rng, [*people, *doubles], to, story)
    floor = Floor(session, stand.workspace, reps=stand.reps, lives=[*people, *doubles])
    half = since + story.period / 2 * DAY
    done, is_published = 0, False
    for batch in _batches(arrivals):
        now = batch[0].hit.received_at
        floor.work_until(now)
        if now >= half and not is_published:
            marketing.publish(session, stand.by(now))
            is_published = True
        _take(session, [arrival.hit for arrival in batch])
        floor.meet_offers()
        done += len(batch)
        tell(done / len(arrivals))
    floor.work_until(story.now)
    _end(session, people, doubles, stand.by(story.now))
    _put_aside(session, unreadable(rng, to, since=since, now=story.now, number=story.leads // 100))
    return stand.workspace


def arrivals_of(rng: Random, people: Sequence[Life], to: Address, story: Story) -> list[_Arrival]:
    """Return everything that arrives until now, in the order of its arrival."""
    since = midnight(story.now) - story.period * DAY
    arrivals = [
        _Arrival(
            hit=hit_of(rng, act, life, to),
            is_telling=_is_telling(act, life),
        )
        for act, life in all_acts(people, webinar_dates(since, story.now))
    ]
    robots = robot_hits(rng, to, since=since, now=story.now, number=story.leads // 4)
    arrivals += [_Arrival(hit=hit) for hit in robots]
    # A client that got no answer sends again, under the same message id.
    arrivals += [arrival for arrival in arrivals if rng.random() < _IS_SENT_TWICE]
    arrivals = [arrival for arrival in arrivals if arrival.hit.received_at <= story.now]
    return sorted(arrivals, key=lambda arrival: arrival.hit.received_at)


def _end(session: Session, people: Sequence[Life], doubles: Sequence[Life], by: By) -> None:
    marketing.let_time_pass(session, by.now)
    marketing.merge_first(session, people, doubles, by)
    marketing.put_by_hand(session, by)
    marketing.draft(session, by)


def _class_content(session: Session, by: By) -> None:
    for pattern in PATTERNS:
        items.add_pattern(session, replace(pattern, owner_id=by.user_id), by=by)


def _is_telling(act: Act, life: Life) -> bool:
    return act.piece is not None and act.piece.kind in _TELLING and life.end is not End.NOWHERE


def _batches(arrivals: Sequence[_Arrival]) -> Iterator[list[_Arrival]]:
    batch: list[_Arrival] = []
    for arrival, following in zip(arrivals, chain(arrivals[1:], (None,)), strict=True):
        batch.append(arrival)
        day = arrival.hit.received_at.date()
        is_last = following is None or following.hit.received_at.date() != day
        if arrival.is_telling or is_last or len(batch) == _BATCH:
            yield batch
            batch = []


def _take(session: Session, hits: Sequence[Hit]) -> None:
    now = hits[-1].received_at
    appended = journey.record(session, hits, now=now)
    tally: Counter[tuple[int, int, Outcome, str]] = Counter()
    for hit, is_new in zip(hits, appended.is_new, strict=True):
        outcome = Outcome.ACCEPTED if is_new else Outcome.DUPLICATE
        tally[hit.workspace_id, hit.site_id, outcome, ""] += 1
    collector.count(session, tally, writer=_WRITER, now=now)


def _put_aside(session: Session, rejects: Sequence[Reject]) -> None:
    collector.keep(session, rejects)
    for reject in rejects:
        key = (reject.workspace_id, reject.site_id, Outcome.QUARANTINED, reject.reason.value)
        collector.count(session, {key: 1}, writer=_WRITER, now=reject.received_at)
