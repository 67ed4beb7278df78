"""the trail as a chain

Step 0015, after 0014. Links of the audit trail; an entry says besides when the machine wrote it, from where it came and what became
of it. What was written before has none of the three, and is linked in order by the first who links. What was erased, and complaints
with their answers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
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
    _erasures()
    _complaints()


def _complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=True),
        sa.Column("unit_code", sa.String(length=20), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["accounts.id"], name="fk_complaints_answered_by"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_complaints_campaign_id"),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name="fk_complaints_unit_code"),
        sa.PrimaryKeyConstraint("id", name="pk_complaints"),
        sa.UniqueConstraint("code_hash", name="uq_complaints_code_hash"),
    )
    op.create_index("ix_complaints_received_at", "complaints", ["received_at"])
    op.create_index("ix_complaints_unit_code", "complaints", ["unit_code"])


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("target_id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.Column("done_by", sa.String(length=36), nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.CheckConstraint("scope IN ('subject', 'deputy', 'contact', 'term')", name="ck_erasures_scope"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_erasures_campaign_id"),
        sa.ForeignKeyConstraint(["done_by"], ["accounts.id"], name="fk_erasures_done_by"),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_campaign_id", "erasures", ["campaign_id"])
    op.create_index("ix_erasures_target_id", "erasures", ["target_id"])
    op.create_table(
        "erased_contents",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("erasure_id", sa.String(length=36), nullable=False),
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("rest", sa.String(length=64), nullable=False),
        sa.Column("erased_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasures.id"], name="fk_erased_contents_erasure_id"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_erased_contents_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_erased_contents"),
        sa.UniqueConstraint("visit_id", "content", "rest", name="uq_erased_contents_visit_id_content_rest"),
    )
    op.create_index("ix_erased_contents_erasure_id", "erased_contents", ["erasure_id"])
    op.create_index("ix_erased_contents_visit_id", "erased_contents", ["visit_id"])


def downgrade() -> None:
    op.drop_table("complaints")
    op.drop_table("erased_contents")
    op.drop_table("erasures")
    op.drop_table("audit_links")
    for name in ("update", "delete", "replace"):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER IF EXISTS guard_audit_entries_{name}")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP TRIGGER IF EXISTS guard_audit_entries_update ON audit_entries")
    for name in reversed(_COLUMNS):
        op.drop_column("audit_entries", name)
