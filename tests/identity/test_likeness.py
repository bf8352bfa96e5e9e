import pytest

from tracker.identity.likeness import (
    FEW,
    LIKELY,
    WEIGHTS,
    Clue,
    Profile,
    candidates,
    compare,
    mailbox,
    score_of,
    words_of,
)

SHARED = {"gmail.com"}


def person(lead=1, name="", email="", phone="", company=None):
    return Profile.of(lead, name=name, email=email, phone=phone, company=company)


def clues(one, other, **heard):
    found = compare(
        person(1, **one), person(2, **other), heard=heard, common=frozenset(), shared=SHARED
    )
    return set() if found is None else set(found.clues)


@pytest.mark.parametrize(
    "one, other, clue",
    [
        ({"email": "a.na+x@gmail.com"}, {"email": "ana@googlemail.com"}, Clue.MAILBOX),
        ({"email": "ana+news@outlook.com"}, {"email": "ana@outlook.com"}, Clue.MAILBOX),
        ({"phone": "+48 22 555 01 00"}, {"phone": "0048225550100"}, Clue.PHONE),
        ({"phone": "022 555 01 00"}, {"phone": "+48 22 5550100"}, Clue.PHONE),
        (
            {"name": "Ana Roe", "company": 7},
            {"name": " ANA  roe", "company": 7},
            Clue.NAME,
        ),
        ({"name": "Dr. Zofia Łoś", "company": 7}, {"name": "zofia los", "company": 7}, Clue.NAME),
        ({"name": "Roe, Ana", "company": 7}, {"name": "Ana Roe", "company": 7}, Clue.WORDS),
        ({"name": "A. Roe", "company": 7}, {"name": "Ana Roe", "company": 7}, Clue.INITIAL),
        ({"name": "Anna Roe", "company": 7}, {"name": "Annna Roe", "company": 7}, Clue.SPELLING),
        ({"name": "Martin Roe", "company": 7}, {"name": "Matrin Roe", "company": 7}, Clue.SPELLING),
        ({"name": "Ana Roe", "company": 7}, {"name": "Ana Roe", "company": 8}, Clue.NAMESAKE),
        ({"name": "Ana Roe"}, {"name": "Ana Roe"}, Clue.NAMESAKE),
    ],
)
def test_what_speaks_for_two_being_one(one, other, clue):
    assert clues(one, other) == {clue}
    assert clues(other, one) == {clue}


@pytest.mark.parametrize(
    "one, other",
    [
        ({}, {}),
        ({"email": "a.na@acme.example"}, {"email": "ana@acme.example"}),
        ({"email": "a.na@yahoo.com"}, {"email": "ana@yahoo.com"}),
        ({"phone": "1234"}, {"phone": "1234"}),
        ({"name": "Ana", "company": 7}, {"name": "Ana", "company": 7}),
        ({"name": "Ana Roe", "company": 7}, {"name": "Bo Roe", "company": 7}),
        ({"name": "Ana Roe", "company": 7}, {"name": "Anna Row", "company": 7}),
        ({"name": "A. Roe", "company": 7}, {"name": "Bo Roe", "company": 7}),
        ({"name": "Jan Roe", "company": 7}, {"name": "Jon Roe", "company": 7}),
        ({"name": "Ana Roe", "phone": "225550100"}, {"name": "Bo Lind", "phone": "225550100"}),
        # Their company tells them apart by its own addresses.
        (
            {"name": "Jo Roe", "email": "jo.roe@acme.example", "company": 7},
            {"name": "Jo Roe", "email": "jo.roe2@acme.example", "company": 7},
        ),
        (
            {"name": "Martin Roe", "email": "martin.roe@acme.example", "company": 7},
            {"name": "Martina Roe", "email": "martina.roe@acme.example", "company": 7},
        ),
    ],
)
def test_what_says_nothing(one, other):
    assert clues(one, other) == set()


def test_one_name_at_one_company_counts_in_spite_of_two_addresses():
    one = {"name": "Ana Roe", "email": "ana.roe@acme.example", "company": 7}
    other = {"name": "Ana Roe", "email": "a.roe@acme.example", "company": 7}
    assert clues(one, other) == {Clue.NAME}


def test_what_messages_tell_counts_beside_the_facts():
    together = {"phone": "225550100"}
    assert clues(together, together, **{Clue.BROWSER: "b"}) == {Clue.BROWSER, Clue.PHONE}


@pytest.mark.parametrize(
    "email, box",
    [
        ("a.n.a+x+y@gmail.com", "ana@gmail.com"),
        ("ana@googlemail.com", "ana@gmail.com"),
        ("a.na+x@icloud.com", "a.na@icloud.com"),
        ("a.na+x@acme.example", "a.na+x@acme.example"),
    ],
)
def test_a_mailbox_folds_where_its_host_does(email, box):
    assert mailbox(email) == box


def test_a_name_is_its_words():
    assert words_of("  Prof. Dr. José-María Ñandú ") == ("jose", "maria", "nandu")


def test_clues_take_their_part_of_the_doubt():
    assert score_of([Clue.BROWSER]) == 35
    assert score_of([Clue.BROWSER, Clue.NAMESAKE]) == 51 > LIKELY
    assert score_of(WEIGHTS) == 99


def pairs(*profiles):
    found, _ = candidates({profile.lead: profile for profile in profiles})
    return found


def test_who_has_nothing_in_common_never_meets():
    strangers = [person(n, name=f"Ana Roe{n}", company=n, phone=f"22555{n:04}") for n in range(99)]
    assert pairs(*strangers) == set()


def test_a_telephone_of_many_is_an_offices():
    office = [person(n, phone="225550100") for n in range(FEW + 1)]
    assert pairs(*office) == set()
    assert candidates({each.lead: each for each in office})[1] == {"225550100"}
    assert len(pairs(*office[:2])) == 1


def test_relatives_in_one_company_meet_and_a_whole_clan_does_not():
    clan = [person(n, name=f"{chr(97 + n % 26)}x{n} Roe", company=7) for n in range(50)]
    assert pairs(*clan) == set()
    assert pairs(*clan[:2]) == {(0, 1)}
