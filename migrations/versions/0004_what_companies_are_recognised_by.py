"""What companies are recognised by, which of them are one, and whose domains are everybody's."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXTS = (
    ("company", "domain", sa.String(length=255)),
    ("company", "stated", sa.String(length=120)),
    ("workspace", "free_mail", sa.Text()),
    ("workspace", "company_mail", sa.Text()),
)
# A company was recognised by its name alone, which was the domain where nobody said another.
_IS_DOMAIN = (
    "EXISTS (SELECT 1 FROM lead WHERE lead.company_id = company.id AND lead.stated_company = '')"
)
_KEPT = (
    f"UPDATE company SET domain = key, key = substr('d:' || key, 1, 255) WHERE {_IS_DOMAIN}",
    "UPDATE company SET key = substr('n:' || key, 1, 255) WHERE domain = ''",
    "INSERT INTO company_key (workspace_id, key, company_id)"
    " SELECT workspace_id, key, id FROM company",
    "INSERT INTO company_key (workspace_id, key, company_id)"
    " SELECT workspace_id, substr('n:' || domain, 1, 255), id FROM company WHERE domain <> ''",
)


def upgrade() -> None:
    """Go one version up."""
    for table, name, kind in _TEXTS:
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=""))
    op.execute(
        "ALTER TABLE company ADD COLUMN merged_into_id INTEGER"
        " CONSTRAINT fk_company_merged_into_id_company REFERENCES company (id)"
    )
    op.create_index(op.f("ix_company_merged_into_id"), "company", ["merged_into_id"])
    op.create_table(
        "company_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_key_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_company_key_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_key")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_company_key_workspace_id_key")),
    )
    op.create_index(op.f("ix_company_key_company_id"), "company_key", ["company_id"])
    for statement in _KEPT:
        op.execute(statement)


def downgrade() -> None:
    """Go one version down."""
    op.execute("UPDATE company SET key = substr(key, 3)")
    op.drop_table("company_key")
    op.drop_index(op.f("ix_company_merged_into_id"), table_name="company")
    with op.batch_alter_table("company") as batch:
        batch.drop_column("merged_into_id")
    for table, name, _ in _TEXTS:
        op.drop_column(table, name)
