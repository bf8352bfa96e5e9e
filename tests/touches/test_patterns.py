"""What patterns take in, which of two is the more exact, and what is no pattern."""

import time

import pytest

from tracker.errors import Invalid
from tracker.touches.content import page_key
from tracker.touches.domain import Subject
from tracker.touches.patterns import LONGEST, parse, texts_of

ADDRESS, ASSET, EVENT = Subject.ADDRESS, Subject.ASSET, Subject.EVENT


def takes_in(subject, pattern, key):
    return parse(subject, pattern).matches(texts_of(key))


@pytest.mark.parametrize(
    "pattern",
    [
        "acme.example/pricing",
        "https://www.acme.example/pricing/",
        "ACME.example/Pricing",
        "acme.example:8443/pricing",
        "/pricing",
        "/pric*",
        "*/pricing",
        "*pricing*",
        "acme.*/pricing",
        "acme.example/*",
        "/%70ricing",
    ],
)
def test_an_address_is_taken_in_however_people_write_it(pattern):
    for url in (
        "https://acme.example/pricing",
        "http://www.acme.example/pricing/?plan=b#top",
        "https://ACME.example/Pricing",
    ):
        assert takes_in(ADDRESS, pattern, f"url:{page_key(url)}"), url


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        ("acme.example/pricing", "https://acme.example/pricing/old"),
        ("acme.example/pricing", "https://shop.acme.example/pricing"),
        ("*.acme.example/pricing", "https://acme.example/pricing"),
        ("/blog/*", "https://acme.example/blog"),
        ("/blog/*", "https://acme.example/en/blog/one"),
        ("acme.example", "https://acme.example/pricing"),
        ("/a*a", "https://acme.example/a"),
    ],
)
def test_other_addresses_are_left_alone(pattern, url):
    assert not takes_in(ADDRESS, pattern, f"url:{page_key(url)}")


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        ("/preise/*", "https://acme.example/preise/kurz/und/gut"),
        ("/café", "https://acme.example/caf%C3%A9"),
        ("/café", "https://acme.example/cafe%CC%81"),
        ("/caf%C3%A9", "https://acme.example/café"),
        ("bücher.example/*", "https://xn--bcher-kva.example/neu"),
        ("acme.example", "https://www.acme.example/"),
        ("*/blog/*", "https://acme.example/en/blog/one"),
    ],
)
def test_letters_are_the_same_in_every_encoding(pattern, url):
    assert takes_in(ADDRESS, pattern, f"url:{page_key(url)}")


@pytest.mark.parametrize(
    ("subject", "pattern", "is_in"),
    [
        (ASSET, "White Paper v2", True),
        (ASSET, "white-paper_V2", True),
        (ASSET, "white*", True),
        (ASSET, "*paper*", True),
        (ASSET, "paper", False),
        (ASSET, "white-paper-v2-*", False),
        (EVENT, "Asset Downloaded", True),
        (EVENT, "asset_downloaded", True),
        (EVENT, "AssetDownloaded", True),
        (EVENT, "*downloaded", True),
        (EVENT, "asset downloaded | white*", True),
        (EVENT, "asset downloaded | black*", False),
        (EVENT, "asset downloaded |", False),
        (EVENT, "asset", False),
    ],
)
def test_events_and_assets_are_compared_as_names_are(subject, pattern, is_in):
    assert takes_in(subject, pattern, "event:asset downloaded|white_paper v2") is is_in


def test_a_screen_is_known_by_its_name():
    assert takes_in(EVENT, "Pricing Screen", "page:pricing screen")
    assert not takes_in(ADDRESS, "*pricing*", "page:pricing screen")
    assert not takes_in(EVENT, "*pricing*", "item:pricing")


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("/pricing", "acme.example/*"),
        ("acme.example/pricing", "/pricing"),
        ("/blog/*", "acme.example/*"),
        ("acme.example/blog/*", "/blog/*"),
        ("/blog/2026/*", "acme.example/blog/*"),
        ("/blog/*", "*blog*"),
    ],
)
def test_the_more_exact_address_is_the_one_that_people_mean(more, less):
    assert parse(ADDRESS, more).rank > parse(ADDRESS, less).rank


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ((EVENT, "webinar attended | intro"), (ASSET, "intro")),
        ((EVENT, "webinar attended | intro*"), (EVENT, "webinar attended")),
        ((ASSET, "intro*"), (EVENT, "webinar attended")),
        ((EVENT, "webinar attended"), (EVENT, "webinar*")),
    ],
)
def test_an_asset_says_more_than_an_event(more, less):
    assert parse(*more).rank > parse(*less).rank


@pytest.mark.parametrize(
    ("subject", "text", "reason"),
    [
        (ADDRESS, "  ", "empty"),
        (ADDRESS, "/" + "x" * LONGEST, "longer"),
        (ADDRESS, "/a*b*c*d*e*f*g*h*i*j", "stars"),
        (ADDRESS, "/\x00", "seen"),
        (ADDRESS, "/a b", "spaces"),
        (ADDRESS, "/pricing?plan=b", "compared without"),
        (ADDRESS, "/pricing#top", "compared without"),
        (ADDRESS, "^/blog/.*$", "only * is special"),
        (ADDRESS, "/(a|b)", "only * is special"),
        (ADDRESS, r"/blog/\d+", "only * is special"),
        (ADDRESS, "ftp://acme.example/x", "no address"),
        (ADDRESS, "me@acme.example", "no address"),
        (ADDRESS, "pricing", "host and path"),
        (ADDRESS, "*", "everything"),
        (ADDRESS, "*/*", "everything"),
        (ADDRESS, "bü..cher.example/x", "no host"),
        (ASSET, "---", "everything"),
        (EVENT, "| intro", "event's name"),
        (EVENT, "*", "everything"),
    ],
)
def test_what_is_no_pattern_is_refused_with_the_reason(subject, text, reason):
    with pytest.raises(Invalid) as caught:
        parse(subject, text)
    assert reason in caught.value.fields["pattern"]


def test_the_worst_pattern_is_answered_at_once():
    pattern = parse(ADDRESS, "/" + "*a" * 8 + "b")
    texts = texts_of("url:acme.example/" + "a" * 600)
    began = time.perf_counter()
    assert not any(pattern.matches(texts) for _ in range(1000))
    assert time.perf_counter() - began < 1
