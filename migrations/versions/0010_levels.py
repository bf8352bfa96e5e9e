"""How sure we are of who somebody is, and what pages prove it with."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NO, _EMPTY = sa.false(), sa.text("''")
_COLUMNS = (
    ("workspace", "requires_proof", sa.Boolean(), _NO),
    ("site", "identity_secret", sa.String(length=64), _EMPTY),
    ("lead", "is_verified", sa.Boolean(), _NO),
    ("lead", "proven", sa.String(length=120), _EMPTY),
    ("visitor_edge", "is_verified", sa.Boolean(), _NO),
)


def upgrade() -> None:
    """Go one version up."""
    for table, name, kind, default in _COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
        with op.batch_alter_table(table) as batch:
            batch.alter_column(name, server_default=None)


def downgrade() -> None:
    """Go one version down."""
    for table, name, _kind, _default in _COLUMNS:
        op.drop_column(table, name)
