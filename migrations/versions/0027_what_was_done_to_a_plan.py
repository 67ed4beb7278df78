"""what was done to a plan, row by row, to be undone as one

Step 0027, after 0026. What was done before has no such record and is not offered to be undone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_acts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=True),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.Column("done_by", sa.String(length=36), nullable=True),
        sa.Column("by_name", sa.String(length=100), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=36), nullable=True),
        sa.Column("undoes_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_plan_acts_campaign_id"),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name="fk_plan_acts_unit_code"),
        sa.ForeignKeyConstraint(["done_by"], ["accounts.id"], name="fk_plan_acts_done_by"),
        sa.ForeignKeyConstraint(["undone_by"], ["accounts.id"], name="fk_plan_acts_undone_by"),
        sa.ForeignKeyConstraint(["undoes_id"], ["plan_acts.id"], name="fk_plan_acts_undoes_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plan_acts"),
    )
    op.create_index("ix_plan_acts_campaign_id", "plan_acts", ["campaign_id"])
    op.create_index("ix_plan_acts_done_at", "plan_acts", ["done_at"])
    op.create_table(
        "plan_act_rows",
        sa.Column("act_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("row_key", sa.String(length=120), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["act_id"], ["plan_acts.id"], name="fk_plan_act_rows_act_id"),
        sa.PrimaryKeyConstraint("act_id", "place", name="pk_plan_act_rows"),
    )
    op.create_index("ix_plan_act_rows_subject_id", "plan_act_rows", ["subject_id"])


def downgrade() -> None:
    op.drop_table("plan_act_rows")
    op.drop_table("plan_acts")
