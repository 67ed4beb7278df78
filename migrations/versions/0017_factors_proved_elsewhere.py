"""a session that began with two factors at the office's own provider says so

Step 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff_sessions") as table:
        # What is open now was not asked: whoever must have a factor shows or sets up one.
        table.add_column(sa.Column("proved_elsewhere", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("staff_sessions") as table:
        table.alter_column("proved_elsewhere", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("staff_sessions") as table:
        table.drop_column("proved_elsewhere")
