"""exports of answers

Step 0012, after 0011. What was exported, by whom and why, with the file until it is removed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_exports",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=True),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("table_key", sa.String(length=100), nullable=True),
        sa.Column("edition", sa.String(length=8), nullable=False),
        sa.Column("every_version", sa.Boolean(), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("columns", sa.Text(), nullable=True),
        sa.Column("covers", sa.Text(), nullable=False),
        sa.Column("drafts_of", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=36), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=True),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("row_counts", sa.Text(), nullable=True),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "format IN ('csv', 'xlsx', 'sav', 'geojson', 'codebook', 'media', 'all')", name="ck_data_exports_format"
        ),
        sa.CheckConstraint("edition IN ('outgoing', 'internal')", name="ck_data_exports_edition"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_data_exports_campaign_id"),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name="fk_data_exports_unit_code"),
        sa.ForeignKeyConstraint(["asked_by"], ["accounts.id"], name="fk_data_exports_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_data_exports"),
    )
    op.create_index("ix_data_exports_campaign_id_asked_at", "data_exports", ["campaign_id", "asked_at"])
    op.create_index("ix_data_exports_made_at", "data_exports", ["made_at"])


def downgrade() -> None:
    op.drop_table("data_exports")
