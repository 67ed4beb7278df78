"""Versions brought as QR codes: numbered frames in any order, as scanners type them or as photos; what is missing is named."""

import base64
import gzip
import io

import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveys.database import db, writing
from surveys.fieldwork.rescue.qr_frames import frames_in_picture, gather, item_of
from surveys.fieldwork.visits.submissions import Submission
from surveys.questionnaire.package.content import digest
from tests.desk_client import signed_in
from tests.factories.planning import staff
from tests.surveys.pages.field_world import World, make_world
from tests.surveys.pages.test_phone_desk import content


def frames(body: bytes, longest: int = 60) -> list[str]:
    letters = base64.b32encode(gzip.compress(body, mtime=0)).decode().rstrip("=")
    pieces = [letters[at : at + longest] for at in range(0, len(letters), longest)]
    code = digest(body)[:16].upper()
    return [f"DIAOYAN:1:{code}:{number}:{len(pieces)}:{piece}" for number, piece in enumerate(pieces, 1)]


def test_frames_make_the_very_bytes_however_they_were_scanned() -> None:
    body = '{"visit": "一"}'.encode()
    [one] = gather("\n".join(reversed(frames(body, 8))).lower().replace(":", "：") + "\nnoise")
    assert not one.missing
    assert item_of(one).body == body


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda text: text.replace("DIAOYAN:1:", "DIAOYAN:1:0", 1)[:11] + text[11:], id="another hash"),
        pytest.param(lambda text: text[:-4] + "AAAA", id="other letters"),
        pytest.param(lambda text: text[:60], id="cut off"),
    ],
)
def test_what_does_not_make_its_hash_is_damaged(spoil) -> None:  # type: ignore[no-untyped-def]
    [text] = frames(b'{"visit": "v"}', 500)
    for one in gather(spoil(text) if spoil(text) != text else text.replace(text[10:12], "00", 1)):
        assert item_of(one).damaged


def test_a_bomb_is_let_go_off_to_two_megabytes() -> None:
    [one] = gather("\n".join(frames(b'{"visit": "v", "x": "' + b" " * 8_000_000, 5000)))
    assert item_of(one).damaged


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"0" * 40], ids=["empty", "text", "torn"])
def test_what_is_no_picture_has_no_code(data: bytes) -> None:
    assert frames_in_picture(data) == []


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


@pytest.fixture
def desk(app: Flask, world: World) -> FlaskClient:
    with app.app_context(), writing():
        username = staff("unit_desk.440118", "unit_desk", "440118").username
    return signed_in(app, username, "en")


def test_photos_and_scanned_text_together_become_a_version(app: Flask, world: World, desk: FlaskClient) -> None:
    first, *others = frames(content(world, parts=[]), 130)
    assert len(others) >= 2
    shown = io.BytesIO()
    segno.make(first, micro=False).save(shown, kind="png", scale=4, border=4)
    half = {"codes": others[0], "photos": [(io.BytesIO(shown.getvalue()), "1.png")]}
    answer = desk.post("/campaigns/1/set-aside/codes", data=half, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert f"2 of {len(others) + 1} codes are here; missing: 3" in answer.text
    assert first in answer.text, "what was read from the photo is kept for the next try"
    whole = {"codes": "\r\n".join([first, *others])}
    answer = desk.post("/campaigns/1/set-aside/codes", data=whole)
    assert "taken in" in answer.text
    assert "was held already" in desk.post("/campaigns/1/set-aside/codes", data=whole).text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Submission)) == 1
        assert db.session.scalars(select(Submission.via)).one() == "file"


def test_what_holds_no_code_of_ours_changes_nothing(app: Flask, world: World, desk: FlaskClient) -> None:
    answer = desk.post("/campaigns/1/set-aside/codes", data={"codes": "https://example.invalid/"})
    assert answer.status_code == 422
    assert "No code of this system was found" in answer.text


def test_a_liaison_takes_nothing_in(app: Flask, world: World) -> None:
    with app.app_context(), writing():
        username = staff("liaison.440118", "liaison", "440118").username
    answer = signed_in(app, username, "en").post("/campaigns/1/set-aside/codes", data={"codes": "x"})
    assert answer.status_code == 403
