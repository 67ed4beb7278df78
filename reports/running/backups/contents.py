"""What of an instance goes into a backup: a consistent reading of the database, and the files of its folder. Touches both, reading only."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, cast

from flask import Flask
from sqlalchemy import Connection, Engine

from surveys.files import FileStore, Folder, name_of

Opening = Callable[[], BinaryIO]

# What is made again by itself, belongs to this machine alone, or is the database in another form.
SETTINGS = "settings.env"
LEFT_OUT = {"cache", "trials", "incoming", "exports", "backups", "address", "bench.json", SETTINGS}
BEGINNINGS = ("DIAOYAN_", "OIDC_", "TRUSTED_", "WEB_", "AWS_", "DATABASE_URL", "PUBLIC_ADDRESS", "PORT", "HOST")
NEVER = ("DIAOYAN_BACKUP_PASSPHRASE", "HOSTNAME")  # a lock does not lie in its own box; a host's name is its own
ENDINGS = (".lock", ".partial", ".age", "-wal", "-shm", "-journal")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection whose every statement sees the database of one moment, while others go on writing."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():  # on SQLite the write-ahead log keeps that moment for whoever began to read in it
            yield connection


def files_of(app: Flask) -> list[tuple[str, Opening]]:
    """The files to keep, as (name in the backup, how it is opened): the store below `files/`, all else below `instance/`."""
    instance, store = Path(app.instance_path), cast("FileStore", app.extensions["files"])
    files: list[tuple[str, Opening]] = [
        (f"files/{name_of(digest)}", partial(store.open, digest)) for digest in store.digests()
    ]
    database = _database_file(app)
    for place in _below(instance, skip={store.root} if isinstance(store, Folder) else set()):
        relative = place.relative_to(instance)
        if relative.parts[0] in LEFT_OUT or relative.name.endswith(ENDINGS) or place == database:
            continue
        files.append((f"instance/{relative.as_posix()}", partial(place.open, "rb")))
    return sorted(files, key=itemgetter(0))


def settings_file() -> tuple[str, Opening]:
    """The settings this program runs with, as the file that a service reads them from; of secrets in files only where they lie."""
    settings = {
        name: value for name, value in sorted(os.environ.items()) if name.startswith(BEGINNINGS) and name not in NEVER
    }
    lines = ("{}='{}'\n".format(name, value.replace("'", "'\\''")) for name, value in settings.items())
    return f"instance/{SETTINGS}", partial(BytesIO, "".join(lines).encode())


def _database_file(app: Flask) -> Path | None:
    url: Any = app.extensions["sqlalchemy"].engines[None].url
    return Path(url.database).resolve() if url.get_backend_name() == "sqlite" and url.database else None


def _below(folder: Path, skip: set[Path]) -> Iterator[Path]:
    """Plain files, links not followed: what a link leads to is no part of the instance."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if Path(parent, name) not in skip and not name.startswith(".")]
        for name in names:
            place = Path(parent, name)
            if not place.is_symlink() and place.is_file() and not name.startswith("."):
                yield place
