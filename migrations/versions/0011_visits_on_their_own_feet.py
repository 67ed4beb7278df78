"""visits on their own feet

Step 0011, after 0010. A visit has campaign, unit and subject itself and may have no assignment; those there are take them over from
theirs. On the way back a visit that nobody assigned has no place: the step refuses while there is one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OWN = {"campaign_id": sa.String(length=36), "unit_code": sa.String(length=20), "subject_id": sa.String(length=36)}
_OTHERS = {"campaign_id": "campaigns.id", "unit_code": "units.code", "subject_id": "subjects.id"}
_TAKEN_OVER = "ix_assignments_id_campaign_id_unit_code_subject_id"
_TOGETHER = "fk_visits_assignment_id_campaign_id_unit_code_subject_id"
_VISITS = sa.table("visits", sa.column("assignment_id"), *(sa.column(name) for name in _OWN))
_ASSIGNMENTS = sa.table("assignments", sa.column("id"), *(sa.column(name) for name in _OWN))
_FACTS = "head, opened_at, notice_shown_at, notice_version, voided_at, voided_reason, voided_by, erased_at, delivered_at"


def upgrade() -> None:
    op.create_index(_TAKEN_OVER, "assignments", ["id", *_OWN], unique=True)
    with _emptied_on_sqlite() as is_sqlite:
        with op.batch_alter_table("visits") as table:
            for name, kind in _OWN.items():
                table.add_column(sa.Column(name, kind, nullable=not is_sqlite))
            table.alter_column("assignment_id", existing_type=sa.String(length=36), nullable=True)
            table.drop_constraint("fk_visits_assignment_id", type_="foreignkey")
            for name, other in _OTHERS.items():
                table.create_foreign_key(f"fk_visits_{name}", *_key(name, other))
            table.create_foreign_key(
                _TOGETHER, "assignments", ["assignment_id", *_OWN], ["id", *_OWN], onupdate="CASCADE"
            )
        if is_sqlite:
            _bring_back(
                f"assignment_id, {', '.join(_OWN)}, {_FACTS}",
                "former_visits AS former JOIN assignments ON assignments.id = assignment_id",
            )
        else:
            for name, kind in _OWN.items():
                op.execute(sa.update(_VISITS).values({name: _of_assignment(name)}))
                op.alter_column("visits", name, existing_type=kind, nullable=False)
    op.create_index("ix_visits_campaign_id_unit_code", "visits", ["campaign_id", "unit_code"])
    op.create_index("ix_visits_subject_id", "visits", ["subject_id"])


def downgrade() -> None:
    alone = op.get_bind().scalar(sa.text("SELECT count(*) FROM visits WHERE assignment_id IS NULL"))
    if alone:
        raise RuntimeError(f"{alone} visits have no assignment: the model before 0009 cannot hold them")
    op.drop_index("ix_visits_subject_id", table_name="visits")
    op.drop_index("ix_visits_campaign_id_unit_code", table_name="visits")
    with _emptied_on_sqlite() as is_sqlite:
        with op.batch_alter_table("visits") as table:
            table.drop_constraint(_TOGETHER, type_="foreignkey")
            for name in _OWN:
                table.drop_constraint(f"fk_visits_{name}", type_="foreignkey")
            table.create_foreign_key("fk_visits_assignment_id", "assignments", ["assignment_id"], ["id"])
            table.alter_column("assignment_id", existing_type=sa.String(length=36), nullable=False)
            for name in _OWN:
                table.drop_column(name)
        if is_sqlite:
            _bring_back(f"assignment_id, {_FACTS}", "former_visits AS former")
    op.drop_index(_TAKEN_OVER, table_name="assignments")


def _of_assignment(name: str) -> sa.ScalarSelect[str]:
    found = sa.select(_ASSIGNMENTS.c[name]).where(_ASSIGNMENTS.c.id == _VISITS.c.assignment_id)
    return found.scalar_subquery()


def _bring_back(columns: str, source: str) -> None:
    op.execute(f"INSERT INTO visits (id, {columns}) SELECT former.id, {columns} FROM {source}")  # noqa: S608 - names of here


def _key(name: str, other: str) -> tuple[str, list[str], list[str]]:
    table, column = other.split(".")
    return table, [name], [column]


@contextmanager
def _emptied_on_sqlite() -> Iterator[bool]:
    """SQLite rebuilds the table, and drops no table that rows of others point to: its rows stand aside meanwhile, in
    `former_visits`, and are back before the commit asks for them."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("PRAGMA defer_foreign_keys=ON")
        op.execute("CREATE TABLE former_visits AS SELECT * FROM visits")
        op.execute("DELETE FROM visits")
    yield is_sqlite
    if is_sqlite:
        op.execute("DROP TABLE former_visits")
