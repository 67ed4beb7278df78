"""Rows that never change (不可改动的行): triggers refuse every change. Touches the database and the audit trail.

Guarded  submissions and what was set aside (but for what the desk and the judge add), decisions, questionnaires, versions and prints
         of reports, steps, replies and ratings of items, the audit trail: no UPDATE, no DELETE, on PostgreSQL no TRUNCATE, on SQLite no REPLACE either. Triggers do it, on both databases;
         they live here and nowhere else, and `install` puts them in anew after each migration (a table that SQLite rebuilds
         loses its own).
Opening  `opened(reason, actor)` lets one transaction through: for erasure on a person's request, and for tests that tamper.
         Each opening stays on record, with an audit entry; a transaction that breaks off has opened nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import Mapped, mapped_column

from surveys.audit import SYSTEM, Actor, record
from surveys.database import Id, Line, db, is_writing, utc_now

# Table → the columns that may be written later; every other column, and the row itself, stays.
GUARDED: dict[str, frozenset[str]] = {
    "submissions": frozenset({"marks", "judged"}),
    "set_aside": frozenset({"settled_at", "settled_by", "settlement"}),
    "decisions": frozenset(),
    "packages": frozenset(),
    "questionnaire_versions": frozenset({"published_at", "withdrawn_at", "notes"}),
    "report_versions": frozenset(),
    "printed_reports": frozenset(),
    "item_steps": frozenset(),
    "item_replies": frozenset(),
    "item_ratings": frozenset(),
    "audit_entries": frozenset(),
    "audit_links": frozenset(),
    "erased_contents": frozenset(),
}
REFUSAL = "diaoyan: a row of {table} never changes; erasure goes through surveys.immutable_rows.opened"
OPEN = "EXISTS (SELECT 1 FROM guard_openings WHERE closed_at IS NULL)"
FUNCTION = """
CREATE OR REPLACE FUNCTION diaoyan_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM guard_openings WHERE closed_at IS NULL) THEN
        RAISE EXCEPTION 'diaoyan: a row of %% never changes; erasure goes through surveys.immutable_rows.opened', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN RETURN NEW; END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NULL;
END $$
"""


class GuardOpening(db.Model):
    """One time that guarded rows were let through: why, who, when. Open only inside its own transaction."""

    __tablename__ = "guard_openings"

    id: Mapped[Id]
    reason: Mapped[str] = mapped_column(Line(200))
    opened_by: Mapped[str | None] = mapped_column(Line(100))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


@contextmanager
def opened(reason: str, *, actor: Actor = SYSTEM) -> Iterator[None]:
    """Let guarded rows be changed inside, in this transaction alone. Inside `writing()`; RuntimeError outside of it."""
    if not is_writing():
        raise RuntimeError("guarded rows are opened inside writing() only")
    session = db.session()
    opening = GuardOpening(reason=reason, opened_by=actor.name or actor.kind, opened_at=utc_now())
    session.add(opening)
    session.flush()
    yield
    session.flush()
    opening.closed_at = utc_now()
    record(actor, "guard.opened", target=("guard", opening.id), reason=reason)
    session.flush()


def expected(dialect: str) -> list[str]:
    """The names of the triggers that ought to be there."""
    kinds = ("update", "delete", "replace" if dialect == "sqlite" else "truncate")
    return sorted(f"guard_{table}_{kind}" for table in GUARDED for kind in kinds)


def install(connection: Connection) -> None:
    """Put every trigger in, or in anew, for the tables that are there. Does nothing before the first migration."""
    there = set(inspect(connection).get_table_names())
    if "guard_openings" not in there:
        return
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.exec_driver_sql(FUNCTION)
    for table, free in GUARDED.items():
        if table not in there:
            continue
        look = inspect(connection)
        columns = [one["name"] for one in look.get_columns(table) if one["name"] not in free]
        keys = [look.get_pk_constraint(table)["constrained_columns"]]
        keys += [one["column_names"] for one in look.get_unique_constraints(table)]
        for statement in _on_sqlite(table, columns, keys) if sqlite else _on_postgresql(table, columns):
            connection.exec_driver_sql(statement)


def _on_sqlite(table: str, columns: list[str], keys: list[list[Any]]) -> Iterator[str]:
    refusal = REFUSAL.format(table=table)
    clash = " OR ".join("(" + " AND ".join(f"{name} = NEW.{name}" for name in key) + ")" for key in keys)
    yield f"DROP TRIGGER IF EXISTS guard_{table}_replace"
    yield (  # SQLite deletes what an INSERT OR REPLACE replaces without asking the trigger on DELETE
        f"CREATE TRIGGER guard_{table}_replace BEFORE INSERT ON {table} "  # noqa: S608 - names of tables and columns
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {clash}) AND NOT {OPEN} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    )
    for kind, of in (("update", f"UPDATE OF {', '.join(columns)}"), ("delete", "DELETE")):
        yield f"DROP TRIGGER IF EXISTS guard_{table}_{kind}"
        yield (
            f"CREATE TRIGGER guard_{table}_{kind} BEFORE {of} ON {table} WHEN NOT {OPEN} "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        )


def _on_postgresql(table: str, columns: list[str]) -> Iterator[str]:
    kinds = (
        ("update", f"UPDATE OF {', '.join(columns)}", "ROW"),
        ("delete", "DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    )
    for kind, of, each in kinds:
        yield f"DROP TRIGGER IF EXISTS guard_{table}_{kind} ON {table}"
        yield (
            f"CREATE TRIGGER guard_{table}_{kind} BEFORE {of} ON {table} FOR EACH {each} "
            "EXECUTE FUNCTION diaoyan_guard()"
        )


@event.listens_for(db.metadata, "after_create")
def _with_the_tables(_: Any, connection: Connection, **__: Any) -> None:
    install(connection)
