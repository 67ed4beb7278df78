"""kinds of visits

Step 0026, after 0025. A campaign has kinds of visits, at first one with what it had; visits and questionnaire versions name theirs.
A visit may hang on no subject but bear a title, and says who started it where nobody assigned it. On the way back such a visit has
no place: the step refuses while there is one, or a second kind in use.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_VISIT_FACTS = (
    "id, campaign_id, unit_code, subject_id, assignment_id, head, opened_at, notice_shown_at, notice_version, voided_at, "
    "voided_reason, voided_by, erased_at, delivered_at"
)
_KIND = ["visit_kinds", ["campaign_id", "kind"], ["campaign_id", "key"]]


def upgrade() -> None:
    op.create_table(
        "visit_kinds",
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("label_en", sa.String(length=60), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("form_of", sa.String(length=40), nullable=True),
        sa.Column("starts", sa.String(length=8), nullable=False),
        sa.Column("hangs_on", sa.Text(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("most_a_day", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("starts IN ('desk', 'deputy')", name=op.f("ck_visit_kinds_starts")),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_visit_kinds_window")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_visit_kinds_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "key", name=op.f("pk_visit_kinds")),
    )
    op.execute(
        "INSERT INTO visit_kinds (campaign_id, key, sort, label, label_en, starts, hangs_on) "
        "SELECT id, 'visit', 1, '走访', 'Visit', 'desk', '[\"enterprise\"]' FROM campaigns"
    )
    # A row of this table never changes, and SQLite would rebuild it for a key: the column comes with what every row has.
    op.add_column(
        "questionnaire_versions", sa.Column("visit_kind", sa.String(length=40), nullable=False, server_default="visit")
    )
    with _emptied_on_sqlite("visits") as is_sqlite:
        with op.batch_alter_table("visits") as table:
            table.add_column(sa.Column("kind", sa.String(length=40), nullable=not is_sqlite))
            table.add_column(sa.Column("title", sa.String(length=120), nullable=True))
            table.add_column(sa.Column("group_id", sa.String(length=36), nullable=True))
            table.add_column(sa.Column("started_at", sa.DateTime(), nullable=True))
            table.add_column(sa.Column("started_by", sa.String(length=36), nullable=True))
            table.alter_column("subject_id", existing_type=sa.String(length=36), nullable=True)
            table.create_foreign_key(op.f("fk_visits_campaign_id_kind"), *_KIND)
            table.create_foreign_key(op.f("fk_visits_group_id"), "deputy_groups", ["group_id"], ["id"])
            table.create_foreign_key(op.f("fk_visits_started_by"), "deputies", ["started_by"], ["id"])
        if is_sqlite:
            op.execute(f"INSERT INTO visits ({_VISIT_FACTS}, kind) SELECT {_VISIT_FACTS}, 'visit' FROM former_visits")  # noqa: S608
        else:
            op.execute("UPDATE visits SET kind = 'visit'")
            op.alter_column("visits", "kind", existing_type=sa.String(length=40), nullable=False)
    op.create_index("ix_visits_group_id", "visits", ["group_id"])
    op.create_index("ix_visits_started_by", "visits", ["started_by"])


def downgrade() -> None:
    for table, condition in (("visits", "kind <> 'visit' OR subject_id IS NULL"), ("questionnaire_versions", "visit_kind <> 'visit'")):
        number = op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {condition}"))  # noqa: S608 - names of here
        if number:
            raise RuntimeError(f"{number} rows of {table} are of kinds that the model before 0026 does not know")
    op.drop_index("ix_visits_started_by", table_name="visits")
    op.drop_index("ix_visits_group_id", table_name="visits")
    with _emptied_on_sqlite("visits") as is_sqlite:
        with op.batch_alter_table("visits") as table:
            for name in ("campaign_id_kind", "group_id", "started_by"):
                table.drop_constraint(f"fk_visits_{name}", type_="foreignkey")
            for name in ("kind", "title", "group_id", "started_at", "started_by"):
                table.drop_column(name)
            table.alter_column("subject_id", existing_type=sa.String(length=36), nullable=False)
        if is_sqlite:
            op.execute(f"INSERT INTO visits ({_VISIT_FACTS}) SELECT {_VISIT_FACTS} FROM former_visits")  # noqa: S608
    op.execute("DROP TRIGGER IF EXISTS guard_questionnaire_versions_update" + _on_versions())  # it names the column
    op.drop_column("questionnaire_versions", "visit_kind")
    op.drop_table("visit_kinds")


def _on_versions() -> str:
    return "" if op.get_bind().dialect.name == "sqlite" else " ON questionnaire_versions"


@contextmanager
def _emptied_on_sqlite(table: str) -> Iterator[bool]:
    """SQLite rebuilds the table, and drops no table that rows of others point to: its rows stand aside meanwhile, in
    `former_…`, and are back before the commit asks for them."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("PRAGMA defer_foreign_keys=ON")
        op.execute(f"CREATE TABLE former_{table} AS SELECT * FROM {table}")  # noqa: S608 - names of here
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - names of here
    yield is_sqlite
    if is_sqlite:
        op.execute(f"DROP TABLE former_{table}")
