"""Who belongs together, whatever the order of arrival."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.identity.domain import Decision, Mention, components, decide

ANNA, BERT, MAIL, PHONE, LAPTOP = 1, 2, 3, 4, 5


def mention(at: int, *, heard: int | None = None, **keys: int) -> Mention:
    return Mention(order=(at, b""), heard=at if heard is None else heard, **keys)


def groups(*mentions: Mention) -> set[frozenset[int]]:
    decisions = decide({}, mentions)
    return set(components({v: d.partner for v, d in decisions.items()}))


def test_a_browser_belongs_to_whoever_claims_it_first() -> None:
    seen = groups(
        mention(1, anonymous=PHONE),
        mention(2, user=ANNA, anonymous=PHONE),
        mention(3, user=BERT, anonymous=PHONE),
    )
    assert seen == {frozenset({ANNA, PHONE}), frozenset({BERT})}


def test_first_means_when_it_happened_not_when_we_heard_of_it() -> None:
    seen = groups(mention(3, user=BERT, anonymous=PHONE), mention(2, user=ANNA, anonymous=PHONE))
    assert seen == {frozenset({ANNA, PHONE}), frozenset({BERT})}


def test_a_person_has_several_browsers() -> None:
    seen = groups(mention(1, user=ANNA, anonymous=PHONE), mention(2, user=ANNA, anonymous=LAPTOP))
    assert seen == {frozenset({ANNA, PHONE, LAPTOP})}


def test_a_new_user_id_joins_the_address_that_is_known() -> None:
    seen = groups(mention(1, email=MAIL), mention(2, user=ANNA, email=MAIL))
    assert seen == {frozenset({ANNA, MAIL})}


def test_two_keys_that_are_both_known_never_join() -> None:
    seen = groups(mention(1, email=MAIL), mention(1, user=ANNA), mention(2, user=ANNA, email=MAIL))
    assert seen == {frozenset({ANNA}), frozenset({MAIL})}


def test_two_keys_that_we_know_do_not_join_by_a_claim_about_the_past() -> None:
    seen = groups(
        mention(5, email=MAIL), mention(6, user=ANNA), mention(1, heard=7, user=ANNA, email=MAIL)
    )
    assert seen == {frozenset({ANNA}), frozenset({MAIL})}


def test_what_belongs_together_is_not_parted_by_a_claim_about_the_past() -> None:
    seen = groups(
        mention(5, user=ANNA, email=MAIL),
        mention(1, heard=6, user=ANNA),
        mention(2, heard=7, email=MAIL),
    )
    assert seen == {frozenset({ANNA, MAIL})}


def test_a_later_claim_changes_nothing() -> None:
    known = decide({}, [mention(1, user=ANNA, anonymous=PHONE)])
    assert decide(known, [mention(2, user=BERT, anonymous=PHONE)]).keys() == {BERT}


def test_an_earlier_claim_moves_the_browser() -> None:
    known = decide({}, [mention(2, user=BERT, anonymous=PHONE)])
    changed = decide(known, [mention(1, user=ANNA, anonymous=PHONE)])
    assert changed[PHONE] == Decision(is_identified=False, order=(1, b""), partner=ANNA)


def test_proof_of_whose_a_browser_is_comes_before_any_word() -> None:
    seen = groups(
        mention(1, user=BERT, anonymous=PHONE),
        Mention(order=(2, b""), heard=2, user=ANNA, anonymous=PHONE, is_verified=True),
    )
    assert seen == {frozenset({ANNA, PHONE}), frozenset({BERT})}


def test_a_word_that_needed_proof_decides_nothing_and_stands_in_nobodys_way() -> None:
    word = Mention(order=(1, b""), heard=1, user=ANNA, email=MAIL, is_unproven=True)
    assert groups(word) == {frozenset({ANNA}), frozenset({MAIL})}
    proof = Mention(order=(2, b""), heard=2, user=ANNA, email=MAIL, is_verified=True)
    assert groups(word, proof) == {frozenset({ANNA, MAIL})}


users = st.none() | st.integers(0, 2)
emails = st.none() | st.integers(10, 12)
browsers = st.none() | st.integers(20, 22)
mentions = st.lists(
    st.builds(
        lambda at, heard, user, email, anonymous, level: Mention(
            order=(at, bytes([at])),
            heard=heard,
            user=user,
            email=email,
            anonymous=anonymous,
            is_verified=level == "verified",
            is_unproven=level == "unproven",
        ),
        st.integers(0, 30),
        st.integers(1, 30),
        users,
        emails,
        browsers,
        st.sampled_from(["claimed", "claimed", "verified", "unproven"]),
    ),
    max_size=12,
    unique_by=lambda m: m.order,
)


@given(mentions, st.randoms(), st.integers(1, 4))
def test_any_order_any_repetition_and_any_batches_decide_alike(seen, random, size) -> None:
    once = decide({}, seen)
    shuffled = [*seen, *seen[:3]]
    random.shuffle(shuffled)
    known: dict[int, Decision] = {}
    for start in range(0, len(shuffled), size):
        known |= decide(known, shuffled[start : start + size])
    assert known == once


@given(mentions)
def test_two_user_ids_join_only_through_an_address_that_one_of_them_brought(seen) -> None:
    decisions = decide({}, seen)
    for group in components({v: d.partner for v, d in decisions.items()}):
        user_ids = {v for v in group if v < 10}
        assert len(user_ids) < 2 or any(10 <= v < 20 for v in group)
