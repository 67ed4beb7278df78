"""Reads a version from QR codes: numbered frames that were scanned, pasted or photographed. Touches the rescue file.

A frame is `DIAOYAN:1:<first 16 digits of the hash>:<number>:<of>:<base32 of the gzipped text>` (static/js/phone/outbox/frames.mjs). What a
scanner adds (line ends, small letters, full-width signs) is read over; what is missing is named by its number.
"""

import base64
import json
import re
import unicodedata
import zlib
from dataclasses import dataclass, field

from surveys.confined import Overrun, confined
from surveys.fieldwork.filling import file_contents
from surveys.fieldwork.receiving.contents import MOST_BYTES
from surveys.fieldwork.rescue.rescue_file import Item
from surveys.questionnaire.package.content import digest

FRAME = re.compile(r"DIAOYAN:1:([0-9A-F]{16}):(\d{1,3}):(\d{1,3}):([A-Z2-7]+)")
MOST_FRAMES = 400
MOST_PIXELS = 60_000_000


@dataclass(slots=True)
class FrameSet:
    """The frames of one version that were read: the text of each by its number (`pieces`), of `of` in all."""

    code: str
    of: int
    pieces: dict[int, str] = field(default_factory=dict)

    @property
    def missing(self) -> list[int]:
        return [number for number in range(1, self.of + 1) if number not in self.pieces]


def gather(text: str) -> list[FrameSet]:
    """The frames in a text, by version, in the order they came."""
    frame_sets: dict[str, FrameSet] = {}
    plain = unicodedata.normalize("NFKC", text).upper()
    for code, number, of, piece in FRAME.findall(plain):
        frames = frame_sets.setdefault(code, FrameSet(code, int(of)))
        if frames.of == int(of) and 1 <= int(number) <= frames.of <= MOST_FRAMES:
            frames.pieces[int(number)] = piece
    return list(frame_sets.values())


def item_of(frames: FrameSet) -> Item:
    """The version that the frames make; damaged where they do not make what their hash says."""
    letters = "".join(frames.pieces[number] for number in sorted(frames.pieces))
    try:
        gzip_bytes = base64.b32decode(letters + "=" * (-len(letters) % 8))
        body = zlib.decompressobj(wbits=31).decompress(gzip_bytes, MOST_BYTES)
        visit = json.loads(body)["visit"]
    except (ValueError, KeyError, TypeError, zlib.error, RecursionError):
        return Item("", b"", damaged=True)
    if not isinstance(visit, str) or not digest(body).startswith(frames.code.lower()):
        return Item("", b"", damaged=True)
    return Item(visit, body)


def frames_in_picture(data: bytes) -> list[str]:
    """The texts of our QR codes in a photo or screenshot; empty where the bytes are no picture."""
    try:
        texts = confined(file_contents.barcodes, data, MOST_PIXELS)
    except Overrun:
        return []
    return [text for text in texts if FRAME.search(text.upper())]
