"""The catalogue as a file: a line says of a key what it is, as a hand would say it.

A file is taken over as a whole or not at all, as one act of classing.  A column that it does
not have leaves things as they are; an empty cell says "nobody", "no stage", "no purpose".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.driver import chunks
from tracker.errors import Conflict
from tracker.imports import cells
from tracker.imports.domain import Field, Row, RowError, RowProblem, check_mapping
from tracker.imports.files import Sheet
from tracker.imports.plans import named
from tracker.imports.values import one_of
from tracker.reports import ledger
from tracker.reports.ledger import Tally
from tracker.touches import classing
from tracker.touches.classing import Change, by_hand, said_of
from tracker.touches.content import page_key
from tracker.touches.domain import ContentKind, IntendedStage, Purpose
from tracker.touches.models import Classing, Content, ContentPattern
from tracker.touches.rulings import Said
from tracker.workspaces import audit, users
from tracker.workspaces.audit import AuditAction, By

FIELDS = (
    Field(name="key", words="the key of an item, or the address of a page", is_needed=True),
    Field(name="item", words="the key of the item that this one is a part of"),
    Field(name="title", words="what it is called"),
    Field(name="kind", words="what it is"),
    Field(name="stage", words="whom it is meant for"),
    Field(name="purpose", words="what it is for"),
    Field(name="owner", words="the e-mail of who looks after it"),
)
# What a file that goes out says besides, to sort and to recognise by; nobody reads it back.
BESIDES = ("address", "said_by", "people", "touches")
_COLUMNS = {"kind": "kind", "stage": "intended_stage", "purpose": "purpose", "owner": "owner_id"}
_LONGEST_TITLE = 300


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What a file would change, which of its rows say so, and what is wrong with it."""

    name: str
    changes: tuple[Change, ...]
    titles: Mapping[int, str]
    changing: tuple[Row, ...]
    unchanged: int
    errors: tuple[RowError, ...]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of a file: the act of classing, if it was one, and how many titles are new."""

    classing: Classing | None
    titles: int


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the rows of a file speak of: keys and people; which are parts, which have patterns."""

    contents: Mapping[str, Content]
    owners: Mapping[str, int]
    parts: Mapping[int, int]
    ruled: frozenset[int]

    def content(self, row: Row, name: str) -> Content:
        """Return the key that a cell names, or raise RowProblem."""
        text = row.values[name]
        for key in _spellings(text):
            if key in self.contents:
                return self.contents[key]
        raise RowProblem(name, text, "is not in the catalogue" if text else "is empty")


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """What a row says of a key."""

    row: Row
    content: Content
    title: str
    change: Change

    @property
    def is_change(self) -> bool:
        """Return whether it says anything new."""
        return self.change.after != self.change.before or self.is_renamed

    @property
    def is_renamed(self) -> bool:
        """Return whether it says a new title."""
        return self.title != self.content.title


def columns_of(sheet: Sheet) -> dict[str, str]:
    """Return the columns of a file by what they say: those that are called so."""
    called = {column.casefold(): column for column in sheet.header}
    mapping = {field.name: called[field.name] for field in FIELDS if field.name in called}
    check_mapping(mapping or {"key": "key"}, FIELDS, sheet.header)
    return mapping


def look(session: Session, workspace_id: int, sheet: Sheet) -> Outlook:
    """Return what a file would change; nothing is written."""
    mapping = columns_of(sheet)
    found = list(sheet.rows(mapping))
    rows = [row for row in found if isinstance(row, Row)]
    known = _known(session, workspace_id, rows)
    errors = [row for row in found if isinstance(row, RowError)]
    wishes: dict[int, _Wish] = {}
    for row in rows:
        try:
            wish = _wish(row, known)
            if wish.content.id in wishes:
                raise RowProblem("key", row.values["key"], "is in the file twice")
            wishes[wish.content.id] = wish
        except RowProblem as problem:
            errors.append(named(problem, row, mapping))
    errors += [named(problem, wish.row, mapping) for wish, problem in _tangled(wishes, known)]
    changing = [wish for wish in wishes.values() if wish.is_change]
    return Outlook(
        name=sheet.name,
        changes=tuple(w.change for w in changing if w.change.after != w.change.before),
        titles={wish.content.id: wish.title for wish in changing if wish.is_renamed},
        changing=tuple(wish.row for wish in changing),
        unchanged=len(wishes) - len(changing),
        errors=tuple(sorted(errors, key=lambda error: error.line)),
    )


def put(session: Session, sheet: Sheet, *, by: By) -> Taken:
    """Take a file over as one act of classing; where anything is wrong with it, nothing of it."""
    classing.hold(session, by.workspace_id)
    outlook = look(session, by.workspace_id, sheet)
    if outlook.errors:
        raise Conflict("something of this has changed since; look at the file again")
    for part in chunks(sorted(outlook.titles)):
        for content in session.scalars(select(Content).where(Content.id.in_(part))):
            content.title = outlook.titles[content.id]
    session.flush()
    act = None
    if outlook.changes:
        act = classing.carry_out(session, outlook.changes, subject=sheet.name, detail="file", by=by)
    elif outlook.titles:
        audit.write(session, AuditAction.CONTENT_CLASSED, sheet.name, by=by, detail="titles")
    return Taken(classing=act, titles=len(outlook.titles))


