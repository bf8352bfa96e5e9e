import json
import random

import pytest
from sqlalchemy import select

from tests.builders import NOON, days, lead_of, make_house, record
from tracker.collector.domain import MessageType, Traits
from tracker.errors import Conflict, Invalid
from tracker.identity import duplicates
from tracker.identity.likeness import LIKELY, WEAK, Clue
from tracker.identity.models import Lead
from tracker.workspaces.audit import By

GIVEN = ("Adam", "Beata", "Celina", "Darek", "Edyta", "Filip", "Gosia", "Hubert", "Iga", "Jacek")
NAMES = ("Adamska", "Brzoza", "Cybulski", "Dudek", "Emski", "Fijak", "Gajda", "Hetman", "Iwan")


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def by(house):
    return By(workspace_id=house.workspace.id, user_id=None, now=NOON)


def tell(house, user, *, email="", browser="", facts=(), **traits):
    """Return what somebody says of themselves."""
    return house.hit(
        type=MessageType.IDENTIFY,
        user_id=user,
        email=email,
        anonymous_id=browser,
        traits=Traits(email=email, **traits),
        properties=json.dumps({"email": email} | traits),
        **dict(facts),
    )


def found(session, house, least=LIKELY):
    return [
        (*sorted(session.get(Lead, n).name for n in (twins.lead, twins.other)), set(twins.clues))
        for twins in duplicates.find(session, house.workspace.id, least=least).open
    ]


def two(session, house, **more):
    """Return two leads of one name at one company."""
    told = {"name": "Ana Roe", "company": "Acme"}
    record(session, tell(house, "u-1", **told), tell(house, "u-2", **told | more))
    return [lead_of(session, house, f"u:{user}") for user in ("u-1", "u-2")]


def at_oak(name):
    return {"name": name, "company": "Oak"}


def crowd(house, dice, people):
    """Return what plain different people say: no name twice at one company, no shared number."""
    for number in range(people):
        company = number // 8
        name = f"{GIVEN[number % 8]} {NAMES[number // 8 % 9]}{chr(97 + number % 8)}"
        email = f"{name.replace(' ', '.').lower()}{number}@firm{company}.example"
        phone = f"+48 22 {5_000_000 + number}"
        browser = f"b-{number}" if dice.random() < 0.8 else ""
        facts = {"name": name, "email": email, "phone": phone, "company": f"Firm{company}"}
        yield tell(house, f"u-{number}", browser=browser, **facts)


def test_nobody_of_a_plain_crowd_is_taken_for_another(session, house):
    record(session, *crowd(house, random.Random(1), 400))
    assert found(session, house, least=WEAK) == []


def test_every_planted_duplicate_is_found_and_nobody_else(session, house):
    record(session, *crowd(house, random.Random(2), 200))
    planted = (
        ("mailbox", {"email": "m.ann@gmail.com"}, {"email": "mann+x@googlemail.com"}),
        ("phone", {"phone": "+44 1632 960001"}, {"phone": "01632 960 001"}),
        ("name", at_oak("Zoe Roe"), at_oak("zoe ROE")),
        ("words", at_oak("Yan Poe"), at_oak("Poe, Yan")),
        ("initial", at_oak("Ivo Low"), at_oak("I. Low")),
        ("spelling", at_oak("Kate Moore"), at_oak("Kate More")),
    )
    for clue, one, other in planted:
        record(session, tell(house, f"{clue}-1", **one), tell(house, f"{clue}-2", **other))
    pairs = duplicates.find(session, house.workspace.id).open
    assert {
        (twins.lead, twins.other): set(twins.clues) for twins in pairs
    } == {
        tuple(sorted(lead_of(session, house, f"u:{clue}-{n}").id for n in (1, 2))): {Clue(clue)}
        for clue, _, _ in planted
    }  # fmt: skip
    scores = [twins.score for twins in pairs]
    assert scores == sorted(scores, reverse=True)


def test_one_address_under_two_user_ids_is_a_clue(session, house):
    record(session, tell(house, "u-1", email="ana@acme.example", name="Ana"))
    record(session, tell(house, "u-2", name="Bo"))
    record(session, tell(house, "u-2", email="ana@acme.example"))
    assert found(session, house) == [("Ana", "Bo", {Clue.CLAIMED})]


def test_one_browser_of_two_is_a_weak_clue(session, house):
    for user, name in (("u-1", "Ana"), ("u-2", "Bo")):
        record(session, tell(house, user, browser="kitchen", name=name))
    assert found(session, house) == []
    assert found(session, house, least=WEAK) == [("Ana", "Bo", {Clue.BROWSER})]


def test_a_browser_of_many_is_a_kiosk(session, house):
    for n in range(5):
        record(session, tell(house, f"u-{n}", browser="kiosk", name=f"Ana {n}"))
    assert found(session, house, least=WEAK) == []


def test_clues_add_up(session, house):
    record(session, tell(house, "u-1", browser="b", name="Ana Roe", company="Acme"))
    record(session, tell(house, "u-2", browser="b", name="Ana Roe", company="Oak"))
    assert found(session, house) == [("Ana Roe", "Ana Roe", {Clue.BROWSER, Clue.NAMESAKE})]


def test_the_anonymous_and_other_workspaces_are_left_out(session, house):
    two(session, house)
    other = make_house(session, "Other")
    record(session, tell(other, "u-1", name="Ana Roe", company="Acme"))
    assert len(found(session, house, least=WEAK)) == 1
    assert found(session, other, least=WEAK) == []


def test_a_dismissed_pair_stays_away_until_something_new_speaks_for_it(session, house, by):
    one, other = two(session, house)
    duplicates.dismiss(session, other, one, by=by)
    everything = duplicates.find(session, house.workspace.id)
    assert (len(everything.open), len(everything.dismissed)) == (0, 1)
    phone = {"phone": "+44 1632 960001"}
    later = {"received_at": NOON + days(1)}
    record(session, *(tell(house, user, facts=later, **phone) for user in ("u-1", "u-2")))
    session.expire_all()
    assert found(session, house) == [("Ana Roe", "Ana Roe", {Clue.NAME, Clue.PHONE})]
    duplicates.dismiss(session, one, other, by=by)
    assert found(session, house) == []


def test_a_dismissal_is_undone(session, house, by):
    one, other = two(session, house)
    duplicates.dismiss(session, one, other, by=by)
    duplicates.restore(session, other, one, by=by)
    assert len(found(session, house)) == 1
    with pytest.raises(Conflict):
        duplicates.restore(session, one, other, by=by)


def test_what_cannot_be_dismissed_is_refused(session, house, by):
    one, other = two(session, house)
    record(session, tell(house, "u-3", name="Bo Lind"))
    with pytest.raises(Invalid):
        duplicates.dismiss(session, one, one, by=by)
    with pytest.raises(Conflict):
        duplicates.dismiss(session, one, lead_of(session, house, "u:u-3"), by=by)
    duplicates.dismiss(session, one, other, by=by)
    with pytest.raises(Conflict):
        duplicates.dismiss(session, one, other, by=by)
    assert session.scalars(select(Lead)).all()
