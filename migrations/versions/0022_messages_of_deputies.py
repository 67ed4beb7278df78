"""messages of deputies, and the year a subject was founded in

Step 0023. A complaint that a deputy wrote from the help page names the deputy; the register says when a subject was founded.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("complaints") as table:
        table.add_column(sa.Column("deputy_id", sa.String(length=36), nullable=True))
        table.create_foreign_key("fk_complaints_deputy_id", "deputies", ["deputy_id"], ["id"])
        table.create_index("ix_complaints_deputy_id", ["deputy_id"])
    op.add_column("subjects", sa.Column("founded", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("subjects", "founded")
    with op.batch_alter_table("complaints") as table:
        table.drop_constraint("fk_complaints_deputy_id", type_="foreignkey")
        table.drop_index("ix_complaints_deputy_id")
        table.drop_column("deputy_id")
