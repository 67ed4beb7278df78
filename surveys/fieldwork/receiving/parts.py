"""Parts (photos, sound, signatures) in chunks that can be resumed (receiving.md 5). Touches submissions and the file store.

A part is taken only when a held content of a visit the sender may write names its hash and size. Partials lie in
`incoming/<device>/<hash>`; the offset is the length of that file after fsync, not a row. Held = whole file fsynced, moved into the
store by its hash, folder fsynced, and only then the row.
"""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError

from surveys.database import db, utc_now, writing
from surveys.fieldwork.receiving.senders import Sender, own_visits
from surveys.fieldwork.visits.submissions import ContentPart, HeldPart, Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.files import FileStore
from surveys.planning.assigning.assignments import AssignmentMove

LARGEST_CHUNK = 1024 * 1024
BYTES_A_DAY = 500 * 1024 * 1024
PARTS_A_DAY = 2_000
STALE_AFTER_DAYS = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part that a content names: how large it is, and how much of it is here."""

    sha256: str
    size: int
    kind: str | None
    offset: int
    held: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece: bytes `first` to `last` of `total`, and the hash announced for them."""

    first: int
    last: int
    total: int
    body: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a chunk: status, problem code, and where to go on."""

    status: int
    code: str | None
    offset: int
    size: int


def wanted(sender: Sender, sha256: str) -> Wanted | None:
    """The part, when a held content of a visit this sender may write names it; None otherwise."""
    row = _named(sender, sha256)
    if row is None:
        return None
    size, kind, held = row
    return Wanted(sha256, size, kind, size if held else _length(_place(sender, sha256)), bool(held))


def read_part(sender: Sender, sha256: str) -> tuple[bytes, str | None] | None:
    """The bytes of a held part and its type, for those who may write the visit that names it."""
    row = _named(sender, sha256)
    if row is None or not row[2]:
        return None
    return _store().read(sha256), row[1]


def _named(sender: Sender, sha256: str) -> tuple[int, str | None, str | None] | None:
    """Size, type and (when held) hash of a part that a content within the sender's reach names."""
    moved = exists().where(
        AssignmentMove.assignment_id == Visit.assignment_id,
        AssignmentMove.from_group_id.in_(sender.groups),
        Submission.group_id == AssignmentMove.from_group_id,
    )
    row = db.session.execute(
        select(ContentPart.size, ContentPart.kind, HeldPart.sha256)
        .join(Visit, Visit.id == ContentPart.visit_id)
        .join(
            Submission,
            (Submission.visit_id == ContentPart.visit_id) & (Submission.content == ContentPart.content),
        )
        .outerjoin(HeldPart, HeldPart.sha256 == ContentPart.sha256)
        .where(
            ContentPart.sha256 == sha256,
            Visit.erased_at.is_(None),
            or_(Visit.id.in_(own_visits(sender)), moved),
        )
        .limit(1)
    ).first()
    return tuple(row) if row else None  # type: ignore[return-value]


def take_chunk(sender: Sender, sha256: str, chunk: Chunk) -> Taken:
    """Write one chunk where it belongs, or say where to go on. The last one makes the part held."""
    part = wanted(sender, sha256)
    if part is None:
        return Taken(404, "unknown_part", 0, chunk.total)
    if part.held:
        return Taken(200, None, part.size, part.size)
    if chunk.total != part.size:
        return Taken(422, "size", part.offset, part.size)
    if len(chunk.body) != chunk.last - chunk.first + 1 or chunk.last >= chunk.total:
        return Taken(400, "truncated", part.offset, part.size)
    if hashlib.sha256(chunk.body).hexdigest() != chunk.digest:
        return Taken(400, "hash", part.offset, part.size)
    place = _place(sender, sha256)
    with _locked(place):
        taken = _write(sender, part, place, chunk)
    if chunk.first == 0:
        _sweep_daily()
    return taken


