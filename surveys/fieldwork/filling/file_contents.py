"""What a picture, a sound or a document from outside is by its content. Pure, and asked in a process of its own (surveys.confined).

A picture is set anew without anything but its pixels (no place, no camera), at most 2,048 px long; anything else stays as it came.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

LARGEST_PART = 20 * 1024 * 1024
LONGEST_SIDE = 2_048
LONGEST_SHOWN = 1_600
MOST_PIXELS = 50_000_000  # of a JPEG that is read line by line, at the size it is needed in
MOST_PIXELS_WHOLE = 16_000_000  # of one that is decoded as a whole
BROKEN, TOO_LARGE = "broken", "too_large"
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


class RefusedUpload(Exception):
    """`reason`: empty, too_large, kind, broken, macros."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Upload:
    """What was brought, as it is kept."""

    data: bytes
    type: str
    suffix: str


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
    """A picture that is cut off is no picture here, even where a library of this process has told Pillow to show such ones."""
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
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise RefusedUpload("broken") from None
    if any(name.endswith("vbaProject.bin") for name in names):
        raise RefusedUpload("macros")
    office_kind = next(
        (kept for folder, kept in OFFICE.items() if any(name.startswith(folder) for name in names)), None
    )
    if "[Content_Types].xml" not in names or office_kind is None:
        raise RefusedUpload("kind")
    return Upload(data, *office_kind)


class NotShown(Exception):
    """A picture that no copy can be made of; `problem`: broken, too_large."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def copy_of(
    data: bytes,
    *,
    size: tuple[int, int] = (LONGEST_SHOWN, LONGEST_SHOWN),
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


def barcodes(data: bytes, most_pixels: int) -> list[str]:
    """The texts of the QR codes in a photo or screenshot; nothing where it is no picture."""
    import zxingcpp
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > most_pixels:
                return []
            upright = ImageOps.exif_transpose(picture).convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return []
    codes = zxingcpp.read_barcodes(upright, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [code.text for code in codes]
