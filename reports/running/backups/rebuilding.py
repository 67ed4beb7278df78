"""A database made anew beside the one in use, filled from a backup, and put in its place. Touches the database server and files.

On SQLite it is another file, on PostgreSQL another schema of the same database. Nothing of the one in use is touched before
`take_its_place`, which moves what was there aside and keeps it.
"""

import os
import subprocess
import sys
from abc import ABC, abstractmethod
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, delete, event, func, inspect, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError

from reports.running.backups import tables
from reports.running.backups.faults import BackupFault, BackupFaultKind
from surveys.questionnaire.sheets.bilingual import Text

ROOT = Path(__file__).resolve().parents[3]
RESTORING = "diaoyan_restoring"  # a schema of PostgreSQL
VERSIONS = "alembic_version"


class Rebuilding(ABC):
    """The database beside the one in use. `url` is its address for a command."""

    def __init__(self, engine: Engine) -> None:
        self.in_use = engine
        self.engine: Engine | None = None
        self.connection: Connection | None = None
        self.tables: dict[str, Table] = {}
        self.rows: dict[str, int] = {}

    @property
    @abstractmethod
    def url(self) -> URL: ...

    @abstractmethod
    def prepare(self) -> None:
        """Make room for it; what an earlier try left goes."""

    @abstractmethod
    def give_up(self) -> None:
        """Remove it."""

    @abstractmethod
    def take_its_place(self, now: datetime) -> str | None:
        """Put it where the one in use is. Gives where that one is kept now; None where there was none."""

    def is_empty(self) -> bool:
        """Whether the database in use has no table."""
        return not inspect(self.in_use).get_table_names()

    def begin(self, head: str, folder: Path) -> None:
        """Its tables as they were at the migration `head`, and a transaction to fill them in."""
        self.prepare()
        self.migrate(folder, head)
        self.engine = self.open()
        self.connection = self.engine.connect()
        self.connection.begin()
        metadata = MetaData()
        metadata.reflect(self.connection)
        self.tables = {table.name: table for table in tables.sorted_tables(metadata) if table.name != VERSIONS}
        self.loosen(self.connection)
        for table in self.tables.values():  # rows that a migration writes itself stand in the backup as they became
            if self.connection.scalar(select(func.count()).select_from(table)):
                self.connection.execute(delete(table))

    def open(self) -> Engine:
        return create_engine(self.url)

    @abstractmethod
    def loosen(self, connection: Connection) -> None:
        """References are checked when all rows are in."""

    @abstractmethod
    def tighten(self, connection: Connection) -> None:
        """Check every reference. Raises BackupFault."""

    def insert(self, name: str, columns: list[str], lines: bytes, engine: str) -> None:
        """Put rows into a table. Raises BackupFault naming the first that does not fit."""
        if name == VERSIONS:
            return
        assert self.connection is not None
        table, before = self.tables.get(name), self.rows.get(name, 0)
        if table is None or {column.name for column in table.columns} != set(columns):
            raise _misfit(name, before + 1, "columns", engine)
        rows = tables.rows_of(lines, columns)
        try:
            self.connection.execute(table.insert(), rows)
        except (DBAPIError, StatementError) as problem:
            reason = str(getattr(problem, "orig", None) or problem).strip().splitlines()[0]
            raise _misfit(name, f"{before + 1}–{before + len(rows)}", reason[:200], engine) from None
        self.rows[name] = before + len(rows)

    def finish(self, expected: dict[str, int]) -> None:
        """All rows are in: count them, check references and commit. Raises BackupFault."""
        assert self.connection is not None
        for name, count in tables.count_rows(self.connection, self.tables.values()).items():
            if count != expected.get(name):
                what = Text(
                    f"应为{expected.get(name)}行，写入{count}行", f"{expected.get(name)} rows expected, {count} written"
                )
                raise BackupFault(BackupFaultKind.DIFFERENT, name, part=name, what=what)
        self.tighten(self.connection)
        self.connection.commit()
        self.close()

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        if self.engine is not None:
            self.engine.dispose()
            self.engine = None

    def migrate(self, folder: Path, revision: str = "head") -> None:
        """Bring it to a migration by the program's own command, in a process of its own. Raises BackupFault."""
        address = self.url.render_as_string(hide_password=False)
        done = subprocess.run(
            [sys.executable, "-m", "flask", "db", "upgrade", revision],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": address, "DIAOYAN_INSTANCE": str(folder)},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            sys.stderr.write("\n".join(lines[-3:]).replace(address, "…") + "\n")
            raise BackupFault(BackupFaultKind.NOT_UPGRADED, self.url.render_as_string(hide_password=True))


def _misfit(table: str, row: object, reason: str, engine: str) -> BackupFault:
    return BackupFault(BackupFaultKind.DOES_NOT_FIT, table, table=table, row=row, reason=reason, engine=engine)


class SqliteRebuilding(Rebuilding):
    """Another file."""

    def __init__(self, engine: Engine, place: Path) -> None:
        super().__init__(engine)
        self.place = place

    @property
    def url(self) -> URL:
        return URL.create("sqlite", database=str(self.place))

    def is_empty(self) -> bool:
        file = Path(self.in_use.url.database or "")
        return not file.is_file() or file.stat().st_size == 0 or super().is_empty()

    def prepare(self) -> None:
        self.give_up()

    def give_up(self) -> None:
        self.close()
        for ending in ("", "-wal", "-shm", "-journal", ".lock"):
            Path(f"{self.place}{ending}").unlink(missing_ok=True)

    def open(self) -> Engine:
        engine = super().open()

        @event.listens_for(engine, "connect")
        def _fast(connection: Any, _: Any) -> None:
            for pragma in (
                "foreign_keys=OFF",
                "journal_mode=DELETE",
                "synchronous=OFF",
            ):  # on disk before it takes its place
                connection.execute(f"PRAGMA {pragma}")

        return engine

    def loosen(self, connection: Connection) -> None:
        """They are off as `open` leaves them."""

    def tighten(self, connection: Connection) -> None:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise _misfit(str(broken[0]), broken[1] or 0, f"FOREIGN KEY {broken[2]}", "sqlite")

    def take_its_place(self, now: datetime) -> str | None:
        """Where the file lies in the instance folder, it goes with that one."""
        current = Path(self.in_use.url.database or "")
        self.in_use.dispose()
        aside = Path(f"{current}.before-{now:%Y%m%d-%H%M%S}")
        was_there = current.is_file()
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{current}{ending}").rename(f"{aside}{ending}")
        self.place.rename(current)
        return str(aside) if was_there else None


class PostgresqlRebuilding(Rebuilding):
    """Another schema of the same database."""

    @property
    def url(self) -> URL:
        return self.in_use.url.update_query_dict({"options": f"-csearch_path={RESTORING}"})

    def prepare(self) -> None:
        self.give_up()
        with self.in_use.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {RESTORING}")

    def give_up(self) -> None:
        self.close()
        with suppress(SQLAlchemyError), self.in_use.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {RESTORING} CASCADE")

    def loosen(self, connection: Connection) -> None:
        query = text(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        )
        self.references = [tuple(row) for row in connection.execute(query)]
        for table, name, _definition in self.references:
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    def tighten(self, connection: Connection) -> None:
        for table, name, definition in self.references:
            try:
                connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
            except DBAPIError as problem:
                raise _misfit(table, 0, str(problem.orig).splitlines()[0], "postgresql") from None
        for table in self.tables.values():
            for column in table.columns:
                sequence = connection.scalar(
                    text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
                )
                newest = connection.scalar(select(func.max(column))) if sequence else None
                if newest is not None:
                    connection.execute(
                        text("SELECT setval(:sequence, :newest)"), {"sequence": sequence, "newest": newest}
                    )

    def take_its_place(self, now: datetime) -> str | None:
        """In one transaction: all tables of the one in use into a schema of their own, all of the new one where they were."""
        aside = f"before_restore_{now:%Y%m%d_%H%M%S}"
        with self.in_use.begin() as connection:
            own = connection.scalar(text("SELECT quote_ident(current_schema())"))
            tables = inspect(connection).get_table_names()
            if tables:
                connection.exec_driver_sql(f"CREATE SCHEMA {aside}")
                self._move(connection, own, aside)
            self._move(connection, RESTORING, own)
            connection.exec_driver_sql(f"DROP SCHEMA {RESTORING} CASCADE")
        return aside if tables else None

    def _move(self, connection: Connection, source: str, target: str) -> None:
        names = text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = :schema ORDER BY tablename")
        for table in list(connection.scalars(names, {"schema": source.strip('"')})):
            connection.exec_driver_sql(f"ALTER TABLE {source}.{table} SET SCHEMA {target}")
        guard = text(
            "SELECT count(*) FROM pg_proc WHERE proname = 'diaoyan_guard' AND pronamespace = to_regnamespace(:schema)"
        )
        if connection.scalar(guard, {"schema": source}):
            connection.exec_driver_sql(f"ALTER FUNCTION {source}.diaoyan_guard() SET SCHEMA {target}")
