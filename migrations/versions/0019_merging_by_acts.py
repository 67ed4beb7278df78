"""merging by acts: several sources a paragraph, acts taken back as one, cards put under a matter, the reasons of a report

Step 0019, after 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KINDS = (
    "kind IN ('written', 'source_added', 'source_removed', 'left', 'taken_back', 'matters_kept', 'matter_new', "
    "'matter_named', 'matter_joined', 'matter_moved', 'cards_moved')"
)
_NEW = ("act_id", "ended_by")


def upgrade() -> None:
    op.create_table(
        "merge_acts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("section_key", sa.String(length=60), nullable=True),
        sa.Column("block_id", sa.String(length=60), nullable=True),
        sa.Column("cards", sa.Integer(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=36), nullable=True),
        sa.CheckConstraint(_KINDS, name=op.f("ck_merge_acts_kind")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_merge_acts_report_id")),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_merge_acts_made_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["accounts.id"], name=op.f("fk_merge_acts_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_acts")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_merge_acts_report_id_number")),
    )
    op.create_table(
        "merge_card_places",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("child_version_id", sa.String(length=36), nullable=False),
        sa.Column("section_key", sa.String(length=60), nullable=False),
        sa.Column("block_id", sa.String(length=60), nullable=False),
        sa.Column("matter", sa.String(length=60), nullable=False),
        sa.Column("act_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_merge_card_places_report_id")),
        sa.ForeignKeyConstraint(
            ["child_version_id"], ["report_versions.id"], name=op.f("fk_merge_card_places_child_version_id")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["merge_acts.id"], name=op.f("fk_merge_card_places_act_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_card_places")),
    )
    op.create_index(op.f("ix_merge_card_places_report_id"), "merge_card_places", ["report_id"])
    op.create_index(op.f("ix_merge_card_places_act_id"), "merge_card_places", ["act_id"])
    op.create_table(
        "merge_leave_reasons",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("listed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_merge_leave_reasons_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_leave_reasons")),
        sa.UniqueConstraint("report_id", "place", name=op.f("uq_merge_leave_reasons_report_id_place")),
    )
    with op.batch_alter_table("merge_decisions") as table:
        for name in _NEW:
            table.add_column(sa.Column(name, sa.String(length=36), nullable=True))
            table.create_foreign_key(op.f(f"fk_merge_decisions_{name}"), "merge_acts", [name], ["id"])
            table.create_index(op.f(f"ix_merge_decisions_{name}"), [name])


def downgrade() -> None:
    with op.batch_alter_table("merge_decisions") as table:
        for name in _NEW:
            table.drop_index(op.f(f"ix_merge_decisions_{name}"))
            table.drop_constraint(op.f(f"fk_merge_decisions_{name}"), type_="foreignkey")
            table.drop_column(name)
    op.drop_table("merge_leave_reasons")
    op.drop_table("merge_card_places")
    op.drop_table("merge_acts")
