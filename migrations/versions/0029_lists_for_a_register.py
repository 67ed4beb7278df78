"""lists that are imported into a register, for all units at once

Step 0029, after 0028. Such an upload belongs to no campaign; on the way back it goes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("list_uploads") as table:
        table.alter_column("campaign_id", existing_type=sa.String(length=36), nullable=True)
        table.alter_column("kind", existing_type=sa.String(length=10), type_=sa.String(length=20), existing_nullable=False)


def downgrade() -> None:
    whole = "SELECT id FROM list_uploads WHERE campaign_id IS NULL"
    readings = f"SELECT id FROM list_readings WHERE upload_id IN ({whole})"  # noqa: S608 - words of here
    op.execute(f"DELETE FROM list_rows WHERE reading_id IN ({readings})")  # noqa: S608
    op.execute(f"DELETE FROM list_readings WHERE upload_id IN ({whole})")  # noqa: S608
    op.execute("DELETE FROM list_uploads WHERE campaign_id IS NULL")
    with op.batch_alter_table("list_uploads") as table:
        table.alter_column("campaign_id", existing_type=sa.String(length=36), nullable=False)
        table.alter_column("kind", existing_type=sa.String(length=20), type_=sa.String(length=10), existing_nullable=False)
