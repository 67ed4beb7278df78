"""Receives parts (photos, sound, signatures) in chunks (receiving.md 5). Touches submissions and the file store.

Chunks can be resumed. A part is taken only when a held content of a visit the sender may write names its hash and
size. Partials lie in `incoming/<device>/<hash>`; the offset is the length of that file after fsync, not a row. Held =
whole file fsynced, moved into the store by its hash, folder fsynced, and only then the row.
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
class PartState:
    """A part that a content names: how large it is, and how much of it is here."""

    sha256: str
    size: int
    kind: str | None
    offset: int
    is_held: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece: bytes `first` to `last` of `total`, and the hash announced for them."""

    first: int
    last: int
    total: int
    body: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class ChunkOutcome:
    """What became of a chunk: status, problem code, and where to go on."""

    status: int
    code: str | None
    offset: int
    size: int


def part_state(sender: Sender, sha256: str) -> PartState | None:
    """The part, when a held content of a visit this sender may write names it; None otherwise."""
    row = _part_row(sender, sha256)
    if row is None:
        return None
    size, kind, stored_hash = row
    return PartState(sha256, size, kind, size if stored_hash else _length(_place(sender, sha256)), bool(stored_hash))


def read_part(sender: Sender, sha256: str) -> tuple[bytes, str | None] | None:
    """The bytes of a held part and its type, for those who may write the visit that names it."""
    row = _part_row(sender, sha256)
    if row is None or not row[2]:
        return None
    return _store().read(sha256), row[1]


def _part_row(sender: Sender, sha256: str) -> tuple[int, str | None, str | None] | None:
    """Size, type and (when held) hash of a part that a content within the sender's reach names."""
    by_former_group = exists().where(
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
            or_(Visit.id.in_(own_visits(sender)), by_former_group),
        )
        .limit(1)
    ).first()
    return tuple(row) if row else None  # type: ignore[return-value]


def take_chunk(sender: Sender, sha256: str, chunk: Chunk) -> ChunkOutcome:
    """Write one chunk where it belongs, or say where to go on. The last one makes the part held."""
    part = part_state(sender, sha256)
    if part is None:
        return ChunkOutcome(404, "unknown_part", 0, chunk.total)
    if part.is_held:
        return ChunkOutcome(200, None, part.size, part.size)
    if chunk.total != part.size:
        return ChunkOutcome(422, "size", part.offset, part.size)
    if len(chunk.body) != chunk.last - chunk.first + 1 or chunk.last >= chunk.total:
        return ChunkOutcome(400, "truncated", part.offset, part.size)
    if hashlib.sha256(chunk.body).hexdigest() != chunk.digest:
        return ChunkOutcome(400, "hash", part.offset, part.size)
    place = _place(sender, sha256)
    with _locked(place):
        outcome = _write(sender, part, place, chunk)
    if chunk.first == 0:
        _sweep_daily()
    return outcome


def _write(sender: Sender, part: PartState, place: Path, chunk: Chunk) -> ChunkOutcome:
    offset = _length(place)
    if offset == part.size or _store().holds(part.sha256):
        return _finish(part, place)  # all bytes are there, but the last answer was cut off by a kill
    if chunk.last < offset:
        return ChunkOutcome(200, None, offset, part.size)
    if chunk.first != offset:
        return ChunkOutcome(409, "offset", offset, part.size)
    if not sender.rehearsal and not _within_the_day(place.parent, len(chunk.body), new=offset == 0):
        return ChunkOutcome(429, "too_much_today", offset, part.size)
    handle = os.open(place, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        length = 0
        while length < len(chunk.body):
            length += os.pwrite(handle, chunk.body[length:], chunk.first + length)
        os.fsync(handle)
    finally:
        os.close(handle)
    offset = chunk.last + 1
    return _finish(part, place) if offset == part.size else ChunkOutcome(200, None, offset, part.size)


def look(sender: Sender, sha256: str) -> PartState | None:
    """How much of a part is here; one that lies whole but was not finished is finished now."""
    part = part_state(sender, sha256)
    if part is None or part.is_held or 0 < part.offset < part.size:
        return part
    return part_state(sender, sha256) if hold_whole(sender, sha256) else part


def _finish(part: PartState, place: Path) -> ChunkOutcome:
    """Put a whole part into the store, then write its row; one whose hash is wrong is dropped, to be sent again."""
    if not _store().holds(part.sha256):
        if hashlib.sha256(place.read_bytes()).hexdigest() != part.sha256:
            place.unlink()
            return ChunkOutcome(422, "part_hash", 0, part.size)
        _store().adopt(place, part.sha256)
    try:
        with writing() as session:
            if session.get(HeldPart, part.sha256) is None:
                session.add(HeldPart(sha256=part.sha256, size=part.size, held_at=utc_now()))
    except IntegrityError:
        pass  # another phone of the group brought the same part
    return ChunkOutcome(201, None, part.size, part.size)


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
    place = _whole_file(sha256, size)
    return place.read_bytes() if place else None


def is_whole(sha256: str, size: int) -> bool:
    """Whether `read_whole` has bytes to give: a draft may name what only the phone has."""
    return _store().holds(sha256) or _whole_file(sha256, size) is not None


def _whole_file(sha256: str, size: int) -> Path | None:
    return next((place for place in _incoming().glob(f"*/{sha256}") if _length(place) == size), None)


def hold_whole(sender: Sender, sha256: str) -> bool:
    """Make a part held that a version names now and that lies whole with this phone, or with another one of the group."""
    part = part_state(sender, sha256)
    if part is None or part.is_held:
        return part is not None
    own = _place(sender, sha256)
    for place in (own, *(path for path in _incoming().glob(f"*/{sha256}") if path != own)):
        with _locked(place):
            if (_length(place) == part.size or _store().holds(sha256)) and _finish(part, place).code is None:
                return True
    return False


def drop_stale(now: float | None = None) -> int:
    """Remove partials without progress for 30 days; gives how many."""
    limit = (now or time.time()) - STALE_AFTER_DAYS * 86400
    number = 0
    for place in _incoming().glob("*/*"):
        if place.is_file() and place.stat().st_mtime < limit:
            place.unlink(missing_ok=True)
            number += 1
    return number


def _sweep_daily() -> None:
    """Drop what is stale once a day, when somebody begins a part: no clock of its own is needed."""
    stamp, now = _incoming() / "swept", time.time()
    if not stamp.exists() or stamp.stat().st_mtime < now - 86400:
        stamp.touch()
        drop_stale(now)


def _within_the_day(folder: Path, size: int, *, new: bool) -> bool:
    """Count what a device sends in a day (500 MiB, 2,000 parts); kept beside its partials."""
    today, ledger = utc_now().date().isoformat(), folder / "day"
    with (folder / "day.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            counts: dict[str, Any] = json.loads(ledger.read_text())
        except (FileNotFoundError, ValueError):
            counts = {}
        byte_count, part_count = (counts["bytes"], counts["parts"]) if counts.get("day") == today else (0, 0)
        byte_count, part_count = byte_count + size, part_count + new
        if byte_count > BYTES_A_DAY or part_count > PARTS_A_DAY:
            return False
        ledger.write_text(json.dumps({"day": today, "bytes": byte_count, "parts": part_count}))
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
