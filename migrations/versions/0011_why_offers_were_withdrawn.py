"""Why offers were withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REASON = sa.Enum(
    *("yielded", "merged", "parted", "published", "rule", "decay", "by_hand", "hand_ended"),
    "retold",
    name="withdrawreason",
    native_enum=False,
    length=32,
)


def upgrade() -> None:
    """Go one version up."""
    op.add_column("handoff", sa.Column("withdrawn", REASON, nullable=True))
    op.add_column("handoff", sa.Column("withdrawn_version", sa.Integer(), nullable=True))
    op.add_column("handoff", sa.Column("withdrawn_merge_id", _BIG, nullable=True))
    with op.batch_alter_table("handoff") as batch:
        batch.create_foreign_key(
            "fk_handoff_withdrawn_merge_id", "merge", ["withdrawn_merge_id"], ["id"]
        )
    # Of those until now only these have left a trace of why.
    op.execute("UPDATE handoff SET withdrawn = 'yielded' WHERE yielded_to_id IS NOT NULL")


def downgrade() -> None:
    """Go one version down."""
    with op.batch_alter_table("handoff") as batch:
        batch.drop_constraint("fk_handoff_withdrawn_merge_id", type_="foreignkey")
    for name in ("withdrawn_merge_id", "withdrawn_version", "withdrawn"):
        op.drop_column("handoff", name)
