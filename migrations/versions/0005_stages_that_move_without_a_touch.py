"""What moves a lead without a touch: time, and a hand; and the items that a model names."""

import sqlalchemy as sa
from alembic import op

import tracker.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STAGE = sa.Enum("tofu", "mofu", "bofu", name="stage", native_enum=False, length=32)
CAUSE = sa.Enum(
    *("rule", "dormant", "awake", "decay", "override", "override_ended"),
    name="cause",
    native_enum=False,
    length=32,
)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go one version up."""
    op.create_table(
        "stage_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=22), nullable=False),
        sa.Column("lead_id", KEY, nullable=False),
        sa.Column("original_lead_id", KEY, nullable=False),
        sa.Column("stage", STAGE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", tracker.db.UtcDateTime(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("until", tracker.db.UtcDateTime(), nullable=True),
        sa.Column("ended_at", tracker.db.UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_stage_override_{column}"))
            for column, to in (
                ("lead_id", "lead.id"),
                ("original_lead_id", "lead.id"),
                ("started_by_id", "app_user.id"),
                ("ended_by_id", "app_user.id"),
                ("workspace_id", "workspace.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_override")),
        sa.UniqueConstraint(
            "workspace_id", "code", name=op.f("uq_stage_override_workspace_id_code")
        ),
    )
    for column in ("lead_id", "original_lead_id"):
        op.create_index(op.f(f"ix_stage_override_{column}"), "stage_override", [column])
    with op.batch_alter_table("stage_model") as batch:
        batch.add_column(sa.Column("items", sa.Text(), nullable=False, server_default="{}"))
    with op.batch_alter_table("transition") as batch:
        batch.add_column(sa.Column("cause", CAUSE, nullable=False, server_default="rule"))
        batch.alter_column("to_stage", existing_type=STAGE, nullable=True)
    with op.batch_alter_table("standing") as batch:
        batch.add_column(
            sa.Column("is_dormant", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("due_at", tracker.db.UtcDateTime(), nullable=True))
        batch.create_index(batch.f("ix_standing_model_id_due_at"), ["model_id", "due_at"])
    # What the fold knows is written otherwise now: every lead is due to be folded again.
    op.execute("UPDATE standing SET state = '', due_at = 0")
    op.execute("DELETE FROM standing_checkpoint")


def downgrade() -> None:
    """Go one version down; `tracker rebuild` then tells history again."""
    op.execute("DELETE FROM transition WHERE to_stage IS NULL OR cause <> 'rule'")
    op.execute("DELETE FROM standing")
    op.execute("DELETE FROM standing_checkpoint")
    with op.batch_alter_table("standing") as batch:
        batch.drop_index(batch.f("ix_standing_model_id_due_at"))
        batch.drop_column("due_at")
        batch.drop_column("is_dormant")
    with op.batch_alter_table("transition") as batch:
        batch.alter_column("to_stage", existing_type=STAGE, nullable=False)
        batch.drop_column("cause")
    with op.batch_alter_table("stage_model") as batch:
        batch.drop_column("items")
    op.drop_table("stage_override")
