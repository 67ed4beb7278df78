"""Marks by which several machines see that they run one instance: same keys, same secret, same store of files. Touches the database.

The first one that serves writes them; whoever comes later compares. A machine whose keys differ would sign receipts that no phone
believes, and one with a store of its own would not find the photos that came through another.
"""

import hashlib
import secrets
from datetime import datetime
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import db, utc_now, writing
from surveys.files import Bucket, Folder
from surveys.keys import instance_keys

NAMES = ("keys", "secret", "files")
IN_STORE = "mark"


class InstanceMark(db.Model):
    """One mark: its name (keys, secret, files) and what says nothing to whoever reads it."""

    __tablename__ = "instance_marks"

    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime]


def differing(app: Flask) -> list[str]:
    """Which marks of this machine are others than the instance's. Inside an application context."""
    own = own_marks(app)
    rows = db.session.scalars(select(InstanceMark)).all()
    return [row.name for row in rows if own.get(row.name) != row.value]


def write_missing(app: Flask) -> None:
    """Write the marks the instance does not have yet. Inside an application context."""
    own = own_marks(app)
    written = set(db.session.scalars(select(InstanceMark.name)))
    for name in sorted(own.keys() - written):
        try:
            with writing() as session:
                session.add(InstanceMark(name=name, value=own[name], written_at=utc_now()))
        except IntegrityError:
            continue  # another machine was faster; whether it wrote the same is what `differing` says


def own_marks(app: Flask) -> dict[str, str]:
    """The marks of this machine; what cannot be read here is left out."""
    marks = {"keys": instance_keys().mac("instance-mark", b"keys").hex()}
    secret = app.config.get("SECRET_KEY") or _read(Path(app.instance_path) / "secret_key")
    if secret:
        marks["secret"] = hashlib.sha256(f"instance-mark {secret}".encode()).hexdigest()
    marks["files"] = _mark_in_store(current_app.extensions["files"])
    return marks


def _read(place: Path) -> str | None:
    return place.read_text() if place.exists() else None


def _mark_in_store(store: Folder | Bucket) -> str:
    """A random text that lies in the store itself, made by the first that asks."""
    if isinstance(store, Bucket):
        if store.size(IN_STORE) is None:
            store.write(IN_STORE, secrets.token_hex(16).encode())
        return store.read_object(IN_STORE).decode()
    place = store.root / IN_STORE
    if not place.exists():
        store.root.mkdir(parents=True, exist_ok=True)
        place.write_text(secrets.token_hex(16))
    return place.read_text()
