"""Say anew what items are and which keys are one item; no touch is rewritten for it.

Every act is planned first, as changes of keys; what is planned can be shown or done.  Those who
touched what is changed get their history told again afterwards (`tracker/retelling.py`).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.driver import chunks, execute_many, fetch
from tracker.errors import Conflict, NotFound
from tracker.touches.content import guess_kind
from tracker.touches.domain import (
    Classed,
    ClassingWork,
    ContentKind,
    IntendedStage,
    Purpose,
)
from tracker.touches.models import Classing, Content
from tracker.touches.rulings import Ruling, Said, ruling_on
from tracker.workspaces import audit
from tracker.workspaces.audit import AuditAction, By
from tracker.workspaces.models import User, Workspace

# So many keys can be put back as they were; more would be a history of the catalogue.
UNDOABLE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A key of the catalogue, what is said of it, and what shall be."""

    id: int
    before: Said
    after: Said

    @property
    def is_seen(self) -> bool:
        """Return whether touches of it are of another item or kind than before."""
        if self.before.item_id != self.after.item_id:
            return True
        return self.after.item_id is None and self.before.kind is not self.after.kind


def said_of(content: Content) -> Said:
    """Return what is said of a key."""
    return Said(**{field.name: getattr(content, field.name) for field in fields(Said)})


def by_hand(content: Content, said: Said) -> Change:
    """Return the change by which somebody says what an item is."""
    after = replace(said, classed=Classed.HAND, pattern_id=None)
    return Change(id=content.id, before=said_of(content), after=after)


def plan(session: Session, workspace_id: int, ordered: Sequence[Ruling]) -> list[Change]:
    """Return what rulings would change; what was said by hand stays, and so do items of others."""
    items = _items(session, workspace_id, ordered)
    names = {
        name: ContentKind(kind) for name, kind in fetch(session, _EVENT_NAMES, (workspace_id,))
    }
    on_items = [ruling for ruling in ordered if ruling.item_id is None]
    changes = []
    for number, key, url, *said in fetch(session, _CONTENTS, (workspace_id,)):
        if said[_CLASSED] == Classed.HAND:
            continue
        ruling = ruling_on(on_items if number in items else ordered, key)
        if ruling is None and said[_CLASSED] != Classed.PATTERN:
            continue
        guess = guess_of(key, url, names)
        after = guess if ruling is None else ruling.said(guess.kind)
        before = _said(said)
        if after != before:
            changes.append(Change(id=number, before=before, after=after))
    return changes


def guess_of(key: str, url: str, names: dict[str, ContentKind]) -> Said:
    """Return what is said of a key by its event's name or its path, when nobody says more."""
    form, _, rest = key.partition(":")
    if form == "event":
        kind = names.get(rest.partition("|")[0])
        return Said(
            kind=kind or ContentKind.OTHER, classed=Classed.NAMED if kind else Classed.GUESSED
        )
    return Said(kind=guess_kind(url) if form == "url" else ContentKind.PAGE)


def seen(session: Session, changes: Iterable[Change]) -> dict[int, tuple[int, ContentKind]]:
    """Return the keys whose touches would be of another item or kind: that item, that kind."""
    told = {change.id: change.after for change in changes if change.is_seen}
    items = {number for number, said in told.items() if said.item_id is None}
    above = {said.item_id for said in told.values() if said.item_id is not None}
    kinds = _kinds(session, above) | {n: said.kind for n, said in told.items()}
    found = {
        number: (said.item_id or number, kinds[said.item_id or number])
        for number, said in told.items()
    }
    for part in chunks(sorted(items)):
        query = select(Content.id, Content.item_id).where(Content.item_id.in_(part))
        for number, item_id in session.execute(query):
            if item_id is not None and number not in found:
                found[number] = (item_id, kinds[item_id])
    return found


def carry_out(
    session: Session,
    changes: Sequence[Change],
    *,
    subject: str,
    detail: str = "",
    by: By,
    action: AuditAction = AuditAction.CONTENT_CLASSED,
) -> Classing:
    """Do what is planned, and write down that the histories are to be told again."""
    concerned = sorted(seen(session, changes))
    write(session, changes)
    pairs = [[c.id, astuple(c.before), astuple(c.after)] for c in changes]
    row = Classing(
        workspace_id=by.workspace_id,
        at=by.now,
        user_id=by.user_id,
        subject=subject[:300],
        keys=len(changes),
        before=json.dumps(pairs) if 0 < len(changes) <= UNDOABLE else None,
        work=ClassingWork.GATHER if concerned else None,
        contents=json.dumps(concerned),
    )
    session.add(row)
    session.flush()
    audit.write(session, action, subject, by=by, detail=detail)
    return row


