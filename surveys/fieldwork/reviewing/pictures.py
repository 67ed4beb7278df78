"""What is shown of a received picture: a copy set anew from its pixels, at most 1,600 px, made when it is first looked at. Touches held parts.

The bytes as received are never shown: they may hold a place, a camera's number, or something that is no picture at all. What does
not decode keeps its bytes and is marked with its problem. Nothing is decoded that would need more memory than a web process has.
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
    _make_copies(held.sha256 for named, held in rows if held and _is_waiting(named, held))
    return {
        named.path: ReceivedPart(
            named.sha256, named.name, named.size, held is not None, bool(held and held.shown), held and held.problem
        )
        for named, held in rows
        if named.path
    }


def _is_waiting(named: ContentPart, held: HeldPart) -> bool:
    return (named.kind or "").startswith("image/") and held.shown is None and held.problem is None


def _make_copies(hashes: Iterable[str]) -> None:
    """Outside any transaction: decoding takes a while."""
    made = {}
    for sha256 in set(hashes):
        try:
            made[sha256] = (_store().put(copy_of(_store().read(sha256))), None)
        except NotShown as fault:
            made[sha256] = (None, fault.problem)
    if not made:
        return
    db.session.rollback()
    with writing() as session:
        for sha256, (shown, problem) in made.items():
            held = session.get_one(HeldPart, sha256)
            held.shown, held.problem = shown, problem


def shown_bytes(visit_id: str, sha256: str) -> tuple[bytes, str] | None:
    """The copy of a picture that a version of this visit names, and its type; None when there is none."""
    if not _is_named(visit_id, sha256):
        return None
    held = db.session.get(HeldPart, sha256)
    if held is None or held.shown is None:
        return None
    data = _store().read(held.shown)
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
