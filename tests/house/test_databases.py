"""The databases that tests run on are what they say they are, empty, and each test's own."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, insert, inspect, literal, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from surveys.audit import SYSTEM, AuditEntry, record
from surveys.database import assert_durable, db, reading, utc_now, writing
from surveys.immutable_rows import GuardOpening
from surveys.statements import Statement, insert_rows, read


@pytest.mark.parametrize("round_", [1, 2])
def test_a_test_has_a_database_of_its_own(database_url: str, app: Flask, round_: int) -> None:
    with app.app_context(), db.engine.begin() as connection:
        assert_durable(connection)
        assert database_url.startswith(connection.dialect.name)
        assert {"campaigns", "submissions"} <= set(inspect(connection).get_table_names())
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))


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
            lambda: insert_rows(db.session.connection(), AuditEntry, [row]),
        ):
            with pytest.raises(RuntimeError, match="outside writing"):
                run()
            db.session.rollback()
        with writing() as session:
            session.execute(into, [row])
            insert_rows(session.connection(), AuditEntry, [row])
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 2


@pytest.mark.both_databases
def test_what_the_driver_refuses_is_told_as_everywhere_and_undoes_the_whole(app: Flask) -> None:
    row = {"id": "U", "reason": "twice", "opened_by": None, "opened_at": utc_now(), "closed_at": None}

    def twice() -> None:
        with writing() as session:
            insert_rows(session.connection(), GuardOpening, [row])
            insert_rows(session.connection(), GuardOpening, [row])

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
@pytest.mark.parametrize("first", ["lent", "session"])
def test_after_the_database_was_away_one_statement_fails_and_the_next_goes_on(app: Flask, first: str) -> None:
    own = Statement(select(func.pg_backend_pid().label("pid")))

    def lent() -> int:
        return read(own, {})[0].pid

    def session() -> int:
        try:
            return db.session.scalar(select(func.pg_backend_pid())) or 0
        finally:
            db.session.remove()

    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            return
        with reading(), db.engine.connect():  # so that two lie idle here, and some in the pool
            lent()
            session()
        before = {lent(), session()}
        assert lent() in before, "each statement has a connection made for it"
        _end_all_connections(app)
        ask = {"lent": lent, "session": session}
        with pytest.raises(DBAPIError):
            ask.pop(first)()
        assert not before & {ask.popitem()[1](), lent(), session()}


@pytest.mark.both_databases
def test_what_is_lent_looks_rows_up_by_their_keys_and_the_pool_keeps_its_own_settings(app: Flask) -> None:
    by_key = Statement(select(func.current_setting("enable_seqscan").label("reads_whole_tables")))
    failing = Statement(select((literal(1) / func.length("")).label("fails")))

    def of_a_session() -> Any:
        try:
            return db.session.scalar(select(func.current_setting("enable_seqscan")))
        finally:
            db.session.remove()

    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            return
        for _ in range(3):
            with pytest.raises(DBAPIError):
                read(failing, {})
            assert read(by_key, {})[0].reads_whole_tables == "off"
            assert of_a_session() == "on"


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
