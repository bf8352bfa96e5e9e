import hypothesis
import pytest
from hypothesis import strategies as st

from tracker.web.terms import in_tenths


@hypothesis.given(st.lists(st.integers(min_value=0, max_value=10**7), max_size=40))
def test_shown_lines_add_up_to_the_shown_score(parts):
    shown = in_tenths(parts)
    assert sum(shown) == round(sum(parts), -2)
    assert all(abs(here - part) < 100 for here, part in zip(shown, parts, strict=True))


@pytest.mark.parametrize(
    ("parts", "shown"),
    [([], []), ([2000, 10000], [2000, 10000]), ([333, 333, 334], [300, 300, 400]),
     ([40, 40, 40], [100, 0, 0]), ([950, 950], [1000, 900])],
)  # fmt: skip
def test_a_line_is_rounded_by_less_than_a_tenth(parts, shown):
    assert in_tenths(parts) == shown
