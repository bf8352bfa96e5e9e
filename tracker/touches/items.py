"""What a marketer does with the catalogue: make items, class them, put keys together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.errors import Conflict, Invalid, NotFound
from tracker.touches import catalogue, classing
from tracker.touches.classing import Change, by_hand, guess_of, said_of
from tracker.touches.content import fold_name
from tracker.touches.domain import Classed, ContentKind, IntendedStage, Purpose, Subject
from tracker.touches.models import Classing, Content, ContentPattern, EventName
from tracker.touches.patterns import parse
from tracker.touches.rulings import Ruling, Said, in_order, ruling_on, rulings
from tracker.workspaces.audit import AuditAction, By

# Every new key is compared with all of them.
PATTERNS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPattern:
    """A pattern that somebody wrote, and what becomes of keys that it takes in."""

    subject: Subject
    text: str
    item: Content | None = None
    kind: ContentKind | None = None
    intended_stage: IntendedStage | None = None
    purpose: Purpose | None = None
    owner_id: int | None = None

    def ruling(self, number: int) -> Ruling:
        """Return what the pattern says; raise Invalid at the field that is wrong."""
        pattern = parse(self.subject, self.text)
        if (self.item is None) == (self.kind is None):
            reason = "choose a kind for each of them, or the item that all of them are"
            raise Invalid("this says nothing", fields={"kind": reason})
        if self.item is not None:
            return Ruling(id=number, pattern=pattern, item_id=self.item.id)
        return Ruling(
            id=number,
            pattern=pattern,
            kind=self.kind,
            intended_stage=self.intended_stage,
            purpose=self.purpose,
            owner_id=self.owner_id,
        )


def name_of(content: Content) -> str:
    """Return what an item is called."""
    return content.title or content.key.partition(":")[2].rstrip("|")


def create(session: Session, workspace_id: int, title: str, said: Said) -> Content:
    """Make an item that nobody has touched yet; keys come under it by hand or by pattern."""
    title = " ".join(title.split())
    slug = fold_name(title).replace(" ", "-")[:300]
    if not slug:
        raise Invalid("an item needs a title", fields={"title": "this is empty"})
    content = Content(workspace_id=workspace_id, key=f"item:{slug}", title=title[:300])
    for name in ("kind", "intended_stage", "purpose", "owner_id"):
        setattr(content, name, getattr(said, name))
    content.classed = Classed.HAND
    try:
        with session.begin_nested():
            session.add(content)
    except IntegrityError:
        raise Conflict("there is an item of this name already") from None
    return content


def class_items(
    session: Session, wishes: Sequence[tuple[Content, Said]], *, subject: str, by: By
) -> Classing:
    """Say by hand what items are; no pattern says otherwise from now on."""
    classing.hold(session, by.workspace_id)
    changes = [by_hand(content, said) for content, said in wishes]
    if any(change.before.item_id is not None for change in changes):
        raise Conflict("this is part of an item now; class that item")
    changes = [change for change in changes if change.after != change.before]
    kinds = sorted({change.after.kind.value for change in changes})
    return classing.carry_out(session, changes, subject=subject, detail=", ".join(kinds), by=by)


def put_under(session: Session, item: Content, contents: Iterable[Content], *, by: By) -> Classing:
    """Make items one with another: whoever touched them has touched that one."""
    classing.hold(session, by.workspace_id)
    if item.item_id is not None:
        raise Conflict("this is part of another item now")
    wanted = list(contents)
    for content in wanted:
        if content.id == item.id:
            raise Invalid("an item cannot be part of itself", fields={"items": "this is the item"})
        if patterns_of(session, content):
            raise Conflict("it has patterns of its own; remove them first")
    below = [key for content in wanted for key in keys_of(session, content)]
    changes = [by_hand(key, replace(said_of(key), item_id=item.id)) for key in [*wanted, *below]]
    detail = ", ".join(name_of(content) for content in wanted)[:500]
    return classing.carry_out(session, changes, subject=name_of(item), detail=detail, by=by)


def take_out(session: Session, content: Content, *, by: By) -> Classing:
    """Make a key an item of its own again; no pattern puts it back."""
    classing.hold(session, by.workspace_id)
    if content.item_id is None:
        raise Conflict("this is an item of its own already")
    change = by_hand(content, replace(said_of(content), item_id=None))
    subject = name_of(content)
    return classing.carry_out(session, [change], subject=subject, detail="taken out", by=by)


def let_go(session: Session, content: Content, *, by: By) -> Classing:
    """Take back what was said by hand: patterns decide again, or the path, or the event's name."""
    classing.hold(session, by.workspace_id)
    names = catalogue.event_kinds(session, by.workspace_id)
    guess = guess_of(content.key, content.url, names)
    ruling = ruling_on(rulings(session, by.workspace_id), content.key)
    is_item = ruling is not None and ruling.item_id is not None and _is_item(session, content)
    after = guess if ruling is None or is_item else ruling.said(guess.kind)
    change = Change(id=content.id, before=said_of(content), after=after)
    subject = name_of(content)
    return classing.carry_out(session, [change], subject=subject, detail="let go", by=by)


