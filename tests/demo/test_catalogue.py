"""The demo's content is what the tracker takes it for."""

from itertools import chain

from tracker.demo import catalogue
from tracker.touches.content import DEFAULT_EVENT_NAMES, fold_name, guess_kind
from tracker.touches.domain import ContentKind
from tracker.touches.patterns import texts_of

PIECES = list(
    chain(
        catalogue.PAGES, catalogue.ARTICLES, catalogue.GUIDES, catalogue.WEBINARS,
        catalogue.SURVEYS, catalogue.POSTS, catalogue.PROOF, [catalogue.DEMO],
        map(catalogue.signup, catalogue.WEBINARS),
    )
)  # fmt: skip


def test_a_page_is_of_the_kind_that_its_address_suggests():
    assert [p.path for p in PIECES if not p.event and guess_kind(p.path) is not p.kind] == []


def test_an_event_is_of_the_kind_that_its_name_stands_for():
    events = [piece for piece in PIECES if piece.event]
    assert [p for p in events if DEFAULT_EVENT_NAMES[fold_name(p.event)] is not p.kind] == []


def test_every_kind_of_content_is_there():
    assert {piece.kind for piece in PIECES} == set(ContentKind) - {ContentKind.OTHER}


def test_a_pattern_says_no_other_kind_than_would_be_guessed():
    for piece in PIECES:
        name = f"event:{fold_name(piece.event)}|{piece.asset}" if piece.event else ""
        texts = texts_of(name or f"url:fernhollow.example{piece.path}")
        matching = [p for p in catalogue.PATTERNS if p.ruling(0).pattern.matches(texts)]
        assert {pattern.kind for pattern in matching} <= {piece.kind}
