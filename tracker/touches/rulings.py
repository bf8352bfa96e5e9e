"""What patterns say of the keys of the catalogue: read once, asked whenever a key is new."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.driver import Row, fetch, remembered
from tracker.touches.domain import Classed, ContentKind, IntendedStage, Purpose, Subject
from tracker.touches.patterns import Pattern, parse, texts_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What is said of a key, and by whom; its fields are columns of Content."""

    kind: ContentKind
    classed: Classed = Classed.GUESSED
    item_id: int | None = None
    pattern_id: int | None = None
    intended_stage: IntendedStage | None = None
    purpose: Purpose | None = None
    owner_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """A pattern, and what it says: that keys belong to an item, or what they are."""

    id: int
    pattern: Pattern
    item_id: int | None = None
    kind: ContentKind | None = None
    intended_stage: IntendedStage | None = None
    purpose: Purpose | None = None
    owner_id: int | None = None

    def said(self, guess: ContentKind) -> Said:
        """Return what is said of a key that would else be taken for a guess."""
        return Said(
            kind=self.kind or guess,
            classed=Classed.PATTERN,
            item_id=self.item_id,
            pattern_id=self.id,
            intended_stage=self.intended_stage,
            purpose=self.purpose,
            owner_id=self.owner_id,
        )


def rulings(session: Session, workspace_id: int) -> tuple[Ruling, ...]:
    """Return the rulings of a workspace, the most exact first."""
    known: dict[int, tuple[Ruling, ...]] = remembered(session, "rulings")
    if workspace_id not in known:
        rows = fetch(session, _READ, (workspace_id,))
        known[workspace_id] = in_order([_ruling(row) for row in rows])
    return known[workspace_id]


_READ = """
/* rulings.rulings */
SELECT id, subject, text, item_id, kind, intended_stage, purpose, owner_id
FROM content_pattern WHERE workspace_id = ?
"""


def in_order(found: Sequence[Ruling]) -> tuple[Ruling, ...]:
    """Return rulings, the most exact first; of two that are as exact the older."""
    older_first = sorted(found, key=lambda ruling: ruling.id)
    return tuple(sorted(older_first, key=lambda ruling: ruling.pattern.rank, reverse=True))


def ruling_on(ordered: Sequence[Ruling], key: str) -> Ruling | None:
    """Return the most exact ruling that takes a key in."""
    if not ordered:
        return None
    texts = texts_of(key)
    return next((ruling for ruling in ordered if ruling.pattern.matches(texts)), None)


def _ruling(row: Row) -> Ruling:
    number, subject, text, item_id, kind, stage, purpose, owner_id = row
    return Ruling(
        id=number,
        pattern=parse(Subject(subject), text),
        item_id=item_id,
        kind=ContentKind(kind) if kind else None,
        intended_stage=IntendedStage(stage) if stage else None,
        purpose=Purpose(purpose) if purpose else None,
        owner_id=owner_id,
    )
