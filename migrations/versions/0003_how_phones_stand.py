"""how phones stand

Step 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phone_reports",
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_phone_reports_device_id")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_phone_reports")),
    )


def downgrade() -> None:
    op.drop_table("phone_reports")
