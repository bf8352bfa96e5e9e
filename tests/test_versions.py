"""Versions of the stage model: a replay is what would have happened, and a way back leads back."""

import copy
import json
import random
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOON, House, days, lead_of, make_bofu_lead, make_house, record
from tracker import versions as way
from tracker.collector.domain import Hit
from tracker.errors import Conflict, Invalid
from tracker.handoff import service as handoff
from tracker.milestones.models import Milestone
from tracker.rebuild import verify
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.stages.documents import DEFAULT, dump
from tracker.stages.domain import Stage, Work
from tracker.stages.models import (
    Checkpoint,
    DraftMove,
    StageModelRow,
    Standing,
    Term,
    TransitionRow,
)
from tracker.tasks.models import Task

LATER = NOON + days(100)
ITEM = "acme.example/pricing"


@pytest.fixture
def house(session: Session) -> House:
    return make_house(session)


def stricter() -> str:
    """Return rules of every form: a count, a window, a way through a stage, a score, a cap."""
    raw = copy.deepcopy(DEFAULT)
    raw["rules"] = [
        {"id": "tofu-visit", "stage": "tofu", "kinds": ["page", "article", "pricing", "demo"]},
        {"id": "mofu-twice", "stage": "mofu", "kinds": ["pricing"], "at_least": 2,
         "within_days": 14},
        {"id": "mofu-score", "stage": "mofu", "min_score": 12},
        {"id": "bofu-demo", "stage": "bofu", "from_stage": "mofu", "kinds": ["demo"]},
    ]  # fmt: skip
    raw["points"]["article"] = -1
    raw["caps"] = {"page": 3}
    return dump(raw)


def stories(house: House, dice: random.Random, number: int = 60) -> list[Hit]:
    """Return what some visitors did within two months, now and then saying who they are."""
    hits = []
    for _ in range(number):
        facts = {
            "anonymous_id": f"visitor-{dice.randrange(7)}",
            "occurred_at": NOON + timedelta(minutes=dice.randrange(60 * 24 * 60)),
        }
        what = dice.randrange(8)
        if what == 0:
            hits.append(house.event("Demo Requested", **facts))
        elif what == 1:
            hits.append(house.event("Webinar Attended", **facts))
        elif what == 2:
            hits.append(house.identify(f"p{dice.randrange(4)}@firm.example", **facts))
        else:
            hits.append(house.page(dice.choice(["/", "/pricing", "/blog/why"]), **facts))
    return hits


def everything(house: House) -> str:
    """Return rules with all that a model can say: items, sequences, floors, half-lives, caps."""
    raw = copy.deepcopy(DEFAULT)
    raw["rules"] = [
        {"id": "tofu-visit", "stage": "tofu", "kinds": ["page", "article", "pricing"]},
        {"id": "mofu-warm", "stage": "mofu", "min_score": 12, "falls_below": 8},
        {
            "id": "mofu-item",
            "stage": "mofu",
            "items": [f"url:{ITEM}"],
            "at_least": 3,
            "within_days": 20,
        },
        {
            "id": "bofu-way",
            "stage": "bofu",
            "from_stage": "mofu",
            "within_days": 30,
            "sequence": [["webinar"], ["pricing", "article"], ["demo"]],
        },
        {"id": "bofu-hot", "stage": "bofu", "min_score": 45, "falls_below": 40},
    ]
    raw["points"] |= {"article": -3, "other": 1}
    raw["item_points"] = {f"url:{ITEM}": 6}
    raw["half_lives"] = {"webinar": 5, "article": 2}
    raw["caps"] = {"page": 3}
    raw["dormant_after_days"] = 9
    return dump(raw)


def publish(session: Session, house: House, row: StageModelRow, *between: Hit) -> None:
    """Carry a version into force; hits may come in between two slices."""
    way.begin(session, row, Work.REPLAY, now=LATER)
    rest = list(between)
    while way.step(session, now=LATER):
        if rest:
            record(session, rest.pop(), now=LATER)
    record(session, *rest, now=LATER)


