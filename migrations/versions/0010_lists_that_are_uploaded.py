"""lists that are uploaded

Step 0010, after 0009. What was read of an uploaded list is kept as rows, so that its pages and its import read no file again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_uploads",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=36), nullable=True),
        sa.Column("imported_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_list_uploads_campaign_id"),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name="fk_list_uploads_unit_code"),
        sa.ForeignKeyConstraint(["uploaded_by"], ["accounts.id"], name="fk_list_uploads_uploaded_by"),
        sa.PrimaryKeyConstraint("id", name="pk_list_uploads"),
    )
    op.create_index("ix_list_uploads_campaign_id", "list_uploads", ["campaign_id"])
    op.create_index("ix_list_uploads_uploaded_at", "list_uploads", ["uploaded_at"])
    op.create_table(
        "list_readings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("upload_id", sa.String(length=36), nullable=False),
        sa.Column("said_hash", sa.String(length=64), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.Column("head", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["upload_id"], ["list_uploads.id"], name="fk_list_readings_upload_id"),
        sa.PrimaryKeyConstraint("id", name="pk_list_readings"),
        sa.UniqueConstraint("upload_id", "said_hash", name="uq_list_readings_upload_id_said_hash"),
    )
    op.create_table(
        "list_rows",
        sa.Column("reading_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("faulty", sa.Boolean(), nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
        sa.Column("converted", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reading_id"], ["list_readings.id"], name="fk_list_rows_reading_id"),
        sa.PrimaryKeyConstraint("reading_id", "number", name="pk_list_rows"),
    )


def downgrade() -> None:
    for table in ("list_rows", "list_readings", "list_uploads"):
        op.drop_table(table)