def rows_of(session: Session, workspace_id: int) -> Iterator[dict[str, str]]:
    """Give the whole catalogue as the rows of a file, the keys of an item after it."""
    query = select(Content).where(Content.workspace_id == workspace_id)
    contents = {content.id: content for content in session.scalars(query)}
    emails = {number: email for email, number in _owners(session, workspace_id).items()}
    tallies = ledger.tallies_of(session, workspace_id, list(contents))
    for content in sorted(contents.values(), key=lambda one: _place(one, contents)):
        told = {"key": content.key, "title": content.title, "address": content.url}
        if content.item_id is not None:
            told["item"] = contents[content.item_id].key
        else:
            tally = tallies.get(content.id, Tally())
            told |= {
                "kind": content.kind,
                "stage": content.intended_stage or "",
                "purpose": content.purpose or "",
                "owner": emails.get(content.owner_id or 0, ""),
                "said_by": content.classed,
                "people": str(tally.people),
                "touches": str(tally.touches),
            }
        yield {name: cells.plain(text) for name, text in told.items()}


def _place(content: Content, contents: Mapping[int, Content]) -> tuple[str, bool, str]:
    item = contents[content.item_id] if content.item_id is not None else content
    return item.key, content.item_id is not None, content.key


def _wish(row: Row, known: _Known) -> _Wish:
    content = known.content(row, "key")
    before = said_of(content)
    item_id = _item_id(row, content, known)
    said = {
        column: _value(row, name, known) for name, column in _COLUMNS.items() if name in row.values
    }
    if item_id is not None:
        _check_part(row, said, before)
        said = {}
    elif said.get("kind") is None:
        said.pop("kind", None)
    after = replace(before, **said, item_id=item_id)
    change = Change(id=content.id, before=before, after=before)
    if after != before:
        change = by_hand(content, after)
    return _Wish(row=row, content=content, title=_title(row, content), change=change)


def _check_part(row: Row, said: Mapping[str, Any], before: Said) -> None:
    for name, column in _COLUMNS.items():
        if said.get(column) and said[column] != getattr(before, column):
            raise RowProblem(name, row.values[name], "is said of a part: say it of its item")


def _title(row: Row, content: Content) -> str:
    if "title" not in row.values:
        return content.title
    title = " ".join(cells.said(row.values["title"]).split())
    if len(title) > _LONGEST_TITLE:
        raise RowProblem("title", title, f"is longer than {_LONGEST_TITLE} characters")
    return content.title if title == " ".join(content.title.split()) else title


def _item_id(row: Row, content: Content, known: _Known) -> int | None:
    if "item" not in row.values:
        return content.item_id
    if not row.values["item"]:
        return None
    item = known.content(row, "item")
    if item.id == content.id:
        raise RowProblem("item", row.values["item"], "is this key itself")
    return item.id


def _value(row: Row, name: str, known: _Known) -> Any:
    if name == "kind":
        return one_of(ContentKind, row, name)
    if name == "stage":
        return one_of(IntendedStage, row, name)
    if name == "purpose":
        return one_of(Purpose, row, name)
    email = cells.said(row.values[name]).casefold()
    if email and email not in known.owners:
        raise RowProblem(name, email, "is nobody of this workspace")
    return known.owners.get(email)


def _tangled(wishes: Mapping[int, _Wish], known: _Known) -> Iterator[tuple[_Wish, RowProblem]]:
    # Which keys are parts, and which have parts, is known only when the whole file has been read.
    said = {number: wish.change.after.item_id for number, wish in wishes.items()}
    items: dict[int, int | None] = {**known.parts, **said}
    above = {item for number, item in known.parts.items() if number not in wishes} | known.ruled
    for wish in wishes.values():
        item_id, values = wish.change.after.item_id, wish.row.values
        if item_id is None:
            continue
        if items.get(item_id) is not None:
            yield wish, RowProblem("item", values.get("item", ""), "is part of an item itself")
        if wish.content.id in above:
            yield wish, RowProblem("key", values["key"], "has parts or patterns of its own")


def _known(session: Session, workspace_id: int, rows: Iterable[Row]) -> _Known:
    texts = [row.values.get(name, "") for row in rows for name in ("key", "item")]
    contents: dict[str, Content] = {}
    for part in chunks(sorted({key for cell in texts for key in _spellings(cell)})):
        query = select(Content).where(Content.workspace_id == workspace_id, Content.key.in_(part))
        contents |= {content.key: content for content in session.scalars(query)}
    parts = select(Content.id, Content.item_id).where(Content.workspace_id == workspace_id)
    ruled = select(ContentPattern.item_id).where(ContentPattern.workspace_id == workspace_id)
    return _Known(
        contents=contents,
        owners=_owners(session, workspace_id),
        parts={
            number: item
            for number, item in session.execute(parts.where(Content.item_id.is_not(None)))
            if item is not None
        },
        ruled=frozenset(number for number in session.scalars(ruled) if number is not None),
    )


def _owners(session: Session, workspace_id: int) -> dict[str, int]:
    members = users.members(session, workspace_id)
    return {member.user.email.casefold(): member.user_id for member in members}


def _spellings(text: str) -> Sequence[str]:
    # A marketer knows addresses, not keys.
    if not text or text.partition(":")[0] in ("event", "page", "item"):
        return (text,) if text else ()
    url = text if "://" in text else f"https://{text.removeprefix('url:')}"
    return text, f"url:{page_key(url)}"
