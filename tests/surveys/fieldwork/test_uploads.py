"""What is taken of a picture, sound or file is decided by its content: kinds, limits, macros, bombs; nothing but pixels stays."""

import io
import zipfile

import pytest
from PIL import Image

from surveys.fieldwork.filling import uploads
from surveys.fieldwork.filling.uploads import RefusedUpload, kind_of, read_upload
from surveys.fieldwork.receiving.contents import LARGEST_PART
from tests.journeys.every_type import picture, sound

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"


def office(folder: str, *more: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("[Content_Types].xml", f"{folder}/document.xml", *more):
            archive.writestr(name, "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind", "mime", "suffix"),
    [
        (picture("JPEG"), "photo", "image/jpeg", ".jpg"),
        (picture("PNG"), "photo", "image/png", ".png"),
        (picture("PNG"), "signature", "image/png", ".png"),
        (picture("JPEG"), "file", "image/jpeg", ".jpg"),
        (sound(), "sound", "audio/wav", ".wav"),
        (b"ID3\x03" + bytes(20), "sound", "audio/mpeg", ".mp3"),
        (b"\0\0\0\x20ftypM4A " + bytes(20), "sound", "audio/mp4", ".m4a"),
        (b"#!AMR\n" + bytes(20), "sound", "audio/amr", ".amr"),
        (PDF, "file", "application/pdf", ".pdf"),
        (office("word"), "file", uploads.OFFICE["word/"][0], ".docx"),
        (office("xl"), "file", uploads.OFFICE["xl/"][0], ".xlsx"),
        ("设备清单，共3台\n".encode(), "file", "text/plain", ".txt"),
    ],
)
def test_what_is_taken(data: bytes, kind: str, mime: str, suffix: str) -> None:
    found = read_upload(data, kind)
    assert (found.type, found.suffix) == (mime, suffix)


@pytest.mark.parametrize(
    ("data", "kind", "reason"),
    [
        (b"", "photo", "empty"),
        (bytes(LARGEST_PART + 1), "file", "too_large"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo", "kind"),
        (b"GIF89a" + bytes(20), "photo", "kind"),
        (PDF, "photo", "kind"),
        (picture("JPEG")[:200], "photo", "broken"),
        (b"\x89PNG\r\n\x1a\n" + bytes(30), "signature", "broken"),
        (picture("JPEG"), "sound", "kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "file", "kind"),
        (b"MZ\x90\x00" + bytes(99), "file", "kind"),
        (b"  <!doctype html><script>alert(1)</script>", "file", "kind"),
        (b"#!/bin/sh\nrm -r .\n", "file", "kind"),
        (b"PK\x03\x04" + bytes(40), "file", "broken"),
        (office("word", "word/vbaProject.bin"), "file", "macros"),
        (office("META-INF"), "file", "kind"),
    ],
)
def test_what_is_refused(data: bytes, kind: str, reason: str) -> None:
    with pytest.raises(RefusedUpload) as refused:
        read_upload(data, kind)
    assert refused.value.reason == reason


def test_a_photo_keeps_its_pixels_and_nothing_else() -> None:
    given = picture("JPEG", (4000, 1000), placed=True)
    assert b"Camera of the deputy" in given
    found = read_upload(given, "photo")
    assert b"Camera of the deputy" not in found.data
    with Image.open(io.BytesIO(found.data)) as image:
        assert image.size == (2048, 512)
        assert not image.getexif()


def test_a_photo_taken_upright_stays_upright() -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 300)).save(out, "JPEG", exif=exif)
    with Image.open(io.BytesIO(read_upload(out.getvalue(), "photo").data)) as image:
        assert image.size == (300, 400)


def test_a_picture_of_too_many_pixels_is_not_opened() -> None:
    out = io.BytesIO()
    Image.new("1", (12_000, 6_000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    with pytest.raises(RefusedUpload):
        read_upload(out.getvalue(), "photo")


def test_which_kind_a_question_asks_for() -> None:
    kinds = {
        ("image", "image"): "photo",
        ("image", "signature"): "signature",
        ("image", "draw"): "drawing",
        ("audio", "audio"): "sound",
        ("file", "file"): "file",
        ("geopoint", "geopoint"): "position",
        ("text", "text"): None,
    }
    assert {pair: kind_of(*pair) for pair in kinds} == kinds
