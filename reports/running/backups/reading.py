"""Reading a backup from its first byte to its last, checking every hash and count on the way. Touches the file alone.

Whoever wants what is in it gives a `Taker`; what a taker was given counts only when `read` has returned.
"""

import gzip
import hashlib
import json
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from reports.running.backups import age
from reports.running.backups.faults import BackupFault, BackupFaultKind
from reports.running.backups.saving import FORMAT
from surveys.questionnaire.sheets.bilingual import Text

AT_ONCE = 1024 * 1024  # bytes


@dataclass(frozen=True)
class About:
    """What a backup says of itself: when it was taken, of which engine, at which migration; each table's columns; the trail's head."""

    taken_at: datetime
    engine: str
    head: str
    columns: dict[str, list[str]]
    audit_head: dict[str, Any] | None


class Taker:
    """Is given what is in a backup, in the order of the file. This one takes nothing: to verify is to read."""

    def begin(self, about: About) -> None: ...

    def take_rows(self, table: str, lines: bytes) -> None: ...

    def open_file(self, name: str) -> BinaryIO | None:
        """Where the bytes of the next file go; None: nowhere."""
        return None


@dataclass
class Verified:
    """A backup that is whole."""

    about: About
    tables: dict[str, int]  # name → rows
    files: int
    damaged: list[str]  # files of the store that were not what they had been when the backup was made

    def as_json(self) -> dict[str, Any]:
        return {
            "taken_at": self.about.taken_at.isoformat(timespec="seconds"),
            "engine": self.about.engine,
            "head": self.about.head,
            "audit_head": self.about.audit_head,
            "tables": self.tables,
            "rows": sum(self.tables.values()),
            "files": self.files,
            "damaged": self.damaged,
        }


def read(file: Path, opener: age.Opener, taker: Taker | None = None) -> Verified:
    """Read the whole of it. Raises BackupFault at the first thing that is not as it was written."""
    with _as_fault(file):
        with (
            file.open("rb") as source,
            tarfile.open(fileobj=cast("BinaryIO", age.Decrypting(source, opener)), mode="r|") as tar,
        ):
            passage = _Passage(str(file), taker or Taker())
            for entry in tar:
                data = tar.extractfile(entry)
                if data is not None:
                    passage.member(entry, cast("BinaryIO", data))
        return passage.end()


@contextmanager
def _as_fault(file: Path) -> Iterator[None]:
    """Whatever can go wrong in reading, as a fault of the file."""
    try:
        yield
    except age.NotAge:
        raise BackupFault(BackupFaultKind.NOT_A_BACKUP, str(file)) from None
    except age.WrongKey:
        raise BackupFault(BackupFaultKind.WRONG_KEY, str(file)) from None
    except age.Damaged as problem:
        raise BackupFault(
            BackupFaultKind.CUT_OFF if problem.cut else BackupFaultKind.DAMAGED, str(file), at=problem.at
        ) from None
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError, KeyError, json.JSONDecodeError):
        raise BackupFault(BackupFaultKind.NOT_A_BACKUP, str(file)) from None
    except (FileNotFoundError, IsADirectoryError, PermissionError) as problem:
        if problem.filename and Path(problem.filename) != file:
            raise
        raise BackupFault(BackupFaultKind.CANNOT_READ, str(file), reason=problem.strerror) from None


@dataclass
class _Table:
    rows: int = 0
    digest: Any = field(default_factory=hashlib.sha256)


class _Passage:
    """What was met on the way through one file."""

    def __init__(self, file: str, taker: Taker) -> None:
        self.file, self.taker = file, taker
        self.about: About | None = None
        self.tables: dict[str, _Table] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.manifest: dict[str, Any] | None = None

    def member(self, entry: tarfile.TarInfo, data: BinaryIO) -> None:
        name = entry.name
        if name == "about.json":
            self._begin(json.loads(data.read()))
        elif self.about is None:
            raise BackupFault(BackupFaultKind.NOT_A_BACKUP, self.file)
        elif name == "manifest.json":
            self.manifest = json.loads(data.read())
        elif name.startswith("tables/"):
            self._rows(name.split("/")[1], gzip.decompress(data.read()))
        else:
            self._file(name, data)

    def _begin(self, value: dict[str, Any]) -> None:
        if value.get("format") != FORMAT:
            raise BackupFault(BackupFaultKind.NOT_A_BACKUP, self.file)
        about = About(
            datetime.fromisoformat(value["taken_at"]),
            value["engine"],
            value["head"],
            value["columns"],
            value["audit_head"],
        )
        self.about, self.tables = about, {name: _Table() for name in about.columns}
        self.taker.begin(about)

    def _rows(self, table: str, lines: bytes) -> None:
        met = self.tables[table]
        met.rows += lines.count(b"\n")
        met.digest.update(lines)
        self.taker.take_rows(table, lines)

    def _file(self, name: str, data: BinaryIO) -> None:
        if ".." in name.split("/") or name.split("/")[0] not in ("files", "instance"):
            raise BackupFault(BackupFaultKind.NOT_A_BACKUP, self.file)
        digest, size, place = hashlib.sha256(), 0, self.taker.open_file(name)
        try:
            while piece := data.read(AT_ONCE):
                digest.update(piece)
                size += len(piece)
                if place is not None:
                    place.write(piece)
        finally:
            if place is not None:
                place.close()
        self.files[name] = {"size": size, "sha256": digest.hexdigest()}

    def end(self) -> Verified:
        """Compare with the manifest. Raises BackupFault."""
        if self.about is None or self.manifest is None:
            raise BackupFault(BackupFaultKind.NOT_A_BACKUP, self.file)
        tables = {name: {"rows": one.rows, "sha256": one.digest.hexdigest()} for name, one in self.tables.items()}
        for met, listed in ((tables, self.manifest["tables"]), (self.files, self.manifest["files"])):
            for name in sorted(met.keys() | listed.keys()):
                if met.get(name) != listed.get(name):
                    raise BackupFault(
                        BackupFaultKind.DIFFERENT,
                        self.file,
                        part=name,
                        what=_difference(met.get(name), listed.get(name)),
                    )
        rows = {name: one["rows"] for name, one in tables.items()}
        return Verified(self.about, rows, len(self.files), list(self.manifest.get("damaged", ())))


def _difference(met: dict[str, Any] | None, listed: dict[str, Any] | None) -> Text:
    if met is None:
        return Text("缺少", "it is missing")
    if listed is None:
        return Text("清单里没有", "the manifest does not name it")
    for key, zh, en in (("rows", "行数", "rows"), ("size", "字节数", "bytes")):
        if met.get(key) != listed.get(key):
            return Text(f"应为{listed[key]}{zh}，实为{met[key]}", f"{listed[key]} {en} expected, {met[key]} met")
    return Text("校验值不同", "its hash is another")
