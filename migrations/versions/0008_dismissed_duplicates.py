"""Pairs of leads that staff took for two people, and who was named beside whom."""

import sqlalchemy as sa
from alembic import op

import tracker.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one version up."""
    op.create_table(
        "dismissal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_id", tracker.db.BigKey, nullable=False),
        sa.Column("other_id", tracker.db.BigKey, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("dismissed_at", tracker.db.UtcDateTime(), nullable=False),
        sa.Column("dismissed_by_id", sa.Integer(), nullable=True),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dismissed_by_id"], ["app_user.id"], name=op.f("fk_dismissal_dismissed_by_id_app_user")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_dismissal_lead_id_lead")),
        sa.ForeignKeyConstraint(["other_id"], ["lead.id"], name=op.f("fk_dismissal_other_id_lead")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_dismissal_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dismissal")),
        sa.UniqueConstraint("lead_id", "other_id", name=op.f("uq_dismissal_lead_id_other_id")),
    )
    op.create_index(op.f("ix_dismissal_other_id"), "dismissal", ["other_id"])
    columns = ["workspace_id", "visitor_id", "anonymous_id", "email_id"]
    only = {f"{name}_where": sa.text("type = 3") for name in ("sqlite", "postgresql")}
    op.create_index("ix_touch_named", "touch", columns, **only)


def downgrade() -> None:
    """Go one version down."""
    op.drop_index("ix_touch_named", table_name="touch")
    op.drop_table("dismissal")
