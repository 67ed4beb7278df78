"""Reads pictures, sounds and files that a page without script uploads, and says which are taken. Stores nothing.

A picture is set anew without anything but its pixels (no place, no camera), at most 2,048 px long; anything else stays as it came.
What the campaign does not take is not asked for; what it takes is never required.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from surveys.fieldwork.receiving.contents import LARGEST_PART
from surveys.planning.campaigns.campaigns import MEDIA_KINDS, Campaign

LONGEST_SIDE = 2_048
MOST_PIXELS = 50_000_000
OFFICE = {
    "word/": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "xl/": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "ppt/": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"),
}
SOUNDS = (
    (re.compile(rb"ID3|\xff[\xf2\xf3\xfb]"), "audio/mpeg", ".mp3"),
    (re.compile(rb"\xff[\xf1\xf9]"), "audio/aac", ".aac"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "audio/wav", ".wav"),
    (re.compile(rb"OggS"), "audio/ogg", ".ogg"),
    (re.compile(rb"#!AMR"), "audio/amr", ".amr"),
    (re.compile(rb"....ftyp(M4A|M4B|mp4|isom|3gp)", re.DOTALL), "audio/mp4", ".m4a"),
    (re.compile(rb"\x1a\x45\xdf\xa3"), "audio/webm", ".webm"),
)
# What the browser is told to offer; what is taken is decided by content.
ACCEPT = {
    "photo": "image/jpeg,image/png",
    "signature": "image/jpeg,image/png",
    "sound": "audio/*",
    "file": ".pdf,.docx,.xlsx,.pptx,.txt,.csv,image/jpeg,image/png",
}
SHOWN = frozenset({"image/jpeg", "image/png"})


class RefusedUpload(Exception):
    """An upload that is not taken; `reason`: empty, too_large, kind, broken, macros."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Upload:
    """The bytes of an upload as they are stored, with their type and the ending of a file's name."""

    data: bytes
    type: str
    suffix: str


def kind_of(question_type: str, template: str) -> str | None:
    """Which of a campaign's media a question asks for; None for a question of another kind."""
    if question_type == "image":
        return {"signature": "signature", "draw": "drawing"}.get(template, "photo")
    return {"audio": "sound", "file": "file", "geopoint": "position", "video": "video"}.get(question_type)


def takes(campaign: Campaign, kind: str) -> bool:
    """Whether the campaign switched this kind on. Films and drawings are not taken."""
    return bool(campaign.setting("media")) and kind in campaign.setting("media_kinds")


def kinds_taken(campaign: Campaign) -> list[str]:
    """The kinds that the campaign switched on."""
    return [kind for kind in MEDIA_KINDS if takes(campaign, kind)]


def read_upload(data: bytes, kind: str) -> Upload:
    """What may be kept of `data`. Raises RefusedUpload."""
    if not data:
        raise RefusedUpload("empty")
    if len(data) > LARGEST_PART:
        raise RefusedUpload("too_large")
    if kind in ("photo", "signature"):
        return _picture(data)
    if kind == "sound":
        for sign, mime, suffix in SOUNDS:
            if sign.match(data[:64]):
                return Upload(data, mime, suffix)
        raise RefusedUpload("kind")
    return _document(data)


def _is_picture(data: bytes) -> bool:
    return data[:3] == b"\xff\xd8\xff" or data[:8] == b"\x89PNG\r\n\x1a\n"


@contextmanager
def whole_only() -> Iterator[None]:
    """Make Pillow refuse a picture that is cut off, even where a library of this process told it to show such ones."""
    from PIL import ImageFile

    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _picture(data: bytes) -> Upload:
    if not _is_picture(data):
        raise RefusedUpload("kind")
    from PIL import Image, ImageOps, UnidentifiedImageError

    out = io.BytesIO()
    try:
        with whole_only(), Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise RefusedUpload("too_large")
            mime = "image/png" if image.format == "PNG" else "image/jpeg"
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is read no larger than it is needed
            upright: Any = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = upright.convert("RGBA" if mime == "image/png" and "A" in upright.getbands() else "RGB")
            if mime == "image/png":
                plain.save(out, "PNG", optimize=True)
            else:
                plain.save(out, "JPEG", quality=85, optimize=True)
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
        raise RefusedUpload("broken") from None
    return Upload(out.getvalue(), mime, ".png" if mime == "image/png" else ".jpg")


def _document(data: bytes) -> Upload:
    if data[:5] == b"%PDF-":
        return Upload(data, "application/pdf", ".pdf")
    if _is_picture(data):
        return _picture(data)
    if data[:4] == b"PK\x03\x04":
        return _office(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedUpload("kind") from None
    if re.search("[\x00-\x08\x0e-\x1f]", text) or text.lstrip("\ufeff \r\n\t").startswith(("<", "%!", "#!")):
        raise RefusedUpload("kind")
    return Upload(data, "text/plain", ".txt")


def _office(data: bytes) -> Upload:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        raise RefusedUpload("broken") from None
    if any(name.endswith("vbaProject.bin") for name in names):
        raise RefusedUpload("macros")
    office_type = next(
        (entry for folder, entry in OFFICE.items() if any(name.startswith(folder) for name in names)),
        None,
    )
    if "[Content_Types].xml" not in names or office_type is None:
        raise RefusedUpload("kind")
    return Upload(data, *office_type)