def write(session: Session, changes: Iterable[Change]) -> None:
    """Write what is said of keys."""
    rows = [(*astuple(change.after), change.id) for change in changes]
    execute_many(session, _WRITE, sorted(rows, key=lambda row: row[-1]))
    session.expire_all()


def get(session: Session, workspace_id: int, code: str) -> Classing:
    """Return one act of classing; raise NotFound."""
    row = session.scalars(select(Classing).filter_by(workspace_id=workspace_id, code=code)).first()
    if row is None:
        raise NotFound("nothing of this code was classed")
    return row


def latest(session: Session, workspace_id: int, *, limit: int) -> list[tuple[Classing, str]]:
    """Return what was classed lately and by whom, the newest first."""
    query = (
        select(Classing, User.name)
        .outerjoin(User, User.id == Classing.user_id)
        .where(Classing.workspace_id == workspace_id, Classing.keys > 0)
        .order_by(Classing.id.desc())
    )
    return [(row, name or "") for row, name in session.execute(query.limit(limit))]


def undo(session: Session, row: Classing, *, by: By) -> Classing:
    """Put back what an act of classing changed, unless something has been said of it since."""
    if row.before is None:
        raise Conflict("this was too much to be undone, or a pattern: remove that instead")
    if row.undone_at is not None:
        raise Conflict("this is undone already")
    pairs = [(number, _said(old), _said(new)) for number, old, new in json.loads(row.before)]
    changes = [Change(id=number, before=new, after=old) for number, old, new in pairs]
    found = select(Content).where(Content.id.in_([change.id for change in changes]))
    now = {content.id: said_of(content) for content in session.scalars(found)}
    if any(now.get(change.id) != change.before for change in changes):
        raise Conflict("some of it has been classed anew since")
    row.undone_at = by.now
    return carry_out(session, changes, subject=row.subject, detail="undone", by=by)


def hold(session: Session, workspace_id: int) -> None:
    """Let nobody else class anything of a workspace before this is committed."""
    if session.get_bind().dialect.name != "sqlite":
        query = select(Workspace.id).where(Workspace.id == workspace_id)
        session.execute(query.with_for_update(key_share=True))


_COLUMNS = tuple(field.name for field in fields(Said))
_CLASSED = _COLUMNS.index("classed")
_WRITE = f"""
/* classing.write */
UPDATE content SET {", ".join(f"{name} = ?" for name in _COLUMNS)} WHERE id = ?
"""
_CONTENTS = f"""
/* classing.contents */
SELECT id, key, url, {", ".join(_COLUMNS)} FROM content WHERE workspace_id = ? ORDER BY id
"""
_EVENT_NAMES = "/* classing.event_names */ SELECT name, kind FROM event_name WHERE workspace_id = ?"


def _said(values: Sequence[Any]) -> Said:
    kind, classed, item_id, pattern_id, stage, purpose, owner_id = values
    return Said(
        kind=ContentKind(kind),
        classed=Classed(classed),
        item_id=item_id,
        pattern_id=pattern_id,
        intended_stage=IntendedStage(stage) if stage else None,
        purpose=Purpose(purpose) if purpose else None,
        owner_id=owner_id,
    )


def _items(session: Session, workspace_id: int, ordered: Sequence[Ruling]) -> set[int]:
    # What has keys or patterns of its own is an item: it goes under no other by a pattern.
    query = select(Content.item_id).where(
        Content.workspace_id == workspace_id,
        Content.item_id.is_not(None),
        Content.classed == Classed.HAND,
    )
    by_patterns = {ruling.item_id for ruling in ordered}
    return {item for item in (*session.scalars(query), *by_patterns) if item is not None}


def _kinds(session: Session, ids: Iterable[int]) -> dict[int, ContentKind]:
    kinds: dict[int, ContentKind] = {}
    for part in chunks(sorted(ids)):
        rows = session.execute(select(Content.id, Content.kind).where(Content.id.in_(part)))
        kinds |= {number: kind for number, kind in rows}
    return kinds
