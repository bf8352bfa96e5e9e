"""In which line of a YAML text a field stands."""

import pytest

from tracker.stages.yaml_lines import line_of, lines_of

TEXT = """\
half_life_days: 30
rules:
- id: one
  kinds: [page,
    demo]
-
  id: two
fit:
  grades: {A: 1}
"""


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("half_life_days", 1),
        ("rules[0].kinds[1]", 5),
        ("rules[1].id", 7),
        ("fit.grades.A", 9),
        # What is not there is said where it should be.
        ("rules[1].stage", 7),
        ("fit.rules", 9),
        ("points", 1),
        ("document", 1),
    ],
)
def test_a_field_has_a_line(field, line):
    assert line_of(lines_of(TEXT), field) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [("", None), ("a: [", 1), ("a: 1\n  b: 2", 2), ("a: &x [*x]", 1), ("[" * 50_000, None),
     ("a: \x00", None)],
)  # fmt: skip
def test_what_is_no_document_ends_somewhere(text, line):
    assert line_of(lines_of(text), "document") == line
