"""When versions were in force, and what a version would have offered."""

import sqlalchemy as sa
from alembic import op

import tracker.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one version up."""
    op.create_table(
        "stage_model_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("began_at", tracker.db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", tracker.db.UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["stage_model.id"], name=op.f("fk_stage_model_term_model_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_stage_model_term_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_model_term")),
    )
    with op.batch_alter_table("stage_model_term") as batch:
        batch.create_index(
            batch.f("ix_stage_model_term_workspace_id_began_at"), ["workspace_id", "began_at"]
        )
    # Of a version that came back only its latest time is known.
    op.execute(
        "INSERT INTO stage_model_term (workspace_id, model_id, began_at, ended_at)"
        " SELECT workspace_id, id, published_at, retired_at FROM stage_model"
        " WHERE published_at IS NOT NULL"
    )
    op.create_table(
        "draft_offer",
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("offered_at", tracker.db.UtcDateTime(), nullable=True),
        sa.Column("live_at", tracker.db.UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_draft_offer_lead_id")),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["stage_model.id"],
            name=op.f("fk_draft_offer_model_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_draft_offer_workspace_id")
        ),
        sa.PrimaryKeyConstraint("model_id", "lead_id", name=op.f("pk_draft_offer")),
    )
    with op.batch_alter_table("stage_model") as batch:
        batch.add_column(
            sa.Column("offers_ready", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    """Go one version down."""
    with op.batch_alter_table("stage_model") as batch:
        batch.drop_column("offers_ready")
    op.drop_table("draft_offer")
    op.drop_table("stage_model_term")
