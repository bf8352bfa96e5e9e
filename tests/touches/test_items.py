"""The catalogue in a marketer's hands: what decides what an item is, and which keys are one."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.builders import FIREFOX, NOON, lead_of, make_house, record
from tracker.errors import Conflict, Invalid
from tracker.identity import service as identity
from tracker.touches import classing, items
from tracker.touches import service as log
from tracker.touches.classing import said_of
from tracker.touches.domain import Classed, ContentKind, IntendedStage, Purpose, Subject
from tracker.touches.items import NewPattern
from tracker.touches.models import Content, TouchRow
from tracker.touches.rulings import Said
from tracker.workspaces.audit import By

ADDRESS = Subject.ADDRESS


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def by(house):
    return By(workspace_id=house.workspace.id, user_id=None, now=NOON)


def content_of(session, path):
    return session.scalars(select(Content).where(Content.key == f"url:acme.example{path}")).one()


def visit(session, house, *paths):
    """Record page views and return what they are about."""
    record(session, *(house.page(path, anonymous_id="a") for path in paths))
    return [content_of(session, path) for path in paths]


def seen_by(session, house, key="a:a"):
    """Return the item and the kind of each touch, as the rooms to the right see them."""
    session.expire_all()
    lead = lead_of(session, house, key)
    touches = log.of_visitors(session, identity.visitors_of(session, lead.id))
    return [(touch.content_id, touch.kind) for touch in touches]


def articles(text, **more):
    return NewPattern(subject=ADDRESS, text=text, kind=ContentKind.ARTICLE, **more)


def test_a_touch_is_of_the_item_that_its_key_lies_under(session, house, by):
    en, de = visit(session, house, "/pricing", "/preise")
    items.put_under(session, en, [de], by=by)
    assert seen_by(session, house) == [(en.id, ContentKind.PRICING)] * 2
    stored = select(TouchRow.content_id).order_by(TouchRow.content_id)
    assert sorted(session.scalars(stored)) == sorted([en.id, de.id])


def test_what_comes_later_is_of_the_item_too(session, house, by):
    en, de = visit(session, house, "/pricing", "/preise")
    items.put_under(session, en, [de], by=by)
    record(session, house.page("/preise", anonymous_id="b"))
    assert seen_by(session, house, "a:b") == [(en.id, ContentKind.PRICING)]


def test_what_is_taken_out_is_what_it_was(session, house, by):
    en, de = visit(session, house, "/pricing", "/preise")
    before = said_of(de)
    items.put_under(session, en, [de], by=by)
    items.take_out(session, de, by=by)
    assert seen_by(session, house) == [(en.id, ContentKind.PRICING), (de.id, ContentKind.PAGE)]
    assert said_of(de) == replace(before, classed=Classed.HAND)


def test_an_item_brings_its_keys_along(session, house, by):
    one, two, three = visit(session, house, "/one", "/two", "/three")
    items.put_under(session, two, [three], by=by)
    items.put_under(session, one, [two], by=by)
    assert {content for content, _ in seen_by(session, house)} == {one.id}
    with pytest.raises(Conflict):
        items.put_under(session, two, [one], by=by)


def test_an_item_is_no_part_of_itself(session, house, by):
    (one,) = visit(session, house, "/one")
    with pytest.raises(Invalid):
        items.put_under(session, one, [one], by=by)
    with pytest.raises(Conflict):
        items.take_out(session, one, by=by)


def test_a_new_item_takes_in_what_its_pattern_says(session, house, by):
    (old,) = visit(session, house, "/preise")
    said = Said(kind=ContentKind.PRICING, purpose=Purpose.CONVERT)
    item = items.create(session, house.workspace.id, "  Pricing,  all languages ", said)
    assert (item.key, item.title) == ("item:pricing-all-languages", "Pricing, all languages")
    for text in ("/preise", "acme.example/*/pricing"):
        new = NewPattern(subject=ADDRESS, text=text, item=item)
        items.add_pattern(session, new, by=by)
    record(session, house.page("/en/pricing", anonymous_id="b"))
    assert seen_by(session, house) == [(item.id, ContentKind.PRICING)]
    assert seen_by(session, house, "a:b") == [(item.id, ContentKind.PRICING)]
    assert {key.key for key in items.keys_of(session, item)} == {
        old.key,
        "url:acme.example/en/pricing",
    }


def test_an_item_has_a_name_of_its_own(session, house):
    said = Said(kind=ContentKind.PAGE)
    items.create(session, house.workspace.id, "Intro", said)
    with pytest.raises(Conflict):
        items.create(session, house.workspace.id, "INTRO!", said)
    with pytest.raises(Invalid):
        items.create(session, house.workspace.id, " - ", said)


def test_assets_and_events_under_many_names_are_one_item(session, house, by):
    record(
        session,
        house.event("Asset Downloaded", "White Paper.pdf", anonymous_id="a"),
        house.event("File Downloaded", "white_paper.PDF", anonymous_id="a"),
    )
    item = items.create(session, house.workspace.id, "Paper", Said(kind=ContentKind.DOWNLOAD))
    new = NewPattern(subject=Subject.ASSET, text="white-paper*", item=item)
    items.add_pattern(session, new, by=by)
    record(session, house.event("file_downloaded", "White paper v2", anonymous_id="a"))
    assert seen_by(session, house) == [(item.id, ContentKind.DOWNLOAD)] * 3


def test_a_pattern_classes_what_is_there_and_what_comes(session, house, by):
    (one,) = visit(session, house, "/learn/one")
    new = articles("/learn/*", purpose=Purpose.EDUCATE, intended_stage=IntendedStage.TOFU)
    items.add_pattern(session, new, by=by)
    (two,) = visit(session, house, "/learn/two")
    for item in (one, two):
        session.refresh(item)
        assert (item.kind, item.classed) == (ContentKind.ARTICLE, Classed.PATTERN)
        assert (item.purpose, item.intended_stage) == (Purpose.EDUCATE, IntendedStage.TOFU)


def test_a_hand_is_believed_before_a_pattern(session, house, by):
    (one,) = visit(session, house, "/learn/one")
    wish = replace(said_of(one), kind=ContentKind.COMPARISON)
    items.class_items(session, [(one, wish)], subject="One", by=by)
    items.add_pattern(session, articles("/learn/*"), by=by)
    session.refresh(one)
    assert one.kind is ContentKind.COMPARISON
    items.let_go(session, one, by=by)
    session.refresh(one)
    assert (one.kind, one.classed) == (ContentKind.ARTICLE, Classed.PATTERN)


def test_the_more_exact_pattern_decides_in_whatever_order_they_come(session, house, by):
    (one,) = visit(session, house, "/learn/deep/one")
    stories = NewPattern(subject=ADDRESS, text="/learn/deep/*", kind=ContentKind.CASE_STUDY)
    for new in (stories, articles("/learn/*")):
        items.add_pattern(session, new, by=by)
        session.refresh(one)
        assert one.kind is ContentKind.CASE_STUDY
    (two,) = visit(session, house, "/learn/deep/two")
    assert two.kind is ContentKind.CASE_STUDY


def test_a_pattern_that_is_removed_leaves_no_trace(session, house, by):
    guessed, named = "url:acme.example/pricing/x", "event:webinar attended|intro"
    record(session, house.page("/pricing/x", anonymous_id="a"))
    record(session, house.event("Webinar Attended", "Intro", anonymous_id="a"))
    before = {c.key: said_of(c) for c in session.scalars(select(Content))}
    assert set(before) == {guessed, named}
    rows = [
        items.add_pattern(session, articles("*pricing*"), by=by)[0],
        items.add_pattern(
            session,
            NewPattern(subject=Subject.EVENT, text="webinar*", kind=ContentKind.SURVEY),
            by=by,
        )[0],
    ]
    session.expire_all()
    assert all(said_of(c) != before[c.key] for c in session.scalars(select(Content)))
    for row in rows:
        items.remove_pattern(session, row, by=by)
    session.expire_all()
    assert {c.key: said_of(c) for c in session.scalars(select(Content))} == before


def test_an_item_with_keys_goes_under_no_other_by_a_pattern(session, house, by):
    one, two, three = visit(session, house, "/one", "/two", "/three")
    items.put_under(session, two, [three], by=by)
    items.add_pattern(session, NewPattern(subject=ADDRESS, text="/t*", item=one), by=by)
    session.expire_all()
    assert (two.item_id, three.item_id) == (None, two.id)


def test_what_has_patterns_of_its_own_goes_under_nothing(session, house, by):
    one, two = visit(session, house, "/one", "/two")
    items.add_pattern(session, NewPattern(subject=ADDRESS, text="/zwei", item=two), by=by)
    with pytest.raises(Conflict, match="patterns of its own"):
        items.put_under(session, one, [two], by=by)


def test_a_pattern_says_something_and_is_there_once(session, house, by):
    (one,) = visit(session, house, "/one")
    for silent in (
        NewPattern(subject=ADDRESS, text="/x"),
        NewPattern(subject=ADDRESS, text="/x", item=one, kind=ContentKind.PAGE),
    ):
        with pytest.raises(Invalid):
            items.add_pattern(session, silent, by=by)
    items.add_pattern(session, articles("/x"), by=by)
    with pytest.raises(Conflict):
        items.add_pattern(session, articles(" /x "), by=by)


def test_an_act_is_undone_as_long_as_nobody_has_said_more(session, house, by):
    en, de = visit(session, house, "/pricing", "/preise")
    before = [said_of(en), said_of(de)]
    act = items.put_under(session, en, [de], by=by)
    classing.undo(session, act, by=by)
    assert [said_of(en), said_of(de)] == before
    with pytest.raises(Conflict, match="undone already"):
        classing.undo(session, act, by=by)
    again = items.put_under(session, en, [de], by=by)
    items.take_out(session, de, by=by)
    with pytest.raises(Conflict, match="since"):
        classing.undo(session, again, by=by)


def test_what_is_only_said_of_an_item_moves_nobody(session, house, by):
    (one,) = visit(session, house, "/one")
    wish = replace(said_of(one), purpose=Purpose.PROVE)
    act = items.class_items(session, [(one, wish)], subject="One", by=by)
    assert (act.keys, act.work) == (1, None)


def test_a_screen_without_address_is_an_item_like_others(session, house, by):
    record(session, house.hit(name="Pricing Screen", anonymous_id="a", user_agent=FIREFOX))
    new = NewPattern(subject=Subject.EVENT, text="pricing screen", kind=ContentKind.PRICING)
    items.add_pattern(session, new, by=by)
    assert [kind for _, kind in seen_by(session, house)] == [ContentKind.PRICING]


def test_another_workspace_is_left_alone(session, house, by):
    other = make_house(session, "Other")
    record(session, other.page("/learn/one", anonymous_id="a"))
    items.add_pattern(session, articles("/learn/*"), by=by)
    record(session, other.page("/learn/two", anonymous_id="a"))
    kinds = select(Content.kind).where(Content.workspace_id == other.workspace.id)
    assert set(session.scalars(kinds)) == {ContentKind.PAGE}
