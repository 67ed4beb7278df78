"""the trail as a chain

Step 0016. Links of the audit trail; an entry says besides when the machine wrote it, from where it came and what became of it. What
was written before has none of the three, and is linked in order by the first who links.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = {"recorded_at": sa.DateTime(), "address": sa.String(length=45), "outcome": sa.String(length=20)}


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("audit_entries", sa.Column(name, kind, nullable=True))
    op.create_table(
        "audit_links",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("linked_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_audit_links"),
        sa.UniqueConstraint("entry_id", name="uq_audit_links_entry_id"),
    )


def downgrade() -> None:
    op.drop_table("audit_links")
    for name in ("update", "delete", "replace"):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER IF EXISTS guard_audit_entries_{name}")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP TRIGGER IF EXISTS guard_audit_entries_update ON audit_entries")
    for name in reversed(_COLUMNS):
        op.drop_column("audit_entries", name)
