"""Making a backup while the program serves: one encrypted file, written as it is read. Touches the database and the store, reading only.

The file is a tar inside the encryption of `age.py`, in this order: `about.json` (format, moment, engine, migration, head of the
audit trail, columns of each table), `tables/<name>/<number>.jsonl.gz`, the files of the instance, `manifest.json` (rows and SHA-256 of each table, size and SHA-256
of each file). The rows are all of one moment, and the files are read after them: every file that a row names is there.
"""

import gzip
import hashlib
import io
import json
import os
import platform
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from flask import Flask
from sqlalchemy import Connection, inspect, text

from reports.running.backups import age, contents, tables
from reports.running.backups.faults import BackupFault, BackupFaultKind, of_system
from reports.running.migrations import newest_head, present_heads
from surveys.auditing import chain
from surveys.database import db, utc_now

FORMAT = "diaoyan-backup/1"
Progress = Callable[[str, int, int], None]  # step, done, all


@dataclass(frozen=True)
class Saved:
    """A backup that was made. `taken_at` is how far it reaches; `damaged` names files of the store that are not what they were."""

    file: Path
    taken_at: datetime
    size: int
    sha256: str
    rows: int
    files: int
    damaged: tuple[str, ...]
    audit_head: chain.Head | None

    def as_json(self) -> dict[str, Any]:
        return {
            "file": str(self.file),
            "taken_at": self.taken_at.isoformat(timespec="seconds"),
            "bytes": self.size,
            "sha256": self.sha256,
            "rows": self.rows,
            "files": self.files,
            "damaged": list(self.damaged),
            "audit_head": self.audit_head.as_json() if self.audit_head else None,
        }


def save(app: Flask, file: Path, lock: age.Lock, progress: Progress = lambda *_: None) -> Saved:
    """Write the whole instance into `file`, which is there when it is whole, or not at all. Inside an application context.

    Raises BackupFault: the file is there already, the folder cannot be written to, the disk is full, there is no database.
    """
    if file.exists():
        raise BackupFault(BackupFaultKind.EXISTS, str(file))
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        with _Target.new(partial) as target:
            encrypted = age.Encrypting(cast("BinaryIO", target), lock)
            made = _Making(app, cast("BinaryIO", encrypted), progress)
            made.write()
            encrypted.close()
        partial.rename(file)
        _sync_folder(file.parent)
    except OSError as problem:
        raise of_system(problem, file) from problem
    finally:
        partial.unlink(missing_ok=True)
    rows = sum(one["rows"] for one in made.tables.values())
    return Saved(
        file.resolve(),
        made.taken_at,
        target.size,
        target.digest.hexdigest(),
        rows,
        len(made.files),
        tuple(made.damaged),
        made.audit_head,
    )


class _Target(io.RawIOBase):
    """A new file, with the size and SHA-256 of what was written into it; on disk when it is left."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.size, self.digest = file, 0, hashlib.sha256()

    @classmethod
    def new(cls, place: Path) -> "_Target":
        return cls(os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"))

    def write(self, data: Any) -> int:
        self.size += len(data)
        self.digest.update(data)
        return self.file.write(data)

    def close(self) -> None:
        if not self.closed:
            try:
                self.file.flush()
                os.fsync(self.file.fileno())
            finally:
                self.file.close()
                super().close()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Making:
    """One backup on its way into its file."""

    def __init__(self, app: Flask, target: BinaryIO, progress: Progress) -> None:
        self.app, self.progress = app, progress
        self.tar = tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed in write()
        self.taken_at = utc_now()
        self.tables: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.damaged: list[str] = []
        self.audit_head: chain.Head | None = None

    def write(self) -> None:
        with db.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                raise BackupFault(BackupFaultKind.NO_DATABASE, str(db.engine.url.database or ""))
            has_chain = present_heads(connection) == {newest_head()}  # before an upgrade it has none, or another
        if has_chain:
            self.audit_head = chain.head(linked_up=True)  # before the rows are read: it is among them
        with contents.snapshot(db.engine) as connection:
            self._database(connection)
        listed = [*contents.files_of(self.app), contents.settings_file()]
        for number, (name, opening) in enumerate(listed):
            if number % 50 == 0:
                self.progress("files", number, len(listed))
            self._file(name, opening)
        manifest = {**self.about, "tables": self.tables, "files": self.files, "damaged": self.damaged}
        self._member("manifest.json", json.dumps(manifest, ensure_ascii=False).encode())
        self.tar.close()

    def _database(self, connection: Connection) -> None:
        head = connection.scalar(text("SELECT version_num FROM alembic_version"))
        listed = tables.tables_of(connection)
        self.about = {
            "format": FORMAT,
            "taken_at": self.taken_at.isoformat(timespec="seconds"),
            "engine": connection.dialect.name,
            "head": head,
            "audit_head": self.audit_head.as_json() if self.audit_head else None,
            "python": platform.python_version(),
            "columns": {table.name: [column.name for column in table.columns] for table in listed},
        }
        self._member("about.json", json.dumps(self.about, ensure_ascii=False).encode())
        for number, table in enumerate(listed):
            self.progress("tables", number, len(listed))
            digest, rows = hashlib.sha256(), 0
            for piece, (count, lines) in enumerate(tables.chunks_of(connection, table), 1):
                digest.update(lines)
                rows += count
                self._member(f"tables/{table.name}/{piece:06}.jsonl.gz", gzip.compress(lines, 5, mtime=0))
            self.tables[table.name] = {"rows": rows, "sha256": digest.hexdigest()}

    def _member(self, name: str, data: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), 0o600
        self.tar.addfile(entry, io.BytesIO(data))

    def _file(self, name: str, opening: contents.Opening) -> None:
        try:
            opened = opening()
        except FileNotFoundError:
            return  # it went since the folder was read: a file that was replaced or erased
        with opened:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = opened.seek(0, os.SEEK_END), 0o600
            opened.seek(0)
            hashing = _Hashing(opened)
            self.tar.addfile(entry, cast("BinaryIO", hashing))
        digest = hashing.digest.hexdigest()
        self.files[name] = {"size": entry.size, "sha256": digest}
        if name.startswith("files/") and (stored_as := name[6:].replace("/", "")) != digest and len(stored_as) == 64:
            self.damaged.append(name)


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        return data
