"""The state of a standing without what its columns say, and checkpoints in the same order."""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SLICE = 1000
_STANDING = sa.table(
    "standing",
    sa.column("lead_id"),
    sa.column("model_id"),
    sa.column("stage"),
    sa.column("entered_at"),
    sa.column("first_touch_at"),
    sa.column("first_source_id"),
    sa.column("last_touch_at"),
    sa.column("last_message", sa.LargeBinary),
    sa.column("touch_count"),
    sa.column("is_dormant"),
    sa.column("state"),
)
_CHECKPOINT = sa.table("standing_checkpoint", sa.column("id"), sa.column("state"))


def upgrade() -> None:
    """Go one version up."""
    _rewrite(_STANDING, ("lead_id", "model_id"), lambda row: _split(row.state)[1])
    _rewrite(_CHECKPOINT, ("id",), lambda row: _split(row.state))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE standing SET (fillfactor = 70)")


def downgrade() -> None:
    """Go one version down."""
    _rewrite(_STANDING, ("lead_id", "model_id"), _joined)
    _rewrite(_CHECKPOINT, ("id",), lambda row: _whole(*json.loads(row.state)))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE standing RESET (fillfactor)")


def _split(state: str) -> tuple[list[Any], list[Any]]:
    (path, entered, order, first_at, source, count, turned, is_dormant, held, groups,
     recent, chains) = json.loads(state)  # fmt: skip
    columns = [entered if path or held else 0, order, first_at, source, count, is_dormant]
    worths = {f"{kind}:{item}" if item else kind: entries for kind, item, entries in groups}
    return columns, [path, turned, held, worths, dict(recent), dict(chains)]


def _whole(columns: list[Any], rest: list[Any]) -> list[Any]:
    entered, order, first_at, source, count, is_dormant = columns
    path, turned, held, worths, recent, chains = rest
    keys = [(*key.partition(":")[::2], entries) for key, entries in worths.items()]
    groups = sorted([kind, int(item or 0), entries] for kind, item, entries in keys)
    before = [path, entered, order, first_at, source, count, turned, is_dormant, held, groups]
    return [*before, sorted(recent.items()), sorted(chains.items())]


def _joined(row: Any) -> list[Any]:
    order = [row.last_touch_at, bytes(row.last_message).hex()]
    columns = [
        row.entered_at or 0,
        order,
        row.first_touch_at,
        row.first_source_id,
        row.touch_count,
        bool(row.is_dormant),
    ]
    return _whole(columns, json.loads(row.state))


def _rewrite(table: Any, key: tuple[str, ...], state_of: Callable[[Any], Any]) -> None:
    """Write every state that is not empty anew, a slice of rows at a time."""
    connection = op.get_bind()
    columns = [table.c[name] for name in key]
    change = (
        sa.update(table)
        .where(*(column == sa.bindparam(f"own_{column.name}") for column in columns))
        .values(state=sa.bindparam("new"))
    )
    query = sa.select(table).where(table.c.state != "").order_by(*columns).limit(_SLICE)
    after: tuple[Any, ...] | None = None
    while True:
        part = query if after is None else query.where(sa.tuple_(*columns) > sa.tuple_(*after))
        rows = connection.execute(part).all()
        if not rows:
            return
        after = tuple(getattr(rows[-1], name) for name in key)
        connection.execute(
            change,
            [
                {f"own_{name}": getattr(row, name) for name in key}
                | {"new": json.dumps(state_of(row), separators=(",", ":"))}
                for row in rows
            ],
        )
