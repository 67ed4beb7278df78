"""comments on a report are answered, and who settled one is known

Step 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("report_remarks") as table:
        table.add_column(sa.Column("settled_by", sa.String(length=36), nullable=True))
        table.add_column(sa.Column("answers_id", sa.String(length=36), nullable=True))
        table.create_foreign_key(op.f("fk_report_remarks_settled_by"), "accounts", ["settled_by"], ["id"])
        table.create_foreign_key(op.f("fk_report_remarks_answers_id"), "report_remarks", ["answers_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("report_remarks") as table:
        table.drop_constraint(op.f("fk_report_remarks_answers_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_report_remarks_settled_by"), type_="foreignkey")
        table.drop_column("answers_id")
        table.drop_column("settled_by")
