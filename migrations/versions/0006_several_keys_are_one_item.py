"""The catalogue: several keys are one item, patterns class them, and a classing is told again."""

import sqlalchemy as sa
from alembic import op

import tracker.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BigKey = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Events whose name stood for a kind already; what was classed by hand shows by its other kind.
_NAMED = """
UPDATE content SET classed = CASE WHEN kind = (
    SELECT e.kind FROM event_name e WHERE e.workspace_id = content.workspace_id
    AND content.key LIKE 'event:' || e.name || '|%') THEN 'named' ELSE 'hand' END
WHERE EXISTS (SELECT 1 FROM event_name e WHERE e.workspace_id = content.workspace_id
              AND content.key LIKE 'event:' || e.name || '|%')
"""


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def _meaning() -> list[sa.Column]:
    return [
        sa.Column(
            "intended_stage", _one_of("intendedstage", "tofu", "mofu", "bofu"), nullable=True
        ),
        sa.Column(
            "purpose",
            _one_of("purpose", "educate", "compare", "prove", "convert"),
            nullable=True,
        ),
        sa.Column("owner_id", sa.Integer(), nullable=True),
    ]


def upgrade() -> None:
    """Go one version up."""
    _extend_content()
    _create_pattern()
    _create_classing()


def _extend_content() -> None:
    classed = _one_of("classed", "guessed", "named", "pattern", "hand")
    with op.batch_alter_table("content") as batch:
        batch.add_column(sa.Column("item_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("classed", classed, nullable=False, server_default="guessed"))
        batch.add_column(sa.Column("pattern_id", sa.Integer(), nullable=True))
        for column in _meaning():
            batch.add_column(column)
        batch.create_index(batch.f("ix_content_item_id"), ["item_id"], unique=False)
        batch.create_foreign_key(batch.f("fk_content_item_id"), "content", ["item_id"], ["id"])
        batch.create_foreign_key(batch.f("fk_content_owner_id"), "app_user", ["owner_id"], ["id"])
    op.execute(_NAMED)
    with op.batch_alter_table("content") as batch:
        batch.alter_column("classed", server_default=None)


def _create_pattern() -> None:
    op.create_table(
        "content_pattern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=22), nullable=False),
        sa.Column("subject", _one_of("subject", "address", "asset", "event"), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        *_meaning(),
        sa.ForeignKeyConstraint(
            ["item_id"], ["content.id"], name=op.f("fk_content_pattern_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["app_user.id"], name=op.f("fk_content_pattern_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_content_pattern_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_pattern")),
        sa.UniqueConstraint(
            "workspace_id", "code", name=op.f("uq_content_pattern_workspace_id_code")
        ),
        sa.UniqueConstraint(
            "workspace_id",
            "subject",
            "text",
            name=op.f("uq_content_pattern_workspace_id_subject_text"),
        ),
    )
    op.create_index(op.f("ix_content_pattern_item_id"), "content_pattern", ["item_id"])


def _create_classing() -> None:
    op.create_table(
        "classing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=22), nullable=False),
        sa.Column("at", tracker.db.UtcDateTime(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("keys", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("undone_at", tracker.db.UtcDateTime(), nullable=True),
        sa.Column("work", _one_of("classingwork", "gather", "retell", "settle"), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.Column("contents", sa.Text(), nullable=False),
        sa.Column("reached_content", sa.Integer(), nullable=False),
        sa.Column("reached_touch_id", sa.BigInteger(), nullable=False),
        sa.Column("leads", sa.Integer(), nullable=False),
        sa.Column("up", sa.Integer(), nullable=False),
        sa.Column("down", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_classing_user_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_classing_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classing")),
        sa.UniqueConstraint("workspace_id", "code", name=op.f("uq_classing_workspace_id_code")),
    )
    op.create_index(op.f("ix_classing_work"), "classing", ["work"])
    op.create_table(
        "untold_lead",
        sa.Column("classing_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", BigKey, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["classing_id"], ["classing.id"], name=op.f("fk_untold_lead_classing_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_untold_lead_lead_id")),
        sa.PrimaryKeyConstraint("classing_id", "lead_id", name=op.f("pk_untold_lead")),
    )


def downgrade() -> None:
    """Go one version down."""
    op.drop_table("untold_lead")
    op.drop_table("classing")
    op.drop_table("content_pattern")
    with op.batch_alter_table("content") as batch:
        batch.drop_constraint(batch.f("fk_content_item_id"), type_="foreignkey")
        batch.drop_constraint(batch.f("fk_content_owner_id"), type_="foreignkey")
        batch.drop_index(batch.f("ix_content_item_id"))
        for name in ("owner_id", "purpose", "intended_stage", "pattern_id", "classed", "item_id"):
            batch.drop_column(name)
