"""The sales floor: meets every new offer, and does what the reps do when its time has come."""

import heapq
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker import journey
from tracker.demo.moments import at_work, on_a_weekday
from tracker.demo.sales import Reply, Step, Turn, course, reply, value_of
from tracker.demo.story import Life
from tracker.handoff import service as handoff
from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.pipeline import service as pipeline
from tracker.pipeline import setup
from tracker.pipeline.models import Deal
from tracker.workspaces.models import Workspace

_Task = Callable[[datetime], None]


class Floor:
    """A calendar of what sales will do; whoever fills the demo keeps it going."""

    def __init__(
        self,
        session: Session,
        workspace: Workspace,
        *,
        reps: Sequence[int],
        lives: Sequence[Life],
    ) -> None:
        self._session = session
        self._workspace = workspace
        self._reps = reps
        self._lives = {life.who.email: life for life in lives}
        self._offers: dict[int, int] = {}
        self._seen = 0
        self._calendar: list[tuple[datetime, int, _Task]] = []
        self._entries = 0
        stages = setup.default_pipeline(session, workspace.id).stages
        self._stages = [stage.code for stage in stages]
        reasons = setup.lost_reasons(session, workspace.id)
        self._reasons: Mapping[str, str] = {reason.name: reason.code for reason in reasons}

    def meet_offers(self) -> None:
        """Put what will become of the new offers into the calendar."""
        query = (
            select(Handoff)
            .where(Handoff.workspace_id == self._workspace.id, Handoff.id > self._seen)
            .options(joinedload(Handoff.lead))
        )
        for offered in self._session.scalars(query.order_by(Handoff.id)):
            self._seen = offered.id
            self._enter(offered.due_at + timedelta(minutes=1), self._expire)
            life = self._lives[offered.lead.email]
            turn = self._offers[life.number] = self._offers.get(life.number, 0) + 1
            self._meet(offered, life, turn)

    def work_until(self, moment: datetime) -> None:
        """Do everything that is due by then, in order."""
        while self._calendar and self._calendar[0][0] <= moment:
            at, _, task = heapq.heappop(self._calendar)
            task(at)

    def _enter(self, at: datetime, task: _Task) -> None:
        # The number keeps the order of two entries of one moment.
        self._entries += 1
        heapq.heappush(self._calendar, (at, self._entries, task))

    def _meet(self, offered: Handoff, life: Life, turn: int) -> None:
        what = reply(life, offered_at=offered.offered_at, turn=turn, reps=len(self._reps))
        if what.claims_at is not None:
            self._enter(what.claims_at, lambda now: self._claim(offered, what, now))
        if what.answers_at is not None:
            self._enter(what.answers_at, lambda now: self._answer(offered, what, life, now))

    def _expire(self, now: datetime) -> None:
        handoff.expire_overdue(self._session, now=now)

    def _claim(self, offered: Handoff, what: Reply, now: datetime) -> None:
        if offered.status is HandoffStatus.OFFERED:
            by = self._reps[what.rep]
            handoff.claim(self._session, self._workspace.id, offered.code, by=by, now=now)

    def _answer(self, offered: Handoff, what: Reply, life: Life, now: datetime) -> None:
        if offered.status is not HandoffStatus.OFFERED or what.verdict is None:
            return
        by = self._reps[what.rep]
        answer = handoff.Answer(verdict=what.verdict, by=by, reason=what.reason, note=what.note)
        _, deal = journey.answer_handoff(
            self._session, self._workspace, offered.code, answer=answer, now=now
        )
        if deal is not None:
            pipeline.edit(self._session, deal, title=deal.title, value=value_of(life), owner_id=by)
            self._follow(deal, course(life), Random(f"{life.seed}/hours"), now)

    def _follow(self, deal: Deal, steps: Sequence[Step], rng: Random, before: datetime) -> None:
        if not steps:
            return
        step, *rest = steps
        at = at_work(rng, on_a_weekday(before + step.after))

        def turn(now: datetime) -> None:
            self._turn(deal, step, now)
            self._follow(deal, rest, rng, now)

        self._enter(at, turn)

    def _turn(self, deal: Deal, step: Step, now: datetime) -> None:
        by = pipeline.By(user_id=deal.owner_id, now=now)
        if step.turn is Turn.NOTE:
            pipeline.note(self._session, deal, step.text, by=by)
        elif step.turn is Turn.MOVE:
            rank = self._stages.index(deal.stage.code)
            journey.move_deal(self._session, deal, self._stages[rank + 1], by=by)
        elif step.turn is Turn.WIN:
            journey.win_deal(self._session, deal, by=by)
        else:
            journey.lose_deal(self._session, deal, self._reasons[step.text], by=by)
