import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.imports.cells import plain, said


@pytest.mark.parametrize("text", ["=1+1", "+48 22", "-x", "@who", "\t=1", "\u200b=1", "|pipe"])
def test_what_a_spreadsheet_would_run_is_marked_and_read_back(text):
    assert plain(text) == f"'{text}"
    assert said(plain(text)) == text


@pytest.mark.parametrize("text", ["", "Prices", "'quoted'", "'s Gravenhage", "a=b"])
def test_other_text_stays_as_it_is(text):
    assert plain(text) == text
    assert said(text) == text


@given(st.text(alphabet="'=+-@ \t\u200bax") | st.text())
def test_whatever_goes_out_comes_back_as_it_was(text):
    assert said(plain(text)) == text


@given(st.text(alphabet="'=+-@ \t\u200bax"))
def test_nothing_that_a_spreadsheet_would_run_goes_out(text):
    assert plain(text).lstrip("\u200b ")[:1] not in ("=", "+", "-", "@")