def keys_of(session: Session, item: Content) -> list[Content]:
    """Return what lies under an item, in order."""
    query = select(Content).where(Content.item_id == item.id)
    return list(session.scalars(query.order_by(Content.key)))


def patterns(session: Session, workspace_id: int) -> list[ContentPattern]:
    """Return the patterns of a workspace, the most exact first."""
    found = select(ContentPattern).where(ContentPattern.workspace_id == workspace_id)
    rows = {row.id: row for row in session.scalars(found)}
    return [rows[ruling.id] for ruling in rulings(session, workspace_id)]


def patterns_of(session: Session, item: Content) -> list[ContentPattern]:
    """Return the patterns that bring keys under an item."""
    query = select(ContentPattern).where(ContentPattern.item_id == item.id)
    return list(session.scalars(query.order_by(ContentPattern.id)))


def get_pattern(session: Session, workspace_id: int, code: str) -> ContentPattern:
    """Return a pattern; raise NotFound."""
    query = select(ContentPattern).filter_by(workspace_id=workspace_id, code=code)
    row = session.scalars(query).first()
    if row is None:
        raise NotFound("there is no such pattern")
    return row


def with_pattern(session: Session, workspace_id: int, new: NewPattern) -> list[Change]:
    """Return what a pattern would change."""
    newest = session.scalar(select(func.max(ContentPattern.id))) or 0
    ordered = in_order([*rulings(session, workspace_id), new.ruling(newest + 1)])
    return classing.plan(session, workspace_id, ordered)


def without_pattern(session: Session, row: ContentPattern) -> list[Change]:
    """Return what would change without a pattern."""
    kept = [r for r in rulings(session, row.workspace_id) if r.id != row.id]
    return classing.plan(session, row.workspace_id, kept)


def add_pattern(session: Session, new: NewPattern, *, by: By) -> tuple[ContentPattern, Classing]:
    """Let a pattern decide from now on, over what has come already too."""
    classing.hold(session, by.workspace_id)
    ruling = new.ruling(0)
    if len(rulings(session, by.workspace_id)) >= PATTERNS:
        raise Conflict(f"there are {PATTERNS} patterns; remove one that is no longer needed")
    if new.item is not None and new.item.item_id is not None:
        raise Conflict("this is part of another item now")
    row = ContentPattern(
        workspace_id=by.workspace_id,
        subject=new.subject,
        text=new.text.strip(),
        item_id=ruling.item_id,
        kind=ruling.kind,
        intended_stage=ruling.intended_stage,
        purpose=ruling.purpose,
        owner_id=ruling.owner_id,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict("there is this pattern already") from None
    return row, _follow(session, row.text, "pattern", by)


def remove_pattern(session: Session, row: ContentPattern, *, by: By) -> Classing:
    """Let a pattern decide no longer; what it took in goes to the next, or to what it was."""
    classing.hold(session, by.workspace_id)
    text = row.text
    session.delete(row)
    session.flush()
    return _follow(session, text, "pattern removed", by)


def name_event(
    session: Session, name: str, kind: ContentKind, *, by: By
) -> tuple[EventName, Classing]:
    """Let an event name stand for a kind, for what has come already too."""
    classing.hold(session, by.workspace_id)
    row = catalogue.name_event(session, by.workspace_id, name, kind)
    changes = [
        Change(
            id=content.id,
            before=said_of(content),
            after=replace(said_of(content), kind=kind, classed=Classed.NAMED),
        )
        for content in catalogue.contents_following(session, by.workspace_id, name)
    ]
    done = classing.carry_out(
        session, changes, subject=row.name, detail=kind, by=by, action=AuditAction.EVENT_NAMED
    )
    done.before = None
    return row, done


def _follow(session: Session, text: str, detail: str, by: By) -> Classing:
    changes = classing.plan(session, by.workspace_id, rulings(session, by.workspace_id))
    done = classing.carry_out(session, changes, subject=text, detail=detail, by=by)
    # Putting keys back would leave the pattern: what undoes it is to remove it.
    done.before = None
    return done


def _is_item(session: Session, content: Content) -> bool:
    return bool(keys_of(session, content) or patterns_of(session, content))
