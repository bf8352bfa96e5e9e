"""How the demo company's reps work: what they answer, how their deals go, what they write down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random

from tracker.demo.moments import DAY, at_work
from tracker.demo.story import Door, Life
from tracker.handoff.domain import HandoffStatus, RejectReason

ACCEPTS: Mapping[Door | None, float] = {
    Door.WEBINAR: 0.6,
    Door.GUIDE: 0.78,
    Door.SURVEY: 0.7,
    Door.STRAIGHT: 0.74,
    None: 0.65,
}
NEVER_ANSWERS = 0.06
CLAIMS_FIRST = 0.5
# Of the default pipeline's stages: how many deals go on, and how many days that takes.
GOES_ON = ((0.9, 3), (0.82, 4), (0.76, 9), (0.7, 6), (0.84, 4))
FALLS_SILENT = 0.3

_REASONS = {
    RejectReason.TOO_EARLY: (32, "Only collecting ideas for next year."),
    RejectReason.NOT_A_FIT: (24, "No technicians on the road."),
    RejectReason.NO_BUDGET: (16, "Budget is spent for this year."),
    RejectReason.BAD_CONTACT: (11, "The number is not in use and mails come back."),
    RejectReason.NO_AUTHORITY: (9, "A trainee doing research."),
    RejectReason.COMPETITOR: (5, "Works for a maker of planning software."),
    RejectReason.DUPLICATE: (3, "We are talking to a colleague already."),
}
_LOST = (
    ("No answer", "Timing", "No answer"),
    ("Missing feature", "Chose a competitor", "Timing"),
    ("Missing feature", "Timing", "Chose a competitor"),
    ("Price", "Price", "Decision-maker refused", "Chose a competitor"),
    ("Timing", "Price", "Decision-maker refused"),
)
_NOTES = (
    ("Confirmed the date; the service manager joins.", "Asked to bring a sample week of jobs.",
     "Moved to next week, two technicians are ill."),
    ("They plan on a whiteboard and lose an hour every morning.",
     "Liked the board; wants to see the app offline.", "The owner asked about training."),
    ("Import of 1,200 customers went through.", "Two vans use the app daily now.",
     "Trial is slow: the dispatcher is on holiday until Monday."),
    ("Sent the proposal for a yearly term.", "They compare with the add-on of their ERP.",
     "Asked for 10 % off with a two-year term."),
    ("Their lawyer asks for the data processing agreement.", "Signature expected this week."),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What a rep does about an offer; without a verdict the clock runs out."""

    rep: int
    claims_at: datetime | None = None
    answers_at: datetime | None = None
    verdict: HandoffStatus | None = None
    reason: RejectReason | None = None
    note: str = ""


class Turn(StrEnum):
    """What happens to a deal next."""

    MOVE = "move"
    NOTE = "note"
    WIN = "win"
    LOSE = "lose"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing that happens to a deal, so long after the one before; `text` says what or why."""

    turn: Turn
    after: timedelta
    text: str = ""


def reply(life: Life, *, offered_at: datetime, turn: int, reps: int) -> Reply:
    """Return what becomes of the n-th offer of somebody."""
    rng = Random(f"{life.seed}/reply/{turn}")
    rep = rng.randrange(reps)
    if life.ready_at is not None:
        soon = offered_at + timedelta(minutes=rng.randrange(4, 15))
        return Reply(rep=rep, claims_at=soon if life.number % 3 == 1 else None)
    if rng.random() < NEVER_ANSWERS:
        return Reply(rep=rep)
    answers_at = at_work(rng, offered_at + timedelta(hours=0.2 + rng.expovariate(1 / 3)))
    claims_at = answers_at - timedelta(minutes=rng.randrange(5, 90))
    claims = rng.random() < CLAIMS_FIRST and claims_at > offered_at
    verdict, reason, note = _verdict(rng, life)
    return Reply(
        rep=rep,
        claims_at=claims_at if claims else None,
        answers_at=answers_at,
        verdict=verdict,
        reason=reason,
        note=note,
    )


def value_of(life: Life) -> Decimal:
    """Return what a year would cost a company of that size."""
    rng = Random(f"{life.seed}/value")
    return Decimal(life.who.firm.size * rng.choice((19, 29, 29, 39)) * 12)


def course(life: Life) -> list[Step]:
    """Return how a deal goes, from the first stage to its end."""
    rng = Random(f"{life.seed}/course")
    better = 0.05 if life.way.quality >= 1.3 else 0.0
    steps: list[Step] = []
    for rank, (share, days) in enumerate(GOES_ON):
        dwell = 0.5 + rng.expovariate(1 / days)
        if rng.random() < 0.6:
            steps.append(_step(Turn.NOTE, dwell / 2, rng.choice(_NOTES[rank])))
            dwell /= 2
        if rng.random() < share + better:
            is_last = rank == len(GOES_ON) - 1
            steps.append(_step(Turn.WIN if is_last else Turn.MOVE, dwell))
        elif rng.random() < FALLS_SILENT:
            return [*steps, _step(Turn.LOSE, dwell + rng.uniform(20, 60), "No answer")]
        else:
            return [*steps, _step(Turn.LOSE, dwell, rng.choice(_LOST[rank]))]
    return steps


def _step(turn: Turn, days: float, text: str = "") -> Step:
    return Step(turn=turn, after=days * DAY, text=text)


def _verdict(rng: Random, life: Life) -> tuple[HandoffStatus, RejectReason | None, str]:
    if rng.random() < ACCEPTS[life.door]:
        return HandoffStatus.ACCEPTED, None, ""
    weights = [weight for weight, _ in _REASONS.values()]
    reason = rng.choices(list(_REASONS), weights)[0]
    note = _REASONS[reason][1] if rng.random() < 0.7 else ""
    return HandoffStatus.REJECTED, reason, note
