"""A standing is found by nothing that every touch changes."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS = ("workspace_id", "model_id", "stage")


def upgrade() -> None:
    """Go one version up."""
    op.drop_index(op.f(f"ix_standing_{'_'.join(COLUMNS)}_last_touch_at"), table_name="standing")
    op.create_index(op.f(f"ix_standing_{'_'.join(COLUMNS)}"), "standing", COLUMNS)


def downgrade() -> None:
    """Go one version down."""
    op.drop_index(op.f(f"ix_standing_{'_'.join(COLUMNS)}"), table_name="standing")
    op.create_index(
        op.f(f"ix_standing_{'_'.join(COLUMNS)}_last_touch_at"),
        "standing",
        (*COLUMNS, "last_touch_at"),
    )
