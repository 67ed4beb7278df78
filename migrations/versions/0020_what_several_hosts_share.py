"""what several hosts share

Step 0020, after 0019. Entries of the audit trail have a seal, and name the head of the chain that their writer knew; those written
before have neither, and stand before all that have. What whoever is counted has taken of a rate.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_entries", sa.Column("head_before", sa.String(length=80), nullable=True))
    op.add_column("audit_entries", sa.Column("seal", sa.String(length=90), nullable=True))
    op.create_table(
        "rate_uses",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("full_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_rate_uses"),
    )
    op.create_index("ix_rate_uses_full_at", "rate_uses", ["full_at"])


def downgrade() -> None:
    op.drop_table("rate_uses")
    for name in ("update", "delete", "replace"):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER IF EXISTS guard_audit_entries_{name}")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP TRIGGER IF EXISTS guard_audit_entries_update ON audit_entries")
    op.drop_column("audit_entries", "seal")
    op.drop_column("audit_entries", "head_before")