def _write(sender: Sender, part: Wanted, place: Path, chunk: Chunk) -> Taken:
    offset = _length(place)
    if offset == part.size or _store().holds(part.sha256):
        return _finish(part, place)  # all bytes are there, but the last answer was cut off by a kill
    if chunk.last < offset:
        return Taken(200, None, offset, part.size)
    if chunk.first != offset:
        return Taken(409, "offset", offset, part.size)
    if not sender.rehearsal and not _within_the_day(place.parent, len(chunk.body), new=offset == 0):
        return Taken(429, "too_much_today", offset, part.size)
    handle = os.open(place, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        written = 0
        while written < len(chunk.body):
            written += os.pwrite(handle, chunk.body[written:], chunk.first + written)
        os.fsync(handle)
    finally:
        os.close(handle)
    offset = chunk.last + 1
    return _finish(part, place) if offset == part.size else Taken(200, None, offset, part.size)


def look(sender: Sender, sha256: str) -> Wanted | None:
    """Where to go on with a part; a whole one that a kill, a page or a file left behind is finished on the way."""
    part = wanted(sender, sha256)
    if part is None or part.held or 0 < part.offset < part.size:
        return part
    return wanted(sender, sha256) if hold_whole(sender, sha256) else part


def _finish(part: Wanted, place: Path) -> Taken:
    """Hash the whole; right: into the store, then the row; wrong: dropped, from the beginning."""
    if not _store().holds(part.sha256):
        if hashlib.sha256(place.read_bytes()).hexdigest() != part.sha256:
            place.unlink()
            return Taken(422, "part_hash", 0, part.size)
        _store().adopt(place, part.sha256)
    try:
        with writing() as session:
            if session.get(HeldPart, part.sha256) is None:
                session.add(HeldPart(sha256=part.sha256, size=part.size, held_at=utc_now()))
    except IntegrityError:
        pass  # another phone of the group brought the same part
    return Taken(201, None, part.size, part.size)


def keep_whole(sender: Sender, data: bytes) -> str | None:
    """Keep a part that a page brought in one piece, until a version names it; its hash, or None when the day's limit is reached.

    It lies where a phone's own partial would lie, so handing in finishes it the same way (`hold_whole`)."""
    sha256 = hashlib.sha256(data).hexdigest()
    place = _place(sender, sha256)
    with _locked(place):
        if _length(place) == len(data):
            os.utime(place)
            return sha256
        if not sender.rehearsal and not _within_the_day(place.parent, len(data), new=True):
            return None
        partial = place.with_name(f"{sha256}.whole")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(place)
    _sweep_daily()
    return sha256


def read_whole(sha256: str, size: int) -> bytes | None:
    """The bytes of a part that is held, or that lies whole with any phone. Whoever asks has read its name in a draft or version."""
    if _store().holds(sha256):
        return _store().read(sha256)
    place = _lying(sha256, size)
    return place.read_bytes() if place else None


def is_whole(sha256: str, size: int) -> bool:
    """Whether `read_whole` has bytes to give: a draft may name what only the phone has."""
    return _store().holds(sha256) or _lying(sha256, size) is not None


def _lying(sha256: str, size: int) -> Path | None:
    return next((found for found in _incoming().glob(f"*/{sha256}") if _length(found) == size), None)


def hold_whole(sender: Sender, sha256: str) -> bool:
    """Make a part held that a version names now and that lies whole with this phone, or with another one of the group."""
    part = wanted(sender, sha256)
    if part is None or part.held:
        return part is not None
    own = _place(sender, sha256)
    for place in (own, *(found for found in _incoming().glob(f"*/{sha256}") if found != own)):
        with _locked(place):
            if (_length(place) == part.size or _store().holds(sha256)) and _finish(part, place).code is None:
                return True
    return False


def drop_stale(now: float | None = None) -> int:
    """Remove partials without progress for 30 days; gives how many."""
    limit = (now or time.time()) - STALE_AFTER_DAYS * 86400
    removed = 0
    for place in _incoming().glob("*/*"):
        if place.is_file() and place.stat().st_mtime < limit:
            place.unlink(missing_ok=True)
            removed += 1
    return removed


def _sweep_daily() -> None:
    """Drop what is stale once a day, when somebody begins a part: no clock of its own is needed."""
    swept, now = _incoming() / "swept", time.time()
    if not swept.exists() or swept.stat().st_mtime < now - 86400:
        swept.touch()
        drop_stale(now)


def _within_the_day(folder: Path, size: int, *, new: bool) -> bool:
    """Count what a device sends in a day (500 MiB, 2,000 parts); kept beside its partials."""
    today, ledger = utc_now().date().isoformat(), folder / "day"
    with (folder / "day.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            kept: dict[str, Any] = json.loads(ledger.read_text())
        except (FileNotFoundError, ValueError):
            kept = {}
        sent, parts = (kept["bytes"], kept["parts"]) if kept.get("day") == today else (0, 0)
        sent, parts = sent + size, parts + new
        if sent > BYTES_A_DAY or parts > PARTS_A_DAY:
            return False
        ledger.write_text(json.dumps({"day": today, "bytes": sent, "parts": parts}))
        return True


def _store() -> FileStore:
    return current_app.extensions["files"]


def _incoming() -> Path:
    return _store().root / "incoming"


def _place(sender: Sender, sha256: str) -> Path:
    return _incoming() / sender.id / sha256


def _length(place: Path) -> int:
    try:
        return place.stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """One writer a partial; a file of its own is locked, since the partial is moved away."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with place.with_name(f"{place.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
