"""A back-test from touches, offers and deals: the figures are those worked out by hand."""

import copy

import pytest

from tests.builders import NOON, days, make_house
from tests.histories import Life, live
from tracker import versions as way
from tracker.handoff.domain import HandoffStatus
from tracker.reports.backtest import Figure, verdict
from tracker.reports.cases import Side, load
from tracker.reports.domain import Ratio
from tracker.stages import versions
from tracker.stages.documents import DEFAULT, dump
from tracker.stages.domain import Work

ACCEPTED, REJECTED = HandoffStatus.ACCEPTED, HandoffStatus.REJECTED
LATER = NOON + days(60)

# In force, a demo is what is asked for; the draft asks for a survey.
LIVES = [
    Life(name="A", touches=("page", "survey", "demo"), answer=ACCEPTED, outcome="won"),
    Life(name="B", touches=("survey", "page", "demo"), answer=ACCEPTED, outcome="won"),
    Life(name="C", touches=("page", "demo"), answer=ACCEPTED, outcome="won"),
    Life(name="D", touches=("survey", "demo"), answer=ACCEPTED, outcome="lost"),
    Life(name="E", touches=("demo",), answer=ACCEPTED, outcome="lost"),
    Life(name="F", touches=("survey", "demo"), answer=REJECTED),
    Life(name="G", touches=("survey", "demo"), answer=ACCEPTED),
    Life(name="H", touches=("survey",)),
    Life(name="I", touches=("page",)),
    Life(name="", touches=("survey", "demo")),
]


def asks_for(kind):
    """Return rules by which a touch of one kind brings somebody to the bottom."""
    raw = copy.deepcopy(DEFAULT)
    raw["rules"] = [
        {"id": "tofu", "stage": "tofu", "kinds": ["page"]},
        {"id": "bofu", "stage": "bofu", "kinds": [kind]},
    ]
    return dump(raw)


def backtest(session, house, document, lives=LIVES):
    for life in lives:
        live(session, house, life)
    row = versions.save_draft(session, house.workspace.id, document)
    way.begin(session, row, Work.COMPARE, now=LATER)
    while way.step(session, now=LATER):
        pass
    return load(session, row, until=LATER)


@pytest.fixture
def found(session):
    return backtest(session, make_house(session), asks_for("survey"))


def ratio(numerator, denominator):
    return Ratio(numerator=numerator, denominator=denominator)


def test_the_draft_is_judged_by_deals_that_ended(found):
    told = verdict(found.version)
    assert told.before == told.in_time == ratio(2, 3)
    assert (told.right, told.false) == (ratio(2, 4), ratio(2, 4))
    assert (told.open, told.untried, told.late, told.offers) == (1, 1, 0, 6)


def test_the_version_in_force_is_judged_by_the_same(found):
    told = verdict(found.live)
    assert told.before == ratio(3, 3)
    assert (told.right, told.false) == (ratio(3, 6), ratio(3, 6))
    assert (told.open, told.untried, told.offers) == (1, 0, 7)
    assert (told.shift.median, told.shift.deals) == (0, 5)


def test_the_draft_would_have_called_earlier(found):
    # An hour, two hours and an hour before the demo of the three that it would have offered.
    told = verdict(found.version).shift
    assert (told.deals, told.median) == (3, pytest.approx(-1 / 24))


def test_a_draft_that_offers_nobody_catches_nothing(session):
    told = verdict(backtest(session, make_house(session), asks_for("webinar")).version)
    assert told.in_time == ratio(0, 3)
    assert (told.offers, told.right.share, told.shift) == (0, None, None)


def test_what_ended_after_the_moment_is_not_known_yet(session):
    house = make_house(session)
    found = backtest(session, house, asks_for("survey"))
    row = versions.draft_of(session, house.workspace.id)
    before = load(session, row, until=NOON + days(1.5))
    assert len(found.side(Side.VERSION).deals) == 5
    assert before.version.deals == []
    assert len(before.version.offers_of(Figure.OPEN)) == 4


def test_a_changed_draft_forgets_its_back_test(session):
    house = make_house(session)
    backtest(session, house, asks_for("survey"))
    row = versions.save_draft(session, house.workspace.id, asks_for("webinar"))
    way.begin(session, row, Work.COMPARE, now=LATER)
    assert load(session, row, until=LATER).version.offers == []
