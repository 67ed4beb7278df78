"""Makes the copy of a received picture that the desk is shown, from its pixels alone. Touches held parts.

It is at most 1,600 px long and made when the picture is first looked at. The bytes as received are never shown: they
may hold a place, a camera's number, or something that is no picture at all. What does not decode keeps its bytes and
is marked with its problem. Nothing is decoded that would need more memory than a web process has.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select

from surveys.database import db, writing
from surveys.fieldwork.filling.uploads import whole_only
from surveys.fieldwork.visits.submissions import ContentPart, HeldPart
from surveys.files import FileStore

LONGEST_SIDE = 1_600
MOST_PIXELS = 50_000_000  # of a JPEG that is read line by line, at the size it is needed in
MOST_PIXELS_WHOLE = 16_000_000  # of one that is decoded as a whole
BROKEN, TOO_LARGE = "broken", "too_large"


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


class NotShown(Exception):
    """A picture that no copy can be made of; `problem`: broken, too_large."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def copy_of(
    data: bytes,
    *,
    size: tuple[int, int] = (LONGEST_SIDE, LONGEST_SIDE),
    formats: tuple[str, ...] = ("JPEG", "PNG"),
) -> bytes:
    """The picture upright, at most this wide and high, nothing in it but pixels: a JPEG as JPEG, another as PNG. Raises NotShown."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    out = io.BytesIO()
    try:
        with whole_only(), Image.open(io.BytesIO(data), formats=formats) as image:
            by_lines = image.format == "JPEG" and not image.info.get("progressive")
            if image.width * image.height > (MOST_PIXELS if by_lines else MOST_PIXELS_WHOLE):
                raise NotShown(TOO_LARGE)
            kind = "JPEG" if image.format == "JPEG" else "PNG"
            image.draft("RGB", size)
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail(size)
            plain = upright.convert("RGBA" if kind == "PNG" else "RGB")
        fresh = Image.new(plain.mode, plain.size)  # no text, profile or EXIF comes along
        fresh.paste(plain)
        fresh.save(out, kind, **({"quality": 85} if kind == "JPEG" else {"optimize": True}))
    except Image.DecompressionBombError:
        raise NotShown(TOO_LARGE) from None
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError):
        raise NotShown(BROKEN) from None
    return out.getvalue()


def _store() -> FileStore:
    return current_app.extensions["files"]
