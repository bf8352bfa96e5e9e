"""What the reps of the demo do."""

from random import Random

from tests.builders import NOON, days
from tracker.demo.sales import Turn, course, reply, value_of
from tracker.demo.story import lives
from tracker.handoff.domain import HandoffStatus
from tracker.pipeline.templates import DEFAULT, TEMPLATES

LIVES = lives(Random(7), now=NOON, leads=600)


def replies():
    return [reply(life, offered_at=NOON, turn=1, reps=3) for life in LIVES if not life.ready_at]


def test_a_deal_comes_to_an_end_once():
    for life in LIVES:
        *before, last = course(life)
        assert last.turn in (Turn.WIN, Turn.LOSE)
        assert {step.turn for step in before} <= {Turn.MOVE, Turn.NOTE}


def test_a_deal_is_won_after_the_last_stage():
    won = [steps for steps in map(course, LIVES) if steps[-1].turn is Turn.WIN]
    moves = {sum(step.turn is Turn.MOVE for step in steps) for steps in won}
    assert moves == {len(TEMPLATES[DEFAULT].stages) - 1}


def test_a_deal_is_lost_for_a_reason_of_the_pipeline():
    reasons = {course(life)[-1].text for life in LIVES} - {""}
    assert reasons <= set(TEMPLATES[DEFAULT].lost_reasons)


def test_only_a_rejection_has_a_reason():
    for said in replies():
        assert (said.reason is not None) == (said.verdict is HandoffStatus.REJECTED)


def test_a_claim_comes_before_the_answer():
    claimed = [said for said in replies() if said.claims_at and said.answers_at]
    assert claimed
    assert all(said.claims_at < said.answers_at for said in claimed)


def test_an_answer_comes_in_time_or_not_at_all():
    answered = [said.answers_at for said in replies() if said.answers_at]
    assert len(answered) < len(LIVES)
    assert sum(at < NOON + days(1) for at in answered) > 0.95 * len(answered)


def test_who_waits_is_not_answered_yet():
    waiting = [life for life in LIVES if life.ready_at]
    assert [reply(x, offered_at=NOON, turn=1, reps=3).verdict for x in waiting] == [None] * len(
        waiting
    )


def test_a_deal_is_worth_what_the_company_would_pay():
    assert all(0 < value_of(life) < 200_000 for life in LIVES)
