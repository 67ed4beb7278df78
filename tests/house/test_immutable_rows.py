"""Rows that never change: the database refuses it on both engines, lets an opening through, and has its guards after a migration."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from app import create_app
from surveys import immutable_rows
from surveys.audit import SYSTEM, AuditEntry, record
from surveys.database import db, utc_now, writing
from surveys.planning.forms.questionnaire_versions import Package
from tests.factories.fieldwork import version, visit
from tests.factories.planning import guangzhou


@pytest.fixture
def kept(app: Flask) -> Iterator[str]:
    """A submission that was received."""
    with app.app_context():
        with writing():
            submission = version(visit(guangzhou().id), b'{"answers":{}}')
            db.session.add(Package(hash="0" * 64, body=b"{}", made_at=utc_now()))
            record(SYSTEM, "tried")
        yield submission.id


STATEMENTS = [
    "UPDATE submissions SET body = body",
    "UPDATE submissions SET outcome = 'refused'",
    "DELETE FROM submissions",
    "UPDATE packages SET body = body",
    "DELETE FROM packages",
    "UPDATE audit_entries SET act = 'nothing'",
    "DELETE FROM audit_entries",
]


@pytest.mark.both_databases
def test_the_database_refuses_to_change_what_never_changes(kept: str) -> None:
    for statement in STATEMENTS:
        with pytest.raises(DatabaseError, match="never changes"), writing() as session:
            session.execute(text(statement))
    with writing() as session:
        session.execute(text("UPDATE submissions SET marks = '[\"late\"]'"))  # what the desk and the judge add is free


def test_sqlite_replaces_nothing_either(kept: str) -> None:
    for statement in (
        "REPLACE INTO audit_entries SELECT * FROM audit_entries",
        "INSERT OR REPLACE INTO submissions SELECT * FROM submissions",
    ):
        with pytest.raises(DatabaseError, match="never changes"), writing() as session:
            session.execute(text(statement))


@pytest.mark.both_databases
def test_an_opening_lets_one_transaction_through_and_stays_on_record(kept: str) -> None:
    with writing() as session, immutable_rows.opened("一人请求删除"):
        session.execute(text("DELETE FROM submissions WHERE id = :id"), {"id": kept})
    assert db.session.execute(text("SELECT COUNT(*) FROM submissions")).scalar_one() == 0
    opening = db.session.query(immutable_rows.GuardOpening).one()
    assert opening.closed_at is not None
    assert db.session.query(AuditEntry).filter_by(act="guard.opened", target_id=opening.id).count() == 1
    with pytest.raises(DatabaseError, match="never changes"), writing() as session:
        session.execute(text("DELETE FROM packages"))


def test_an_opening_that_breaks_off_opens_nothing(kept: str) -> None:
    def break_off() -> None:
        with writing() as session, immutable_rows.opened("x"):
            session.execute(text("DELETE FROM submissions"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert db.session.query(immutable_rows.GuardOpening).count() == 0
    with pytest.raises(DatabaseError, match="never changes"), writing() as session:
        session.execute(text("DELETE FROM submissions"))
    with pytest.raises(RuntimeError, match="inside writing"), immutable_rows.opened("x"):
        pass


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_after_a_migration_every_guard_is_there(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if engine == "sqlite":
        url = f"sqlite:///{tmp_path / 'migrated.db'}"
    else:
        url = request.getfixturevalue("empty_postgresql")
    settings = {"TESTING": True, "INSTANCE": str(tmp_path), "SQLALCHEMY_DATABASE_URI": url}
    app = create_app(settings)
    with app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            assert _installed(connection) == immutable_rows.expected(connection.dialect.name)
        downgrade(revision="0003")
        with db.engine.connect() as connection:
            assert _installed(connection) == []
        upgrade()
        with writing() as session:  # as a table that a later step rebuilds would lose them
            guard = "guard_submissions_delete"
            session.execute(text(f"DROP TRIGGER {guard}" + (" ON submissions" if engine == "postgresql" else "")))
        upgrade()
        with db.engine.connect() as connection:
            assert _installed(connection) == immutable_rows.expected(connection.dialect.name)
        db.session.remove()
        db.engine.dispose()


def _installed(connection: Connection) -> list[str]:
    """The names of the triggers that are there, in order."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard_%' ORDER BY name"
    else:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'guard_%' ORDER BY tgname"
    return list(connection.execute(text(query)).scalars())
