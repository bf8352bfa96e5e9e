"""Merges of leads that can be undone, and offers that make room for another one meanwhile."""

import sqlalchemy as sa
from alembic import op

import tracker.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOVED = sa.text("own_lead_id IS NOT NULL")


def upgrade() -> None:
    """Go one version up."""
    op.create_table(
        "merge",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("code", sa.String(length=22), nullable=False),
        sa.Column("kept_lead_id", _BIG, nullable=False),
        sa.Column("absorbed_lead_id", _BIG, nullable=False),
        sa.Column("kept_visitor_id", _BIG, nullable=False),
        sa.Column("absorbed_visitor_id", _BIG, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("merged_at", tracker.db.UtcDateTime(), nullable=False),
        sa.Column("merged_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", tracker.db.UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kept_lead_id"], ["lead.id"], name="fk_merge_kept_lead_id"),
        sa.ForeignKeyConstraint(
            ["absorbed_lead_id"], ["lead.id"], name="fk_merge_absorbed_lead_id"
        ),
        sa.ForeignKeyConstraint(
            ["kept_visitor_id"], ["visitor.id"], name="fk_merge_kept_visitor_id"
        ),
        sa.ForeignKeyConstraint(
            ["absorbed_visitor_id"], ["visitor.id"], name="fk_merge_absorbed_visitor_id"
        ),
        sa.ForeignKeyConstraint(["merged_by_id"], ["app_user.id"], name="fk_merge_merged_by_id"),
        sa.ForeignKeyConstraint(["undone_by_id"], ["app_user.id"], name="fk_merge_undone_by_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_merge_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_merge"),
        sa.UniqueConstraint("workspace_id", "code", name="uq_merge_workspace_id_code"),
    )
    for column in ("kept_lead_id", "absorbed_lead_id", "absorbed_visitor_id"):
        op.create_index(f"ix_merge_{column}", "merge", [column])
    _refer("visitor_edge", "own_lead_id", "lead", _BIG)
    _refer("handoff", "yielded_to_id", "handoff", sa.Integer())
    op.create_index(
        "ix_visitor_edge_own_lead_id",
        "visitor_edge",
        ["own_lead_id"],
        sqlite_where=_MOVED,
        postgresql_where=_MOVED,
    )


def downgrade() -> None:
    """Go one version down."""
    op.drop_index("ix_visitor_edge_own_lead_id", "visitor_edge")
    for table, column in (("handoff", "yielded_to_id"), ("visitor_edge", "own_lead_id")):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"fk_{table}_{column}", type_="foreignkey")
            batch.drop_column(column)
    op.drop_table("merge")


def _refer(table: str, column: str, to: str, kind: sa.types.TypeEngine) -> None:
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column(column, kind, nullable=True))
        batch.create_foreign_key(f"fk_{table}_{column}", to, [column], ["id"])
