"""registers of any kind: stations, sites, projects, groups of people

Step 0028, after 0027. A subject may be of any kind that a register has, hang on another, have people, tags, a type, attributes and days.
Those there are get the spelling of their names, so that they are found by pinyin. On the way back kinds that the model before does not
know have no place: the step refuses while there is one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KINDS = "'enterprise', 'site', 'station', 'project', 'people'"
_COLUMNS = (
    "id, kind, name, short_name, uscc, area_code, town, address, section, division, size_class, control, flags, staff, revenue, founded, "
    "contact, contact_phone, created_at"
)
_NEW = {
    "unit_code": sa.String(length=20),
    "parent_id": sa.String(length=36),
    "type_code": sa.String(length=40),
    "attributes": sa.Text(),
    "days": sa.Text(),
    "spelled": sa.String(length=500),
    "merged_into": sa.String(length=36),
    "removed_at": sa.DateTime(),
}
_KEYS = {"unit_code": ("units", "code"), "parent_id": ("subjects", "id"), "merged_into": ("subjects", "id")}
_SUBJECTS = sa.table("subjects", sa.column("id"), sa.column("name"), sa.column("spelled"))


def upgrade() -> None:
    aside = _aside()
    with op.batch_alter_table("subjects") as table:
        table.drop_constraint(op.f("ck_subjects_kind"), type_="check")
        table.alter_column("kind", existing_type=sa.String(length=12), type_=sa.String(length=20), existing_nullable=False)
        for name, kind in _NEW.items():
            table.add_column(sa.Column(name, kind, nullable=True))
        for name, (other, column) in _KEYS.items():
            table.create_foreign_key(f"fk_subjects_{name}", other, [name], [column])
    _back(aside)
    op.create_index("ix_subjects_kind_unit_code", "subjects", ["kind", "unit_code"])
    op.create_index("ix_subjects_parent_id", "subjects", ["parent_id"])
    op.create_index("ix_subjects_merged_into", "subjects", ["merged_into"])
    _spell()
    op.create_table(
        "subject_people",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_subject_people_subject_id"),
        sa.PrimaryKeyConstraint("id", name="pk_subject_people"),
    )
    op.create_index("ix_subject_people_subject_id", "subject_people", ["subject_id"])
    op.create_table(
        "registers",
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("label_en", sa.String(length=60), nullable=True),
        sa.Column("measure", sa.String(length=10), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_registers"),
    )
    op.create_table(
        "codes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("list_key", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_codes"),
        sa.UniqueConstraint("list_key", "code", name="uq_codes_list_key_code"),
    )


def downgrade() -> None:
    others = op.get_bind().scalar(sa.text(f"SELECT count(*) FROM subjects WHERE kind NOT IN ({KINDS})"))  # noqa: S608 - words of here
    if others:
        raise RuntimeError(f"{others} subjects are of a kind that the model before 0028 cannot hold")
    for name in ("codes", "registers", "subject_people"):
        op.drop_table(name)
    for name in ("merged_into", "parent_id", "kind_unit_code"):
        op.drop_index(f"ix_subjects_{name}", table_name="subjects")
    aside = _aside()
    with op.batch_alter_table("subjects") as table:
        for name in _KEYS:
            table.drop_constraint(f"fk_subjects_{name}", type_="foreignkey")
        for name in _NEW:
            table.drop_column(name)
        table.alter_column("kind", existing_type=sa.String(length=20), type_=sa.String(length=12), existing_nullable=False)
        table.create_check_constraint(op.f("ck_subjects_kind"), f"kind IN ({KINDS})")
    _back(aside)


def _aside() -> bool:
    """SQLite rebuilds the table, and drops no table that rows of others point to: its rows stand aside meanwhile."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("PRAGMA defer_foreign_keys=ON")
        op.execute("CREATE TABLE former_subjects AS SELECT * FROM subjects")
        op.execute("DELETE FROM subjects")
    return is_sqlite


def _back(is_aside: bool) -> None:
    if is_aside:
        op.execute(f"INSERT INTO subjects ({_COLUMNS}) SELECT {_COLUMNS} FROM former_subjects")  # noqa: S608 - names of here
        op.execute("DROP TABLE former_subjects")


def _spell() -> None:
    from surveys.planning.campaigns.subjects import spelling

    connection = op.get_bind()
    for key, name in connection.execute(sa.select(_SUBJECTS.c.id, _SUBJECTS.c.name)).all():
        connection.execute(sa.update(_SUBJECTS).where(_SUBJECTS.c.id == key).values(spelled=spelling(name)))
