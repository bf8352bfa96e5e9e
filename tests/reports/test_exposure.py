"""What decided leads had touched before they came to sales."""

import pytest

from tests.builders import NOON, days, make_house, record
from tests.histories import Life, live
from tracker.handoff.domain import HandoffStatus
from tracker.reports import exposure
from tracker.reports.domain import Ratio
from tracker.reports.exposure import Touched
from tracker.touches.domain import ContentKind

ACCEPTED, REJECTED = HandoffStatus.ACCEPTED, HandoffStatus.REJECTED
UNTIL = NOON + days(60)
LIVES = [
    Life(name="A", touches=("survey", "demo"), answer=ACCEPTED, outcome="won"),
    Life(name="B", touches=("survey", "page", "demo"), answer=ACCEPTED, outcome="won"),
    Life(name="C", touches=("survey", "survey", "demo"), answer=ACCEPTED, outcome="lost"),
    Life(name="D", touches=("page", "demo"), answer=REJECTED),
    Life(name="E", touches=("survey", "demo"), answer=ACCEPTED),
    Life(name="F", touches=("survey", "demo")),
    Life(name="G", touches=("survey",)),
]


@pytest.fixture
def house(session):
    found = make_house(session)
    for life in LIVES:
        live(session, found, life)
    return found


def shares(found):
    return {one.kind: one.lift.touched for one in found}


def ratio(numerator, denominator):
    return Ratio(numerator=numerator, denominator=denominator)


def test_decided_are_the_won_the_lost_and_the_refused(session, house):
    assert exposure.base(session, house.workspace.id, until=UNTIL) == ratio(2, 4)


def test_each_lead_counts_once_for_a_kind(session, house):
    found = shares(exposure.by_kind(session, house.workspace.id, until=UNTIL))
    assert found[ContentKind.SURVEY] == ratio(2, 3)
    assert found[ContentKind.PAGE] == ratio(1, 2)


def test_what_led_to_the_offer_counts(session, house):
    found = shares(exposure.by_kind(session, house.workspace.id, until=UNTIL))
    assert found[ContentKind.DEMO] == ratio(2, 4)


def test_what_came_after_the_offer_does_not_count(session, house):
    lead = live(session, house, Life(name="H", touches=("demo",), answer=ACCEPTED, outcome="won"))
    record(session, house.event("Webinar Attended", email=lead.email, occurred_at=NOON + days(30)))
    assert ContentKind.WEBINAR not in shares(
        exposure.by_kind(session, house.workspace.id, until=UNTIL)
    )


@pytest.mark.parametrize("is_won", [False, True])
def test_every_number_lists_exactly_its_people(session, house, is_won):
    home = house.workspace.id
    found = [
        *((Touched(kind=f.kind), f) for f in exposure.by_kind(session, home, until=UNTIL)),
        *((Touched(code=f.code), f) for f in exposure.by_item(session, home, until=UNTIL)),
    ]
    assert len(found) >= 4
    for touched, one in found:
        who = Touched(kind=touched.kind, code=touched.code, is_won=is_won)
        number = one.lift.touched.numerator if is_won else one.lift.touched.denominator
        listed = exposure.leads(session, home, who, until=UNTIL, window=(50, 0))
        assert len(listed) == exposure.count(session, home, who, until=UNTIL) == number
