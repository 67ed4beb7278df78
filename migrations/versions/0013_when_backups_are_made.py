"""when backups are made

Step 0013, after 0012. The one plan of an instance: where to, at which hour, how many stay, what they are locked to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backup_plans",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("folder", sa.String(length=300), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("keep", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=100), nullable=True),
        sa.Column("passphrase_file", sa.String(length=300), nullable=True),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_backup_plans"),
    )


def downgrade() -> None:
    op.drop_table("backup_plans")
