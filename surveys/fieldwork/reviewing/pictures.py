"""Makes the copy of a received picture that the desk is shown, from its pixels alone. Touches held parts.

It is at most 1,600 px long and made when the picture is first looked at. The bytes as received are never shown: they
may hold a place, a camera's number, or something that is no picture at all. What does not decode keeps its bytes and
is marked with its problem. Nothing is decoded that would need more memory than a web process has.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import select

from surveys.confined import Overrun, confined
from surveys.database import db, writing
from surveys.fieldwork.filling import file_contents
from surveys.fieldwork.filling.file_contents import TOO_LARGE, NotShown
from surveys.fieldwork.visits.submissions import ContentPart, HeldPart
from surveys.files import FileStore


@dataclass(frozen=True, slots=True)
class ReceivedPart:
    """A part of a version at the desk. `picture`: there is a copy to show; `problem`: why there is none; neither: not here, or no picture."""

    sha256: str
    name: str
    size: int
    is_held: bool
    picture: bool
    problem: str | None


def parts_of(visit_id: str, content: str) -> dict[str, ReceivedPart]:
    """Path → part of a version; copies that are not there yet are made."""
    rows = db.session.execute(
        select(ContentPart, HeldPart)
        .outerjoin(HeldPart, HeldPart.sha256 == ContentPart.sha256)
        .where(ContentPart.visit_id == visit_id, ContentPart.content == content)
        .order_by(ContentPart.name)
    ).all()
    _make_copies(part.sha256 for entry, part in rows if part and _is_waiting(entry, part))
    return {
        entry.path: ReceivedPart(
            entry.sha256, entry.name, entry.size, part is not None, bool(part and part.shown), part and part.problem
        )
        for entry, part in rows
        if entry.path
    }


def _is_waiting(entry: ContentPart, part: HeldPart) -> bool:
    return (entry.kind or "").startswith("image/") and part.shown is None and part.problem is None


def _make_copies(hashes: Iterable[str]) -> None:
    """Outside any transaction: decoding takes a while."""
    copies = {}
    for sha256 in set(hashes):
        try:
            copies[sha256] = (_store().put(copy_of(_store().read(sha256))), None)
        except NotShown as fault:
            copies[sha256] = (None, fault.problem)
    if not copies:
        return
    db.session.rollback()
    with writing() as session:
        for sha256, (copy, problem) in copies.items():
            part = session.get_one(HeldPart, sha256)
            part.shown, part.problem = copy, problem


def shown_bytes(visit_id: str, sha256: str) -> tuple[bytes, str] | None:
    """The copy of a picture that a version of this visit names, and its type; None when there is none."""
    if not _is_named(visit_id, sha256):
        return None
    part = db.session.get(HeldPart, sha256)
    if part is None or part.shown is None:
        return None
    data = _store().read(part.shown)
    return data, "image/png" if data[:4] == b"\x89PNG" else "image/jpeg"


def received_bytes(visit_id: str, sha256: str) -> bytes | None:
    """The bytes as received, to be saved and not to be shown."""
    if not _is_named(visit_id, sha256) or db.session.get(HeldPart, sha256) is None:
        return None
    return _store().read(sha256)


def _is_named(visit_id: str, sha256: str) -> bool:
    query = select(ContentPart.name).where(ContentPart.visit_id == visit_id, ContentPart.sha256 == sha256).limit(1)
    return db.session.scalar(query) is not None


def copy_of(data: bytes, **how: Any) -> bytes:
    """The picture upright and small, made in a process of its own (file_contents.copy_of). Raises NotShown."""
    try:
        return confined(file_contents.copy_of, data, **how)
    except Overrun:
        raise NotShown(TOO_LARGE) from None


def _store() -> FileStore:
    return current_app.extensions["files"]
