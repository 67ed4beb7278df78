"""The copy shown of a received picture: upright, small, nothing but pixels; what does not decode is marked; bombs stay closed."""

import io
import json
import struct
import zlib

import pytest
from flask import Flask, current_app
from PIL import Image

from surveys.database import db, utc_now, writing
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.reviewing import pictures
from surveys.fieldwork.visits.submissions import HeldPart
from surveys.questionnaire.package.content import canonical, digest
from tests.surveys.fieldwork.test_receiving_properties import Field, ground

__all__ = ["ground"]


def photo(size: tuple[int, int] = (2400, 1200), *, progressive: bool = False) -> bytes:
    """A photo lying on its side, left half red, with a camera and a position in it."""
    image = Image.new("RGB", size, (20, 60, 200))
    image.paste((200, 30, 30), (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of the deputy"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, progressive=progressive, comment=b"Camera of the deputy")
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it is `side` pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def test_a_copy_is_upright_and_holds_nothing_but_pixels() -> None:
    for progressive in (False, True):
        made = pictures.copy_of(photo(progressive=progressive))
        assert b"Camera" not in made
        with Image.open(io.BytesIO(made)) as image:
            assert not image.getexif()
            assert image.size == (800, 1600)
            top = image.convert("RGB").getpixel((400, 200))
        assert isinstance(top, tuple)
        assert top[0] > 150 > top[2]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "broken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "broken"),
        (b"\xff\xd8\xff\xe0 no picture", "broken"),
        (photo()[:2000], "broken"),
        (bomb(1000), "broken"),
        (bomb(20_000), "too_large"),
        (photo((5000, 4000), progressive=True), "too_large"),
    ],
    ids=["empty", "svg", "no jpeg", "cut off", "false png", "bomb", "progressive"],
)
def test_what_is_not_shown(data: bytes, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)  # as the print shop's library leaves it
    with pytest.raises(pictures.NotShown) as told:
        pictures.copy_of(data)
    assert told.value.problem == problem


def hand_in(ground: Field, listed: dict[str, bytes], missing: str = "") -> tuple[str, str]:
    """A version with these pictures by path, all held but `missing`."""
    visit = ground.visit()
    manifest = [
        {"name": f"p{place}.jpg", "path": path, "sha256": digest(data), "size": len(data), "type": "image/jpeg"}
        for place, (path, data) in enumerate(listed.items())
    ]
    body = canonical(json.loads(ground.body(visit, "有照片", None)) | {"parts": manifest})
    assert receive(ground.phones[0], visit, body, via="phone").status in (201, 202)
    with writing() as session:
        for path, data in listed.items():
            if path != missing:
                current_app.extensions["files"].put(data)
                session.add(HeldPart(sha256=digest(data), size=len(data), held_at=utc_now()))
    return visit, digest(body)


def test_copies_are_made_once_and_problems_kept(app: Flask, ground: Field) -> None:
    good, bad, late = photo(), b"\xff\xd8\xff\xe0 no picture", photo((40, 20))
    visit, content = hand_in(ground, {"/good": good, "/bad": bad, "/late": late}, missing="/late")
    found = pictures.parts_of(visit, content)
    assert (found["/good"].picture, found["/good"].problem) == (True, None)
    assert (found["/bad"].picture, found["/bad"].problem) == (False, "broken")
    assert not found["/late"].is_held
    shown = db.session.get_one(HeldPart, digest(good)).shown
    assert shown
    assert pictures.shown_bytes(visit, digest(good)) == (current_app.extensions["files"].read(shown), "image/jpeg")
    assert pictures.shown_bytes(visit, digest(bad)) is None
    assert pictures.received_bytes(visit, digest(bad)) == bad
    assert pictures.received_bytes(ground.visit(), digest(bad)) is None, "another visit does not name it"
    assert pictures.parts_of(visit, content) == found
