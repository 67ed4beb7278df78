"""units locked by their report

Step 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_locks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("locked_at", sa.DateTime(), nullable=False),
        sa.Column("unlocked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_unit_locks_campaign_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_unit_locks_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_locks")),
    )
    with op.batch_alter_table("unit_locks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_locks_campaign_id"), ["campaign_id"], unique=False)



def downgrade() -> None:
    with op.batch_alter_table("unit_locks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_locks_campaign_id"))

    op.drop_table("unit_locks")
