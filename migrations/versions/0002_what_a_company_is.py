"""What a company is: its industry, its size and its country; the country of a lead."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXTS = (("company", "industry", 255), ("company", "country", 64), ("lead", "country", 64))


def upgrade() -> None:
    """Go one version up."""
    for table, name, length in _TEXTS:
        column = sa.Column(name, sa.String(length=length), nullable=False, server_default="")
        op.add_column(table, column)
    op.add_column("company", sa.Column("employees", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Go one version down."""
    op.drop_column("company", "employees")
    for table, name, _ in _TEXTS:
        op.drop_column(table, name)
