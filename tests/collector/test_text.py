"""Whatever text comes in leaves alike for both databases."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.collector.text import KEYS, PROPERTIES, clean, compact, link, prune

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec=None)), inner),
)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\x00b", "ab"),
        ("a\ud800b", "a\ufffdb"),
        ("e\u0301", "é"),
        (" spaced ", "spaced"),
        ("line\nnext\ttab", "line\nnext\ttab"),
        ("bell\x07\x85", "bell"),
        (42, "42"),
        (True, ""),
        (None, ""),
        (["x"], ""),
        (10**30, ""),
    ],
)
def test_text_is_clean(raw, cleaned):
    assert clean(raw, 100) == cleaned


def test_text_is_cut_by_code_points():
    assert clean("😀" * 10, 4) == "😀" * 4


@given(st.text(st.characters(codec=None)))
def test_clean_text_can_be_stored_anywhere(raw):
    text = clean(raw, 50)
    assert len(text) <= 50
    assert "\x00" not in text
    assert text.encode("utf-8").decode("utf-8") == text


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example", "https:x",
     "/\\evil.example", "JAVASCRIPT://x%0aalert(1)", "vbscript:x", "just words"],
)  # fmt: skip
def test_an_address_that_could_run_is_dropped(url):
    assert link(url) == ""


@pytest.mark.parametrize("url", ["https://a.example/x?y=1", "HTTP://a.example", "/pricing"])
def test_an_address_of_a_page_is_kept(url):
    assert link(url) == url


def test_an_address_has_at_most_2048_characters():
    assert len(link("https://a.example/" + "x" * 9000)) == 2048


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_only_finite_numbers_are_kept(number):
    assert prune({"n": number}) == {"n": None}


def test_a_number_beyond_64_bits_is_kept_as_it_is():
    assert json.loads(compact({"n": 2**63})) == {"n": 2**63}


def test_what_lies_too_deep_is_left_out():
    deep = {"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}}
    assert prune(deep) == {"a": {"b": {"c": {"d": {"e": {"f": {}}}}}}}


def test_breadth_is_bounded():
    assert len(prune({str(n): n for n in range(1000)})) == KEYS


def test_properties_that_do_not_fit_are_left_out_one_by_one():
    kept = json.loads(compact({"a": "x" * 4000, "b": "y" * 4000, "c": "z" * 4000, "d": 1}))
    assert kept.keys() == {"a", "b", "d"}


@given(st.dictionaries(st.text(st.characters(codec=None)), ANYTHING))
def test_compact_properties_are_small_strict_json(properties):
    text = compact(properties)
    assert len(text.encode()) <= PROPERTIES
    if text:
        json.loads(text, parse_constant=lambda name: pytest.fail(name))
