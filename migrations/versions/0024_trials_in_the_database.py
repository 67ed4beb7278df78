"""trials in the database

Step 0024, after 0023. What an organizer fills in to try a questionnaire is a row, not a file of one host. Trials kept as files before
are not carried over: they count nowhere and are begun anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trials",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("package_hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_trials_account_id"),
        sa.ForeignKeyConstraint(["version_id"], ["questionnaire_versions.id"], name="fk_trials_version_id"),
        sa.ForeignKeyConstraint(["package_hash"], ["packages.hash"], name="fk_trials_package_hash"),
        sa.PrimaryKeyConstraint("id", name="pk_trials"),
        sa.UniqueConstraint("account_id", "version_id", "package_hash", name="uq_trials_account_id_version_id_package_hash"),
    )
    op.create_index("ix_trials_version_id", "trials", ["version_id"])
    op.create_index("ix_trials_saved_at", "trials", ["saved_at"])


def downgrade() -> None:
    op.drop_table("trials")
