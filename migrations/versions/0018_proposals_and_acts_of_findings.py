"""what is proposed of findings, and what a desk did with them, act by act

Step 0018, after 0017. Codings and places under headlines name their act; those of before have none and stay as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ACTS = "'code', 'join', 'bulk', 'aside', 'refuse', 'typical', 'plain', 'split', 'apart'"


def upgrade() -> None:
    _acts()
    _proposals()
    with op.batch_alter_table("finding_codings") as table:
        table.add_column(sa.Column("act_id", sa.String(length=36), nullable=True))
        table.create_foreign_key("fk_finding_codings_act_id", "finding_acts", ["act_id"], ["id"])
        table.create_index("ix_finding_codings_act_id", ["act_id"])
    with op.batch_alter_table("headline_findings") as table:
        for name in ("act_id", "undone_act_id"):
            table.add_column(sa.Column(name, sa.String(length=36), nullable=True))
            table.create_foreign_key(f"fk_headline_findings_{name}", "finding_acts", [name], ["id"])
            table.create_index(f"ix_headline_findings_{name}", [name])


def _acts() -> None:
    op.create_table(
        "finding_acts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.Column("done_by", sa.String(length=36), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=36), nullable=True),
        sa.CheckConstraint(f"kind IN ({ACTS})", name="ck_finding_acts_kind"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_finding_acts_campaign_id"),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name="fk_finding_acts_unit_code"),
        sa.ForeignKeyConstraint(["done_by"], ["accounts.id"], name="fk_finding_acts_done_by"),
        sa.ForeignKeyConstraint(["undone_by"], ["accounts.id"], name="fk_finding_acts_undone_by"),
        sa.PrimaryKeyConstraint("id", name="pk_finding_acts"),
    )
    op.create_index(
        "ix_finding_acts_campaign_id_unit_code_done_at", "finding_acts", ["campaign_id", "unit_code", "done_at"]
    )
    op.create_table(
        "finding_marks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("finding_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("other_id", sa.String(length=36), nullable=True),
        sa.Column("headline_id", sa.String(length=36), nullable=True),
        sa.Column("act_id", sa.String(length=36), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_act_id", sa.String(length=36), nullable=True),
        sa.CheckConstraint("kind IN ('aside', 'typical', 'refused')", name="ck_finding_marks_kind"),
        sa.CheckConstraint(
            "kind = 'refused' OR (other_id IS NULL AND headline_id IS NULL)", name="ck_finding_marks_refused"
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_finding_marks_campaign_id"),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name="fk_finding_marks_unit_code"),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name="fk_finding_marks_finding_id"),
        sa.ForeignKeyConstraint(["other_id"], ["findings.id"], name="fk_finding_marks_other_id"),
        sa.ForeignKeyConstraint(["headline_id"], ["headlines.id"], name="fk_finding_marks_headline_id"),
        sa.ForeignKeyConstraint(["act_id"], ["finding_acts.id"], name="fk_finding_marks_act_id"),
        sa.ForeignKeyConstraint(["undone_act_id"], ["finding_acts.id"], name="fk_finding_marks_undone_act_id"),
        sa.PrimaryKeyConstraint("id", name="pk_finding_marks"),
    )
    op.create_index(
        "ix_finding_marks_campaign_id_unit_code_kind", "finding_marks", ["campaign_id", "unit_code", "kind"]
    )
    for name in ("finding_id", "act_id", "undone_act_id"):
        op.create_index(f"ix_finding_marks_{name}", "finding_marks", [name])


def _proposals() -> None:
    op.create_table(
        "finding_likenesses",
        sa.Column("finding_id", sa.String(length=36), nullable=False),
        sa.Column("other_id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.CheckConstraint("outcome IN ('same', 'same_frame', 'near')", name="ck_finding_likenesses_outcome"),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name="fk_finding_likenesses_finding_id"),
        sa.ForeignKeyConstraint(["other_id"], ["findings.id"], name="fk_finding_likenesses_other_id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_finding_likenesses_campaign_id"),
        sa.PrimaryKeyConstraint("finding_id", "other_id", name="pk_finding_likenesses"),
    )
    op.create_index("ix_finding_likenesses_other_id", "finding_likenesses", ["other_id"])
    op.create_index("ix_finding_likenesses_campaign_id", "finding_likenesses", ["campaign_id"])
    op.create_table(
        "finding_proposals",
        sa.Column("finding_id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("category", sa.String(length=8), nullable=True),
        sa.Column("category2", sa.String(length=8), nullable=True),
        sa.Column("likely", sa.Float(), nullable=True),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("group_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name="fk_finding_proposals_finding_id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_finding_proposals_campaign_id"),
        sa.PrimaryKeyConstraint("finding_id", name="pk_finding_proposals"),
    )
    op.create_index("ix_finding_proposals_campaign_id", "finding_proposals", ["campaign_id"])
    op.create_table(
        "proposal_stamps",
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("codings", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_proposal_stamps_campaign_id"),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_proposal_stamps"),
    )


def downgrade() -> None:
    with op.batch_alter_table("headline_findings") as table:
        for name in ("act_id", "undone_act_id"):
            table.drop_constraint(f"fk_headline_findings_{name}", type_="foreignkey")
            table.drop_index(f"ix_headline_findings_{name}")
            table.drop_column(name)
    with op.batch_alter_table("finding_codings") as table:
        table.drop_constraint("fk_finding_codings_act_id", type_="foreignkey")
        table.drop_index("ix_finding_codings_act_id")
        table.drop_column("act_id")
    for name in ("proposal_stamps", "finding_proposals", "finding_likenesses", "finding_marks", "finding_acts"):
        op.drop_table(name)
