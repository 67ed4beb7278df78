"""Receives parts (photos, sound, signatures) in chunks (receiving.md 5). Touches submissions and the file store.

Chunks can be resumed. A part is taken only when a held content of a visit the sender may write names its hash and
size. What came so far lies with the partials, and their durable length is the offset, not a row. Held = the whole hashed,
moved into the store, durable there, and only then the row.
"""

import hashlib
import time
from dataclasses import dataclass
from typing import Protocol

from flask import current_app
from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError

from surveys.database import db, utc_now, writing
from surveys.fieldwork.receiving.partials import Partials, partials_of
from surveys.fieldwork.receiving.senders import Sender, own_visits
from surveys.fieldwork.visits.submissions import ContentPart, HeldPart, Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.files import FileStore
from surveys.planning.assigning.assignments import AssignmentMove

LARGEST_CHUNK = 1024 * 1024
BYTES_A_DAY = 500 * 1024 * 1024
PARTS_A_DAY = 2_000
STALE_AFTER_DAYS = 30


class Bringer(Protocol):
    """Whoever brings a part in one piece: a sender, or a trial."""

    @property
    def id(self) -> str:
        """Under which it lies."""
        ...

    @property
    def rehearsal(self) -> bool:
        """Whether nothing is counted."""
        ...


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
    return PartState(
        sha256, size, kind, size if stored_hash else _partials().length(sender.id, sha256), bool(stored_hash)
    )


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
    with _partials().locked(sender.id, sha256):
        outcome = _write(sender, part, chunk)
    if chunk.first == 0:
        _sweep_daily()
    return outcome


def _write(sender: Sender, part: PartState, chunk: Chunk) -> ChunkOutcome:
    offset = _partials().length(sender.id, part.sha256)
    if offset == part.size or _store().holds(part.sha256):
        return _finish(part, sender.id)  # all bytes are there, but the last answer was cut off by a kill
    if chunk.last < offset:
        return ChunkOutcome(200, None, offset, part.size)
    if chunk.first != offset:
        return ChunkOutcome(409, "offset", offset, part.size)
    if not _within_the_day(sender, len(chunk.body), new=offset == 0):
        return ChunkOutcome(429, "too_much_today", offset, part.size)
    _partials().write(sender.id, part.sha256, chunk.first, chunk.body)
    offset = chunk.last + 1
    return _finish(part, sender.id) if offset == part.size else ChunkOutcome(200, None, offset, part.size)


def look(sender: Sender, sha256: str) -> PartState | None:
    """How much of a part is here; one that lies whole but was not finished is finished now."""
    part = part_state(sender, sha256)
    if part is None or part.is_held or 0 < part.offset < part.size:
        return part
    return part_state(sender, sha256) if hold_whole(sender, sha256) else part


def _finish(part: PartState, device: str) -> ChunkOutcome:
    """Put a whole part into the store, then write its row; one whose hash is wrong is dropped, to be sent again."""
    if not _store().holds(part.sha256):
        if hashlib.sha256(_partials().read(device, part.sha256)).hexdigest() != part.sha256:
            _partials().drop(device, part.sha256)
            return ChunkOutcome(422, "part_hash", 0, part.size)
        _partials().move_into(_store(), device, part.sha256)
    try:
        with writing() as session:
            if session.get(HeldPart, part.sha256) is None:
                session.add(HeldPart(sha256=part.sha256, size=part.size, held_at=utc_now()))
    except IntegrityError:
        pass  # another phone of the group brought the same part
    return ChunkOutcome(201, None, part.size, part.size)


def keep_whole(sender: Bringer, data: bytes) -> str | None:
    """Keep a part that a page brought in one piece, until a version names it; its hash, or None when the day's limit is reached.

    It lies where a phone's own partial would lie, so handing in finishes it the same way (`hold_whole`)."""
    sha256 = hashlib.sha256(data).hexdigest()
    partials = _partials()
    with partials.locked(sender.id, sha256):
        if partials.length(sender.id, sha256) == len(data):
            partials.touch(sender.id, sha256)
            return sha256
        if not _within_the_day(sender, len(data), new=True):
            return None
        partials.write_whole(sender.id, sha256, data)
    _sweep_daily()
    return sha256


def drop_whole(bringer: Bringer, sha256: str) -> None:
    """Take away a part that was brought in one piece and that no version names."""
    with _partials().locked(bringer.id, sha256):
        _partials().drop(bringer.id, sha256)


def want_again(bringer: Bringer, sha256: str) -> None:
    """A part that was brought in one piece goes on being wanted; one that is gone is none."""
    with _partials().locked(bringer.id, sha256):
        if _partials().length(bringer.id, sha256):
            _partials().touch(bringer.id, sha256)


def read_whole(sha256: str, size: int) -> bytes | None:
    """The bytes of a part that is held, or that lies whole with any phone. Whoever asks has read its name in a draft or version."""
    if _store().holds(sha256):
        return _store().read(sha256)
    device = _device_with_whole(sha256, size)
    return _partials().read(device, sha256) if device else None


def is_whole(sha256: str, size: int) -> bool:
    """Whether `read_whole` has bytes to give: a draft may name what only the phone has."""
    return _store().holds(sha256) or _device_with_whole(sha256, size) is not None


def _device_with_whole(sha256: str, size: int) -> str | None:
    partials = _partials()
    return next((each for each in partials.devices_with(sha256) if partials.length(each, sha256) == size), None)


def hold_whole(sender: Sender, sha256: str) -> bool:
    """Make a part held that a version names now and that lies whole with this phone, or with another one of the group."""
    part = part_state(sender, sha256)
    if part is None or part.is_held:
        return part is not None
    partials = _partials()
    for device in (sender.id, *(each for each in partials.devices_with(sha256) if each != sender.id)):
        with partials.locked(device, sha256):
            is_whole = partials.length(device, sha256) == part.size or _store().holds(sha256)
            if is_whole and _finish(part, device).code is None:
                return True
    return False


def drop_stale(now: float | None = None) -> int:
    """Remove partials without progress for 30 days; gives how many."""
    return _partials().drop_older((now or time.time()) - STALE_AFTER_DAYS * 86400)


def _sweep_daily() -> None:
    """Drop what is stale once a day, when somebody begins a part: no clock of its own is needed."""
    now = time.time()
    if not _partials().is_swept(now):
        drop_stale(now)


def _within_the_day(sender: Bringer, size: int, *, new: bool) -> bool:
    """Whether a device may send this today (500 MiB, 2,000 parts), counted if so; a rehearsal may send what it likes."""
    return sender.rehearsal or _partials().admits(sender.id, size, new=new, most=(BYTES_A_DAY, PARTS_A_DAY))


def _store() -> FileStore:
    return current_app.extensions["files"]


def _partials() -> Partials:
    return partials_of(_store())