def told(session: Session, model_id: int) -> list[object]:
    """Return every byte of what is believed under a version, but not when we learned it."""
    session.expire_all()
    own = {"model_id": model_id}
    stood = session.scalars(select(Standing).filter_by(**own).order_by(Standing.lead_id))
    moves = select(TransitionRow).filter_by(**own, retracted_at=None)
    moved = session.scalars(
        moves.order_by(
            TransitionRow.lead_id,
            TransitionRow.occurred_at,
            TransitionRow.message,
            TransitionRow.cause,
        )
    )
    held = session.scalars(
        select(Checkpoint).filter_by(**own).order_by(Checkpoint.lead_id, Checkpoint.touched_at)
    )
    return [
        [(s.lead_id, s.stage, s.score, s.entered_at, s.first_touch_at, s.first_source_id,
          s.last_touch_at, s.last_message, s.touch_count, s.is_dormant, s.state) for s in stood],
        [(t.lead_id, t.from_stage, t.to_stage, t.occurred_at, t.message, t.cause, t.receipt)
         for t in moved],
        [(c.lead_id, c.touched_at, c.message, c.state) for c in held],
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_a_replay_is_what_would_have_happened_live(session, house, monkeypatch, seed):
    monkeypatch.setattr(way, "SLICE", 2)
    hits = stories(house, random.Random(seed))
    record(session, *hits[:40], now=LATER)
    row = versions.save_draft(session, house.workspace.id, stricter())
    publish(session, house, row, *hits[40:])
    replayed = told(session, row.id)
    stages.refold(session, house.workspace.id, [s[0] for s in replayed[0]], now=LATER)
    assert told(session, row.id) == replayed
    assert replayed[1]
    assert list(verify(session, house.workspace.id, now=LATER)) == []


@pytest.mark.parametrize("seed", range(4))
def test_there_and_back_restores_every_byte(session, house, seed):
    record(session, *stories(house, random.Random(seed)), now=LATER)
    first = versions.get(session, house.workspace.id, 1)
    before = told(session, first.id)
    publish(session, house, versions.save_draft(session, house.workspace.id, stricter()))
    assert told(session, first.id) == before
    publish(session, house, first)
    assert told(session, first.id) == before
    assert list(verify(session, house.workspace.id, now=LATER)) == []


def test_the_way_back_takes_along_what_happened_meanwhile(session, house):
    first = versions.get(session, house.workspace.id, 1)
    publish(session, house, versions.save_draft(session, house.workspace.id, stricter()))
    record(session, house.event("Webinar Attended", anonymous_id="a"))
    assert stages.active(session, house.workspace.id)[1].version == 2
    publish(session, house, first)
    lead = lead_of(session, house, "a:a")
    assert session.get_one(Standing, (lead.id, first.id)).stage is Stage.MOFU


def test_a_comparison_says_who_moves_and_writes_no_history(session, house):
    lead = make_bofu_lead(session, house)
    record(session, house.page("/", anonymous_id="b"))
    row = versions.save_draft(session, house.workspace.id, stricter())
    live = told(session, stages.active(session, house.workspace.id)[0])
    way.begin(session, row, Work.COMPARE, now=LATER)
    while way.step(session, now=LATER):
        pass
    moves = list(session.scalars(select(DraftMove)))
    assert [(m.lead_id, m.from_stage, m.to_stage) for m in moves] == [
        (lead.id, Stage.BOFU, Stage.MOFU)
    ]
    assert row.compared_at == LATER
    assert told(session, row.id) == [[], [], []]
    assert told(session, stages.active(session, house.workspace.id)[0]) == live


def test_a_changed_draft_forgets_its_comparison(session, house):
    make_bofu_lead(session, house)
    row = versions.save_draft(session, house.workspace.id, stricter())
    way.begin(session, row, Work.COMPARE, now=LATER)
    while way.step(session, now=LATER):
        pass
    versions.save_draft(session, house.workspace.id, stricter())
    assert row.compared_at is None
    assert list(session.scalars(select(DraftMove))) == []
    assert row.version == 2


def test_an_offer_without_ground_is_withdrawn_as_the_version_comes_into_force(session, house):
    lead = make_bofu_lead(session, house)
    publish(session, house, versions.save_draft(session, house.workspace.id, stricter()))
    steps = select(Milestone.step).filter_by(lead_id=lead.id, retracted_at=None)
    assert sorted(session.scalars(steps)) == ["mofu"]
    offer = handoff.of_lead(session, house.workspace.id, lead.id)[-1]
    assert (offer.status, offer.settled_at) == ("withdrawn", LATER)
    assert list(verify(session, house.workspace.id, now=LATER)) == []


@pytest.mark.parametrize("offers_ready", [False, True])
def test_newcomers_are_offered_at_once_only_if_the_publisher_wishes(session, house, offers_ready):
    publish(session, house, versions.save_draft(session, house.workspace.id, stricter()))
    lead = make_bofu_lead(session, house)
    first = versions.get(session, house.workspace.id, 1)
    soon = NOON + days(2)
    way.begin(session, first, Work.REPLAY, now=soon, offers_ready=offers_ready)
    while way.step(session, now=soon):
        pass
    offers = handoff.of_lead(session, house.workspace.id, lead.id)
    assert [offer.offered_at for offer in offers] == [soon] * offers_ready
    assert list(verify(session, house.workspace.id, now=soon)) == []


def test_nobody_is_offered_who_has_not_been_seen_lately(session, house):
    publish(session, house, versions.save_draft(session, house.workspace.id, stricter()))
    lead = make_bofu_lead(session, house)
    first = versions.get(session, house.workspace.id, 1)
    way.begin(session, first, Work.REPLAY, now=LATER, offers_ready=True)
    while way.step(session, now=LATER):
        pass
    assert handoff.of_lead(session, house.workspace.id, lead.id) == []


def test_every_time_in_force_is_remembered(session, house):
    home = house.workspace.id
    second = versions.save_draft(session, home, stricter())
    publish(session, house, second)
    first = versions.get(session, home, 1)
    way.begin(session, first, Work.REPLAY, now=LATER + days(1))
    while way.step(session, now=LATER + days(1)):
        pass
    terms = session.scalars(select(Term).filter_by(workspace_id=home).order_by(Term.id))
    assert [(term.model_id, term.began_at, term.ended_at) for term in terms] == [
        (first.id, NOON, LATER),
        (second.id, LATER, LATER + days(1)),
        (first.id, LATER + days(1), None),
    ]
    assert versions.before(session, first) == second.id


def test_what_was_read_of_another_draft_is_not_written(session, house):
    lead = make_bofu_lead(session, house)
    row = versions.save_draft(session, house.workspace.id, stricter())
    way.begin(session, row, Work.COMPARE, now=LATER)
    seen = way.look(session, now=LATER)
    assert set(seen.lives) == {lead.id}
    row = versions.save_draft(session, house.workspace.id, dump(DEFAULT))
    way.begin(session, row, Work.COMPARE, now=LATER)
    while way.step(session, now=LATER, seen=seen):
        pass
    assert list(session.scalars(select(DraftMove))) == []
    assert row.compared_at == LATER


def test_an_offer_carries_the_receipt_of_the_version_in_force(session, house):
    publish(session, house, versions.save_draft(session, house.workspace.id, stricter()))
    publish(session, house, versions.get(session, house.workspace.id, 1))
    third = versions.save_draft(session, house.workspace.id, dump(DEFAULT))
    way.begin(session, third, Work.REPLAY, now=LATER)
    lead = make_bofu_lead(session, house)
    offer = handoff.of_lead(session, house.workspace.id, lead.id)[-1]
    live_id, _ = stages.active(session, house.workspace.id)
    assert offer.transition.model_id == live_id


def test_two_versions_are_not_published_at_once(session, house):
    row = versions.save_draft(session, house.workspace.id, stricter())
    way.begin(session, row, Work.REPLAY, now=LATER)
    other = versions.save_draft(session, house.workspace.id, stricter())
    assert other.version == 3
    with pytest.raises(Conflict):
        way.begin(session, other, Work.REPLAY, now=LATER)


def test_a_draft_is_compared_while_another_is_published_and_again_after(session, house):
    make_bofu_lead(session, house)
    first = versions.save_draft(session, house.workspace.id, stricter())
    way.begin(session, first, Work.REPLAY, now=LATER)
    draft = versions.save_draft(session, house.workspace.id, dump(DEFAULT))
    way.begin(session, draft, Work.COMPARE, now=LATER)
    while way.step(session, now=LATER):
        pass
    assert stages.active(session, house.workspace.id)[1].version == 2
    moves = select(DraftMove.from_stage, DraftMove.to_stage)
    assert list(session.execute(moves)) == [(Stage.MOFU, Stage.BOFU)]


def test_a_version_in_force_is_not_published_again(session, house):
    with pytest.raises(Conflict, match="in force"):
        way.begin(session, versions.get(session, house.workspace.id, 1), Work.REPLAY, now=LATER)


def test_progress_is_written_down_and_ends(session, house, monkeypatch):
    monkeypatch.setattr(way, "SLICE", 2)
    for number in range(5):
        record(session, house.page("/", anonymous_id=f"v{number}"))
    row = versions.save_draft(session, house.workspace.id, stricter())
    way.begin(session, row, Work.REPLAY, now=LATER)
    way.step(session, now=LATER)
    task = session.scalars(select(Task)).one()
    assert (task.kind, task.subject, task.done, task.total) == ("stages replay", "version 2", 2, 5)
    while way.step(session, now=LATER):
        pass
    assert [t.finished_at for t in session.scalars(select(Task))] == [LATER, LATER]


def test_stages_of_a_document_are_the_drafts(session, house):
    row = versions.save_draft(session, house.workspace.id, stricter())
    assert json.loads(row.document)["caps"] == {"page": 3}
    versions.discard_draft(session, house.workspace.id)
    assert versions.draft_of(session, house.workspace.id) is None


def sayings(session: Session, house: House) -> list[tuple[object, ...]]:
    """Return the transitions in force without any id of ours."""
    model_id, _ = stages.active(session, house.workspace.id)
    found = []
    for row in session.scalars(select(TransitionRow).filter_by(model_id=model_id)):
        if row.retracted_at is None:
            why = json.loads(row.receipt)
            facts = (why["rule"], len(why["touches"]), str(why["lines"]))
            found.append((row.occurred_at, row.message, row.from_stage, row.to_stage, *facts))
    return sorted(found, key=repr)


@pytest.mark.parametrize("seed", range(3))
def test_a_replay_says_what_a_house_says_that_always_had_these_rules(session, house, seed):
    always = make_house(session, "Always")
    publish(session, always, versions.save_draft(session, always.workspace.id, stricter()))
    hits = stories(house, random.Random(seed))
    for hit in hits:
        record(session, always.adopt(hit), now=LATER)
    record(session, *hits, now=LATER)
    publish(session, house, versions.save_draft(session, house.workspace.id, stricter()))
    assert sayings(session, house) == sayings(session, always) != []


def test_a_version_that_names_an_item_which_nobody_knows_is_not_published(session, house):
    row = versions.save_draft(session, house.workspace.id, everything(house))
    way.begin(session, row, Work.COMPARE, now=LATER)
    with pytest.raises(Invalid) as no:
        way.begin(session, row, Work.REPLAY, now=LATER)
    assert no.value.fields.keys() == {f"item_points.url:{ITEM}", "rules[2].items"}
    record(session, house.page("/pricing", anonymous_id="a"))
    publish(session, house, row)
    assert stages.active(session, house.workspace.id)[1].items.keys() == {f"url:{ITEM}"}


@pytest.mark.parametrize("seed", range(4))
def test_what_is_folded_beforehand_is_written_only_where_nothing_has_come(
    session, house, monkeypatch, seed
):
    monkeypatch.setattr(way, "SLICE", 3)
    dice = random.Random(seed)
    hits = stories(house, dice, number=80)
    record(session, *hits[:40], now=LATER)
    row = versions.save_draft(session, house.workspace.id, stricter())
    way.begin(session, row, Work.REPLAY, now=LATER)
    rest, more = hits[40:], True
    while more:
        seen = way.look(session, now=LATER)
        if rest and dice.random() < 0.7:
            record(session, *rest[:5], now=LATER)
            del rest[:5]
        more = way.step(session, now=LATER, seen=seen)
    record(session, *rest, now=LATER)
    replayed = told(session, row.id)
    stages.refold(session, house.workspace.id, [s[0] for s in replayed[0]], now=LATER)
    assert told(session, row.id) == replayed
    assert replayed[1]
    assert list(verify(session, house.workspace.id, now=LATER)) == []
