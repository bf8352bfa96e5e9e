"""Merging two leads and taking it back: who may, what moves, and what comes back."""

import pytest

from tests.builders import NOON, days, lead_of, make_bofu_lead, make_house, record
from tests.identity.test_domain import ANNA, BERT, LAPTOP, PHONE, mention
from tracker import journey
from tracker.errors import Conflict, Invalid, NotFound
from tracker.handoff import service as handoff
from tracker.identity import merges
from tracker.identity import service as identity
from tracker.identity.domain import decide, together
from tracker.workspaces import audit


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def two(session, house):
    """Give two known people, one of whom has a browser."""
    record(
        session,
        house.identify("ana@firm.example", user_id="u1", person="Ana", anonymous_id="phone"),
        house.identify("ana@home.example", user_id="u2", person="Ana B.", anonymous_id="laptop"),
        house.page("/pricing", anonymous_id="laptop"),
    )
    return lead_of(session, house, "u:u1"), lead_of(session, house, "u:u2")


def merge(session, kept, absorbed, **facts):
    usual = {"by": None, "reason": "the same person", "now": NOON}
    return journey.merge_leads(session, kept, absorbed, **usual | facts)


def undo(session, made):
    return journey.undo_merge(session, made, by=None, now=NOON)


def test_everything_of_the_absorbed_lead_counts_with_the_kept_one(session, house, two):
    kept, absorbed = two
    merge(session, kept, absorbed)
    assert lead_of(session, house, "a:laptop") == kept
    assert identity.get(session, house.workspace.id, absorbed.code) == kept
    assert (kept.name, kept.email) == ("Ana", "ana@firm.example")


def test_what_comes_later_comes_to_the_kept_lead(session, house, two):
    kept, absorbed = two
    merge(session, kept, absorbed)
    record(session, house.page("/new", user_id="u2", anonymous_id="tablet"))
    assert lead_of(session, house, "a:tablet") == kept


def test_undo_gives_the_absorbed_lead_back_with_what_happened_meanwhile(session, house, two):
    kept, absorbed = two
    made = merge(session, kept, absorbed)
    record(session, house.page("/new", user_id="u2", anonymous_id="tablet"))
    undo(session, made)
    assert lead_of(session, house, "a:tablet") == absorbed
    assert identity.get(session, house.workspace.id, absorbed.code) == absorbed
    assert (absorbed.name, absorbed.email) == ("Ana B.", "ana@home.example")
    assert lead_of(session, house, "a:phone") == kept


def test_merges_are_undone_in_any_order(session, house, two):
    record(session, house.page(user_id="u3"))
    (a, b), c = two, lead_of(session, house, "u:u3")
    first = merge(session, a, b)
    second = merge(session, c, a)
    undo(session, first)
    assert lead_of(session, house, "a:laptop") == b
    assert lead_of(session, house, "a:phone") == c
    undo(session, second)
    assert lead_of(session, house, "a:phone") == a


def test_an_anonymous_lead_is_merged_too_and_is_anonymous_again_after(session, house, two):
    record(session, house.page(anonymous_id="kiosk"))
    nobody = lead_of(session, house, "a:kiosk")
    made = merge(session, nobody, two[1])
    assert (nobody.is_known, nobody.email) == (True, "ana@home.example")
    undo(session, made)
    session.refresh(nobody)
    assert (nobody.is_known, nobody.email) == (False, "")


def test_of_two_open_offers_the_younger_makes_room_until_the_merge_is_undone(session, house):
    first = make_bofu_lead(session, house, "ana@firm.example")
    record(session, house.identify("b@firm.example"))
    demo = house.event("Demo Requested", email="b@firm.example", occurred_at=NOON + days(1))
    record(session, demo)
    second = lead_of(session, house, "e:b@firm.example")
    made = merge(session, second, first, now=NOON + days(2))
    offers = handoff.of_lead(session, house.workspace.id, second.id)
    assert [offer.status for offer in offers] == ["offered", "withdrawn"]
    undo(session, made)
    (offer,) = handoff.of_lead(session, house.workspace.id, second.id)
    assert (offer.status, offer.settled_at) == ("offered", None)


def test_a_merge_and_its_undoing_are_in_the_audit(session, house, two):
    undo(session, merge(session, *two))
    lines = audit.lines(session, house.workspace.id, limit=2)
    assert [line.action for line in lines] == ["lead:merge undone", "lead:merged"]


def test_a_lead_is_not_merged_with_itself(session, two):
    with pytest.raises(Invalid):
        merge(session, two[0], two[0])


@pytest.mark.parametrize("reason", ["", " \t", 501 * "x"])
def test_a_merge_has_a_reason(session, two, reason):
    with pytest.raises(Invalid):
        merge(session, *two, reason=reason)


def test_a_merged_lead_is_neither_merged_again_nor_merged_into(session, house, two):
    kept, absorbed = two
    record(session, house.page(user_id="u3"))
    third = lead_of(session, house, "u:u3")
    merge(session, kept, absorbed)
    for pair in ((third, absorbed), (absorbed, third), (kept, absorbed)):
        with pytest.raises(Conflict):
            merge(session, *pair)


def test_leads_of_two_workspaces_are_not_merged(session, two):
    other = make_house(session)
    record(session, other.page(user_id="u1"))
    with pytest.raises(NotFound):
        merge(session, two[0], lead_of(session, other, "u:u1"))


def test_a_merge_is_undone_once(session, two):
    made = merge(session, *two)
    undo(session, made)
    with pytest.raises(Conflict):
        undo(session, made)


def test_another_workspace_and_another_lead_have_no_such_merge(session, house, two):
    made = merge(session, *two)
    record(session, house.page(user_id="u3"))
    third = lead_of(session, house, "u:u3")
    with pytest.raises(NotFound):
        merges.get(session, house.workspace.id, made.code, of=third.code)
    with pytest.raises(NotFound):
        merges.get(session, make_house(session).workspace.id, made.code, of=two[0].code)


def test_no_public_claim_moves_a_browser_that_was_merged() -> None:
    decisions = decide(
        {}, [mention(1, user=ANNA), mention(2, anonymous=PHONE), mention(3, user=BERT)]
    )
    decisions |= decide(decisions, [mention(4, user=BERT, anonymous=PHONE)])
    groups = set(together(decisions, [(PHONE, ANNA)]))
    assert groups == {frozenset({ANNA, PHONE}), frozenset({BERT})}


def test_the_earliest_claim_speaks_for_browsers_that_were_merged() -> None:
    seen = [mention(2, user=ANNA, anonymous=PHONE), mention(1, user=BERT, anonymous=LAPTOP)]
    groups = set(together(decide({}, seen), [(PHONE, LAPTOP)]))
    assert groups == {frozenset({ANNA}), frozenset({BERT, PHONE, LAPTOP})}
