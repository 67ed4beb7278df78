"""Putting a backup back: database, files and keys, built beside what is there and swapped in, or nothing at all. Touches all of it.

Into an empty instance, or in place of another; what was there is moved aside and kept. The server does not run meanwhile.
"""

import io
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from flask import Flask
from sqlalchemy import Engine, create_engine, delete, insert

from reports.running.backups import age, contents
from reports.running.backups.faults import BackupFault, BackupFaultKind, of_system
from reports.running.backups.reading import About, Taker, Verified, read
from reports.running.backups.rebuilding import PostgresqlRebuilding, Rebuilding, SqliteRebuilding
from reports.running.migrations import knows, newest_head
from reports.running.presence import is_serving
from surveys.audit import SYSTEM, AuditEntry, sealed, unsealed
from surveys.database import db, utc_now
from surveys.files import FileStore, Folder
from surveys.instance_marks import InstanceMark
from surveys.keys import read_keys
from surveys.restorations import RESTORED, TARGET

INCOMING = ".incoming"  # on the way into a bucket


@dataclass(frozen=True)
class Restored:
    """An instance that was put back. `aside` says where what had been there is kept."""

    verified: Verified
    restored_at: datetime
    aside: tuple[str, ...]
    upgraded_from: str | None

    def as_json(self) -> dict[str, Any]:
        return {
            **self.verified.as_json(),
            "restored_at": self.restored_at.isoformat(timespec="seconds"),
            "aside": list(self.aside),
            "upgraded_from": self.upgraded_from,
        }


def restore(app: Flask, file: Path, opener: age.Opener, *, replace: bool = False) -> Restored:
    """Inside an application context. Raises BackupFault; then everything is as it was before."""
    instance = Path(app.instance_path)
    if is_serving(instance):
        raise BackupFault(BackupFaultKind.SERVING, str(instance))
    beside = instance.with_name(f".{instance.name}.restoring")
    database = _rebuilding(db.engine, instance, beside)
    if not replace and not (database.is_empty() and not contents.files_of(app)):
        raise BackupFault(BackupFaultKind.NOT_EMPTY, str(instance))
    building = _Building(app, database, beside)
    try:
        verified = read(file, opener, building)
        return building.swap(verified)
    except OSError as problem:
        raise of_system(problem, problem.filename or beside) from problem
    finally:
        database.give_up()
        shutil.rmtree(beside, ignore_errors=True)


def _rebuilding(engine: Engine, instance: Path, beside: Path) -> Rebuilding:
    if engine.dialect.name != "sqlite":
        return PostgresqlRebuilding(engine)
    file = Path(engine.url.database or "").resolve()
    if file.is_relative_to(instance):
        return SqliteRebuilding(engine, beside / file.relative_to(instance))
    return SqliteRebuilding(engine, file.with_name(f".{file.name}.restoring"))


class _IntoBucket(io.FileIO):
    """A file that is handed to a bucket when it is whole; what a bucket holds already it does not lose."""

    def __init__(self, place: Path, store: FileStore, digest: str) -> None:
        super().__init__(place, "w")
        self.place, self.store, self.digest = place, store, digest

    @classmethod
    def of(cls, store: FileStore, folder: Path, digest: str) -> BinaryIO:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cast("BinaryIO", cls(folder / digest, store, digest))

    def close(self) -> None:
        if not self.closed:
            super().close()
            self.store.adopt(self.place, self.digest)


class _Building(Taker):
    """What is built beside the instance as the backup is read."""

    def __init__(self, app: Flask, database: Rebuilding, beside: Path) -> None:
        self.instance, self.store = Path(app.instance_path), cast("FileStore", app.extensions["files"])
        self.database, self.beside = database, beside
        self.about: About | None = None

    def begin(self, about: About) -> None:
        if not knows(about.head):
            raise BackupFault(BackupFaultKind.NEWER, about.head, head=about.head)
        shutil.rmtree(self.beside, ignore_errors=True)
        self.beside.mkdir(parents=True, mode=0o700)
        self.about = about
        self.database.begin(about.head, self.beside)

    def take_rows(self, table: str, lines: bytes) -> None:
        assert self.about is not None
        self.database.insert(table, self.about.columns[table], lines, self.about.engine)

    def open_file(self, name: str) -> BinaryIO:
        kind, _slash, rest = name.partition("/")
        if kind == "files" and not isinstance(self.store, Folder):
            return _IntoBucket.of(self.store, self.beside / INCOMING, rest.replace("/", ""))
        place = (self._new_store() if kind == "files" else self.beside) / rest
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cast("BinaryIO", os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"))

    def _new_store(self) -> Path:
        """A store outside the instance folder only gains files: they are named by their bytes."""
        root = cast("Folder", self.store).root
        return self.beside / root.relative_to(self.instance) if root.is_relative_to(self.instance) else root

    def swap(self, verified: Verified) -> Restored:
        """All was read and is whole: bring it to this program's migration, note where it comes from, put it in place."""
        head = verified.about.head
        self.database.finish(verified.tables)
        if head != newest_head():
            self.database.migrate(self.beside)
        now = utc_now()
        self._note(verified, now)
        shutil.rmtree(self.beside / INCOMING, ignore_errors=True)
        os.sync()
        aside = self._swap_folder(now)
        try:
            database_aside = self._swap_database(now)
        except BaseException:
            self._swap_folder_back(aside)
            raise
        places = tuple(str(place) for place in (aside, database_aside) if place)
        return Restored(verified, now, places, head if head != newest_head() else None)

    def _note(self, verified: Verified, now: datetime) -> None:
        """The restored database says itself how far it reaches, and takes its place with the keys and the store that it has now."""
        row = unsealed(SYSTEM, RESTORED, target=TARGET, taken_at=verified.about.taken_at.isoformat(timespec="seconds"))
        row = sealed(row | {"happened_at": now}, read_keys(self.beside / "keys"))
        engine = create_engine(self.database.url)
        try:
            with engine.begin() as connection:
                connection.execute(delete(InstanceMark))
                connection.execute(insert(AuditEntry.__table__), [row])  # type: ignore[arg-type]
        finally:
            engine.dispose()

    def _swap_database(self, now: datetime) -> str | None:
        inside = isinstance(self.database, SqliteRebuilding) and self.database.place.is_relative_to(self.beside)
        return None if inside else self.database.take_its_place(now)

    def _swap_folder(self, now: datetime) -> Path | None:
        db.session.remove()  # a connection that it holds would outlive the pool
        db.engine.dispose()
        aside = self.instance.with_name(f"{self.instance.name}.before-{now:%Y%m%d-%H%M%S}")
        was_there = self.instance.is_dir()
        if was_there:
            self.instance.rename(aside)
        try:
            self.beside.rename(self.instance)
        except OSError:
            if was_there:
                aside.rename(self.instance)
            raise
        with suppress(FileNotFoundError):  # the backups that lie in the instance folder belong to no one state of it
            (aside / "backups").rename(self.instance / "backups")
        with suppress(OSError):
            aside.rmdir()  # an instance that was empty leaves nothing behind
        return aside if aside.exists() else None

    def _swap_folder_back(self, aside: Path | None) -> None:
        self.instance.rename(self.beside)
        if aside is not None:
            with suppress(FileNotFoundError):
                (self.beside / "backups").rename(aside / "backups")
            aside.rename(self.instance)
