import pytest

from tracker.errors import Invalid
from tracker.imports import files
from tracker.imports.domain import Row, RowError

MAPPING = {"user_id": "id", "name": "name"}


@pytest.fixture
def rows(tmp_path):
    def read(content, **options):
        path = tmp_path / "people.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(files.read(path).rows(MAPPING, **options))

    return read


def values(rows):
    return [tuple(row.values.values()) for row in rows]


@pytest.mark.parametrize(
    "content",
    [
        "id,name\n7,Ana\n",
        "\ufeffid,name\r\n7,Ana\r\n",
        "name;id\nAna;7",
        "id\tname\n 7 \tAna\n\n",
        '"id","name"\n"7","Ana"\n',
        '"id,name"\n"7,Ana"\n',
        "id,name,\n7,Ana,,,\n",
    ],
)
def test_every_usual_sort_of_csv_is_read_alike(rows, content):
    assert values(rows(content)) == [("7", "Ana")]


def test_a_row_knows_the_line_that_it_begins_in(rows):
    found = rows('id,name\n1,"Ana\nMaria"\n\n2,Bo\n')
    assert [row.line for row in found] == [2, 5]


def test_a_comma_in_a_value_is_no_separator(rows):
    assert values(rows('id;name\n1;"Roe, Ana; Dr"\n')) == [("1", "Roe, Ana; Dr")]


def test_control_characters_do_not_reach_the_database(rows):
    assert values(rows("id,name\n1,A\x00n\x1ba\n")) == [("1", "Ana")]


@pytest.mark.parametrize("line", ["1", "1,Ana,more"])
def test_a_row_of_another_length_is_that_rows_error(rows, line):
    wrong, right = rows(f"id,name\n{line}\n2,Bo\n")
    assert isinstance(wrong, RowError)
    assert isinstance(right, Row)
    assert wrong.line == 2


def test_a_placeholder_stands_for_nothing(rows):
    assert values(rows("id,name\n1,Select\n", empty=["select"])) == [("1", "")]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"id,name\n1,Jos\xe9\n", b"id,id\n1,2\n", b'id,name\n1,"Ana\n']
)
def test_what_is_no_sheet_is_refused(rows, content):
    with pytest.raises(Invalid):
        rows(content)


def test_the_line_in_another_coding_is_named(rows):
    with pytest.raises(Invalid, match="line 3"):
        rows(b"id,name\n1,Ana\n2,Jos\xe9\n")


def test_a_file_has_at_most_a_hundred_thousand_rows(rows):
    with pytest.raises(Invalid, match="100,001 rows"):
        rows("id,name\n" + "1,a\n" * 100_001)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Invalid, match="nothing"):
        files.read(tmp_path / "nothing.csv")
