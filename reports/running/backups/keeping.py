"""Where timed backups stay: in the folder of the plan, or, where several hosts share a store, in that store. Touches folder and store.

In a shared store each host sees all of them, and as many are kept as the plan says, whichever host made them; a folder is the host's own.
"""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from flask import Flask

from reports.running.backups.faults import BackupFault, BackupFaultKind, of_system
from surveys.files import Bucket

PATTERN = "diaoyan-????????-??????.age"
IN_STORE = "backups"


class StoredBackup(NamedTuple):
    """One backup that is kept."""

    name: str
    size: int


class Place(Protocol):
    """`folder` is where a backup is made; `keep` brings a whole one to where it stays, and says where that is."""

    folder: Path

    def keep(self, file: Path) -> str: ...

    def kept(self) -> list[StoredBackup]: ...

    def thin_out(self, keep: int) -> None: ...


def this_host() -> str:
    return socket.gethostname()


def shared_store(app: Flask) -> Bucket | None:
    """The store that several hosts share, where one is set."""
    store = app.extensions["files"]
    return store if isinstance(store, Bucket) else None


def place_of(app: Flask, folder: str) -> Place:
    """Where the timed backups of this instance stay."""
    store = shared_store(app)
    return InStore(store, on_the_way(app)) if store else InFolder(Path(folder))


def on_the_way(app: Flask) -> Path:
    """The folder of this host in which one is made that will lie in the store; made where there is none."""
    folder = Path(app.instance_path) / IN_STORE
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


class InFolder:
    """A folder of one host."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, file: Path) -> str:
        return str(file)

    def kept(self) -> list[StoredBackup]:
        """Newest first."""
        with suppress(OSError):
            return [StoredBackup(file.name, file.stat().st_size) for file in self._files()]
        return []

    def thin_out(self, keep: int) -> None:
        try:
            for file in self._files()[max(1, keep) :]:
                file.unlink()
        except OSError as problem:
            raise of_system(problem, self.folder) from problem

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob(PATTERN), reverse=True)


class InStore:
    """Objects `backups/diaoyan-….age` of the shared store."""

    def __init__(self, store: Bucket, folder: Path) -> None:
        self.store, self.folder = store, folder

    def keep(self, file: Path) -> str:
        try:
            self.store.put_file(f"{IN_STORE}/{file.name}", file)
        except OSError as problem:
            raise of_system(problem, self._where(file.name)) from problem
        finally:
            file.unlink(missing_ok=True)  # a half that no other host sees is no backup
        return self._where(file.name)

    def kept(self) -> list[StoredBackup]:
        """Newest first."""
        with suppress(OSError):
            return [StoredBackup(name, size) for name, size in self._objects()]
        return []

    def thin_out(self, keep: int) -> None:
        try:
            for name, _size in list(self._objects())[max(1, keep) :]:
                self.store.remove_object(f"{IN_STORE}/{name}")
        except OSError as problem:
            raise of_system(problem, self.store.name) from problem

    def fetch(self, name: str, file: Path) -> None:
        """A kept one as a file of this host. Raises BackupFault where there is none, or where the file is there already."""
        try:
            with self.store.open_object(f"{IN_STORE}/{name}") as source, _new(file) as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
        except FileNotFoundError:
            raise BackupFault(BackupFaultKind.CANNOT_READ, self._where(name), reason="404") from None
        except OSError as problem:
            raise of_system(problem, file) from problem

    def _objects(self) -> Iterator[tuple[str, int]]:
        objects = ((Path(name).name, size) for name, size, _ in self.store.objects(IN_STORE))
        return iter(sorted((one for one in objects if Path(one[0]).match(PATTERN)), reverse=True))

    def _where(self, name: str) -> str:
        return "/".join(part for part in (f"s3://{self.store.name}", self.store.prefix, IN_STORE, name) if part)


def _new(file: Path) -> BinaryIO:
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
