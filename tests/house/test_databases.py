"""The databases that tests run on are what they say they are, empty, and each test's own."""

import os
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app import create_app
from surveys.audit import SYSTEM, AuditEntry, record
from surveys.database import assert_durable, db, utc_now, writing, writing_once
from surveys.immutable_rows import GuardOpening


@pytest.mark.parametrize("round_", [1, 2])
def test_a_test_has_a_database_of_its_own(database_url: str, app: Flask, round_: int) -> None:
    with app.app_context(), db.engine.begin() as connection:
        assert_durable(connection)
        assert database_url.startswith(connection.dialect.name)
        assert {"campaigns", "submissions"} <= set(inspect(connection).get_table_names())
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))


def test_the_file_of_a_new_instance_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        app = create_app({"TESTING": True, "INSTANCE": str(tmp_path / "new")})
        with app.app_context():
            db.create_all()
            with writing():
                record(SYSTEM, "tried")
            db.session.execute(select(func.count()).select_from(AuditEntry))  # held open: -wal and -shm lie there
            modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "new").glob("diaoyan.db*")}
            db.session.remove()
            db.engine.dispose()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(["diaoyan.db", "diaoyan.db-wal", "diaoyan.db-shm", "diaoyan.db.lock"], 0o600)


def _break_off() -> None:
    with writing():
        record(SYSTEM, "tried")
        raise ZeroDivisionError


@pytest.mark.both_databases
def test_a_transaction_that_breaks_off_leaves_nothing_and_what_follows_is_read_as_of_now(app: Flask) -> None:
    count = select(func.count()).select_from(AuditEntry)
    with app.app_context():
        assert db.session.scalar(count) == 0
        with pytest.raises(ZeroDivisionError):
            _break_off()
        assert db.session.scalar(count) == 0
        with writing():
            record(SYSTEM, "done")
        assert db.session.scalar(count) == 1


@pytest.mark.both_databases
def test_an_audit_entry_is_written_inside_of_writing_only(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="outside writing"):
        record(SYSTEM, "tried")


@pytest.mark.both_databases
def test_a_statement_that_writes_runs_inside_of_writing_only(app: Flask) -> None:
    row = {"happened_at": utc_now(), "actor_kind": "system", "act": "tried"}
    into, away = insert(AuditEntry), text("  delete from audit_entries")
    with app.app_context():
        for run in (
            lambda: db.session.execute(into, [row]),
            lambda: db.session.connection().execute(into, [row]),
            lambda: db.session.connection().exec_driver_sql("UPDATE audit_entries SET act = 'changed'"),
            lambda: db.session.execute(away),
        ):
            with pytest.raises(RuntimeError, match="outside writing"):
                run()
            db.session.rollback()
        with writing() as session:
            session.execute(into, [row])
            session.connection().execute(into, [row])
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 2


@pytest.mark.both_databases
def test_what_the_driver_refuses_is_told_as_everywhere_and_undoes_the_whole(app: Flask) -> None:
    row = {"id": "U", "reason": "twice", "opened_by": None, "opened_at": utc_now(), "closed_at": None}

    def twice() -> None:
        with writing() as session:
            session.execute(insert(GuardOpening), [row])
            session.execute(insert(GuardOpening), [row])

    with app.app_context():
        with pytest.raises(IntegrityError):
            twice()
        assert db.session.scalar(select(func.count()).select_from(GuardOpening)) == 0


def test_reading_on_postgresql_holds_no_transaction_open(database_url: str, app: Flask) -> None:
    def state() -> str:
        db.session.execute(text("SELECT 1"))
        driver: Any = db.session.connection().connection.dbapi_connection
        return driver.info.transaction_status.name

    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            return
        assert state() == "IDLE"
        with writing():
            assert state() == "INTRANS"
        assert state() == "IDLE"


@pytest.mark.both_databases
def test_after_the_database_was_away_one_statement_fails_and_the_next_goes_on(app: Flask) -> None:
    def asked() -> int:
        try:
            return db.session.scalar(select(func.pg_backend_pid())) or 0
        finally:
            db.session.remove()

    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            return
        with db.engine.connect():  # so that two lie idle in the pool
            asked()
        before = {asked(), asked()}
        _end_all_connections(app)
        with pytest.raises(DBAPIError):
            asked()
        assert not before & {asked(), asked()}


def test_what_commits_by_itself_is_one_statement_and_nothing_else(database_url: str, app: Flask) -> None:
    row = {"happened_at": utc_now(), "actor_kind": "system", "act": "tried"}

    def once() -> None:
        with writing_once() as connection:
            connection.execute(insert(AuditEntry), [row])

    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            with pytest.raises(RuntimeError, match="PostgreSQL alone"):
                once()
            return
        once()
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 1, "it is there without a commit"
        with pytest.raises(RuntimeError, match="more to commit"), writing():
            once()


def _end_all_connections(app: Flask) -> None:
    other = create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    with other.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()
