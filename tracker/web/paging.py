"""Pages of a list: which rows are shown, and where the neighbours are."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import request


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of a list, as the pager shows it."""

    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """Return how many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """Return how many rows stand before this page."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """Return the number of the first row shown, 0 when there is none."""
        return min(self.offset + 1, self.total)

    @property
    def last(self) -> int:
        """Return the number of the last row shown."""
        return min(self.offset + self.size, self.total)

    @property
    def previous_url(self) -> str | None:
        """Return where the page before is."""
        return url_with(page=self.number - 1) if self.number > 1 else None

    @property
    def next_url(self) -> str | None:
        """Return where the next page is."""
        return url_with(page=self.number + 1) if self.number < self.pages else None


def page_of(total: int, *, size: int) -> Page:
    """Return the page that the query string asks for; a wrong one is the nearest there is."""
    text = request.args.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    pages = max(1, -(-total // size))
    return Page(number=min(max(number, 1), pages), size=size, total=total)


def url_with(**changes: object) -> str:
    """Return this page's address with some of its query changed; None takes a part away."""
    query = {name: value for name, value in request.args.items() if name != "page"}
    query |= {name: str(value) for name, value in changes.items() if value is not None}
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
    # Not url_for: a stranger's ?_scheme=… or ?endpoint=… would be taken for its own arguments.
    return f"{request.script_root}{quote(request.path)}?{urlencode(query)}"
