"""What a file's columns mean, what a date says, and what is wrong with a row; facts only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tracker.errors import Invalid

MOST_ROWS = 100_000
MOST_COLUMNS = 200


@dataclass(frozen=True, kw_only=True)
class Field:
    """Something that a column of the file can be mapped to."""

    name: str
    words: str
    is_needed: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the file: the mapped columns by field, without surrounding spaces."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class RowError:
    """Why one row is not taken over."""

    line: int
    column: str
    value: str
    reason: str


class RowProblem(Exception):
    """A value that cannot be taken over; whoever knows the row makes a RowError of it."""

    def __init__(self, name: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name
        self.value = value
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What became of some rows."""

    created: int = 0
    unchanged: int = 0
    errors: tuple[RowError, ...] = field(default=())
    # Deals that were won before their lead's first contact: kept, and worth a look.
    early: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            created=self.created + other.created,
            unchanged=self.unchanged + other.unchanged,
            errors=self.errors + other.errors,
            early=self.early + other.early,
        )

    @property
    def failed(self) -> int:
        """Return how many rows were not taken over."""
        return len(self.errors)

    @property
    def rows(self) -> int:
        """Return how many rows there were."""
        return self.created + self.unchanged + self.failed


@dataclass(frozen=True, kw_only=True)
class Dates:
    """How the file writes moments: one format for the whole file, and the zone it means."""

    format: str
    zone: ZoneInfo
    now: datetime

    def read(self, name: str, text: str) -> datetime:
        """Return the moment that a value says, or raise RowProblem."""
        try:
            moment = _parse(text, self.format)
        except ValueError:
            raise RowProblem(name, text, f"does not fit the date format {self.format}") from None
        try:
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)
        except OverflowError:
            raise RowProblem(name, text, "is no moment we can keep") from None
        if moment > self.now:
            raise RowProblem(name, text, "lies in the future")
        if moment.year < 1970:
            raise RowProblem(name, text, "lies before 1970")
        return moment


def check_format(text: str) -> str:
    """Return a date format, or raise Invalid unless it names year, month and day."""
    named = {
        "a year (%Y)": ("%Y", "%y", "%c", "%x", "%s"),
        "a month (%m)": ("%m", "%b", "%B", "%c", "%x", "%j"),
        "a day (%d)": ("%d", "%j", "%c", "%x"),
    }
    missing = [what for what, marks in named.items() if not any(mark in text for mark in marks)]
    if missing:
        raise Invalid(f"the date format {text!r} lacks {', '.join(missing)}")
    sample = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
    try:
        _parse(sample.strftime(text), text)
    except ValueError as error:
        raise Invalid(f"the date format {text!r} cannot be read: {error}") from error
    return text


def check_order(texts: Iterable[str], text_format: str) -> None:
    """Raise Invalid where the dates themselves say that day and month are the other way round.

    Such a format fits every date up to the twelfth and reads each of them wrongly, so that
    taking over only the rows that fit would be worse than taking over none.  A single such date
    among others that read either way is a slip: that row's error, not the file's.
    """
    turned = text_format.translate(str.maketrans("dm", "md"))
    if "%d" not in text_format or "%m" not in text_format:
        return
    fits = turns = either = 0
    example = ""
    for text in texts:
        as_told, as_turned = _fits(text, text_format), _fits(text, turned)
        fits += as_told and not as_turned
        turns += as_turned and not as_told
        either += as_told and as_turned
        example = example if not (as_turned and not as_told) or example else text
    if turns > fits and not (turns == 1 and either):
        raise Invalid(
            f"{turns:,} dates such as {example!r} fit {turned} but not {text_format}: day and "
            "month look the other way round, so nothing was imported"
        )


def parse_mapping(pairs: Iterable[str], fields: Sequence[Field]) -> dict[str, str]:
    """Return which column each field comes from, from pairs as in `user_id=mql_id`."""
    mapping: dict[str, str] = {}
    known = [known.name for known in fields]
    for pair in pairs:
        name, equals, column = pair.partition("=")
        name, column = name.strip(), column.strip()
        if not equals or not column:
            raise Invalid(f"--map {pair!r} should read FIELD=COLUMN")
        if name not in known:
            raise Invalid(f"there is no field {name!r}; known are {', '.join(known)}")
        if name in mapping:
            raise Invalid(f"the field {name!r} is mapped twice")
        mapping[name] = column
    return mapping


def check_mapping(
    mapping: Mapping[str, str], fields: Sequence[Field], header: Sequence[str]
) -> None:
    """Raise Invalid unless every needed field is mapped, and only to columns that exist."""
    missing = [known.name for known in fields if known.is_needed and known.name not in mapping]
    if missing:
        raise Invalid(f"map a column to {', '.join(missing)}, as in --map {missing[0]}=COLUMN")
    absent = [column for column in mapping.values() if column not in header]
    if absent:
        raise Invalid(
            f"the file has no column {', '.join(map(repr, absent))}; it has "
            + ", ".join(name for name in header if name)
        )


def check_header(header: Sequence[str]) -> None:
    """Raise Invalid where the names of the columns cannot be told apart or are too many."""
    named = [name for name in header if name]
    if not named:
        raise Invalid("the file has no header line")
    if len(header) > MOST_COLUMNS:
        raise Invalid(f"the file has {len(header)} columns, more than {MOST_COLUMNS}")
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise Invalid(f"the header names {', '.join(map(repr, twice))} more than once")
    odd = [name for name in named if name.startswith("__") or not name.isprintable()]
    if odd:
        raise Invalid(f"{odd[0]!r} is no name for a column")


def _fits(text: str, text_format: str) -> bool:
    try:
        _parse(text, text_format)
    except ValueError:
        return False
    return True


def _parse(text: str, text_format: str) -> datetime:
    # Naive unless the format has %z: whoever asks puts the file's zone to it.
    return datetime.strptime(text, text_format)  # noqa: DTZ007
