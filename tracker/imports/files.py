"""Read a CSV file: its header, its rows with the lines that they begin in, its fingerprint."""

import csv
import hashlib
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tracker.collector.text import clean
from tracker.errors import Invalid
from tracker.imports.domain import MOST_ROWS, Row, RowError, check_header

LONGEST = 4096
MOST_BYTES = 256 * 1024 * 1024
DELIMITERS = (",", ";", "\t")

Rows = Iterator[Row | RowError]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A file that has been read, not yet understood."""

    name: str
    sha256: str
    delimiter: str
    header: tuple[str, ...]
    text: str

    def rows(self, mapping: Mapping[str, str], *, empty: Collection[str] = ()) -> Rows:
        """Give every row that is not empty, or what is wrong with its shape.

        A value among `empty` stands for nothing, like the "Select" of an unused drop-down.
        """
        places = {name: self.header.index(column) for name, column in mapping.items()}
        nothing = {word.casefold() for word in empty}
        for line, cells in list(_numbered(self.text, self.delimiter))[1:]:
            if not any(cells):
                continue
            kept = [*cells[: len(self.header)], *filter(None, cells[len(self.header) :])]
            if len(kept) != len(self.header):
                reason = f"has {len(cells)} cells where the header has {len(self.header)}"
                yield RowError(line=line, column="", value="", reason=reason)
                continue
            values = {name: clean(kept[at], LONGEST) for name, at in places.items()}
            yield Row(
                line=line,
                values={n: "" if v.casefold() in nothing else v for n, v in values.items()},
            )


def read(path: Path, *, delimiter: str | None = None) -> Sheet:
    """Return the sheet in a file of UTF-8 text; whatever is no such file raises Invalid."""
    if delimiter and (len(delimiter) != 1 or delimiter in '"\r\n '):
        raise Invalid(f"a delimiter is one character, not {delimiter!r}")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Invalid(f"{path.name} is larger than {MOST_BYTES // 1024**2} MiB: cut it up")
        raw = path.read_bytes()
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from error
    return decode(path.name, raw, delimiter=delimiter)


def decode(name: str, raw: bytes, *, delimiter: str | None = None) -> Sheet:
    """Return the sheet that the bytes of a file are; whatever is no such file raises Invalid."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Invalid(f"{name} is not UTF-8 text: line {line} is in another coding") from error
    chosen = delimiter or _delimiter(text)
    header = _header(text, chosen)
    check_header(header)
    _check_length(name, text, chosen)
    return Sheet(
        name=name,
        sha256=hashlib.sha256(raw).hexdigest(),
        delimiter=chosen,
        header=header,
        text=text,
    )


def _delimiter(text: str) -> str:
    # The header line alone decides: values may hold any of them.
    first = text.partition("\n")[0]
    return max(DELIMITERS, key=first.count)


def _header(text: str, delimiter: str) -> tuple[str, ...]:
    first = next(_numbered(text, delimiter), (1, []))
    return tuple(clean(cell, LONGEST) for cell in first[1])


def _check_length(name: str, text: str, delimiter: str) -> None:
    rows = sum(1 for _, cells in _numbered(text, delimiter) if any(cells)) - 1
    if rows > MOST_ROWS:
        raise Invalid(f"{name} has {rows:,} rows, more than {MOST_ROWS:,}: cut it up")


def _numbered(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, _unpacked(cells, delimiter)
            line = reader.line_num + 1
    except csv.Error as error:
        raise Invalid(f"line {line} is no CSV: {error}") from error


def _unpacked(cells: list[str], delimiter: str) -> list[str]:
    # Some tools quote a row as a whole, so that it looks like one cell.
    if len(cells) == 1 and delimiter in cells[0]:
        return next(csv.reader([cells[0]], delimiter=delimiter, strict=True))
    return cells
