"""Photos, a file, a signature and a position in the offline form: refused in words, kept over a reload, delivered in parts, shown as a copy."""

import io
import json
import random
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from PIL import Image
from playwright.sync_api import Locator, Page, Worker, expect

from surveys.database import db, writing
from surveys.fieldwork.receiving.parts import read_whole
from surveys.fieldwork.visits.submissions import HeldPart, Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.forms.questionnaire_versions import issue_questionnaire
from tests.browser import PHONE, Served, Visitor
from tests.journeys.form_filling import begin, come_in, delivered, hand_in, open_visit, question
from tests.journeys.people import Task, open_task, sign_in
from tests.surveys.questionnaire.workbooks import workbook

ZH, EN = "简体中文 (zh-CN)", "English (en)"
SURVEY = [
    ["type", "name", f"label::{ZH}", f"label::{EN}", "appearance", "required"],
    ["begin group", "g", "照片、定位和签名", "Photos, position, signature", "field-list", ""],
    ["text", "words", "企业的话", "In the firm's words", "", ""],
    ["image", "photo", "现场照片", "Photo", "", "yes"],
    ["image", "second", "第二张照片", "Second photo", "", ""],
    ["file", "paper", "附件", "Attachment", "", "yes"],
    ["geopoint", "place", "现场定位", "Position", "", "yes"],
    ["image", "sign", "走访代表签名", "Signature", "signature", "yes"],
    ["audio", "sound", "录音", "Recording", "", "yes"],
    ["end group", "", "", "", "", ""],
]
KINDS = ("photo", "signature", "position", "file")
GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F
WIDTH = "image => image.decode().then(() => image.naturalWidth)"


def issue(app: Flask, task: Task, kinds: tuple[str, ...] = KINDS) -> None:
    """A form with media in force; recordings stay off unless they are named."""
    book = workbook(
        {
            "survey": SURVEY,
            "settings": [["form_title", "form_id", "default_language"], ["照片问卷", "photos", ZH]],
        }
    )
    with app.app_context():
        campaign = db.session.get_one(Visit, task.visit_id).campaign
        with writing():
            campaign.settings = {**campaign.settings, "media": True, "media_kinds": list(kinds)}
        issue = issue_questionnaire(campaign, book, "photos.xlsx", files=app.extensions["files"])
        assert issue.version is not None, issue.faults


def sideways(width: int = 2400, *, noisy: bool = False) -> bytes:
    """A photo as a phone held upright stores it: red is above when it is seen the right way; with a position and a camera.

    `noisy`: as taken in the dark, so that no quality makes it small by itself.
    """
    image = Image.new("RGB", (width, width // 2), (20, 60, 200))
    image.paste((200, 30, 30), (0, 0, width // 2, width // 2))
    if noisy:
        grains = Image.frombytes("RGB", image.size, random.Random(20230716).randbytes(3 * image.width * image.height))
        image = Image.blend(image, grains, 0.5)
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MAKER] = "Camera of the deputy"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (23.0, 17.0, 24.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=90)
    return out.getvalue()


def is_upright(data: bytes) -> bool:
    """Nothing but pixels, small, twice as high as wide, red above blue."""
    assert len(data) <= 400 * 1024
    with Image.open(io.BytesIO(data)) as image:
        assert not image.getexif(), "no position, no camera"
        assert b"Camera" not in data
        assert max(image.size) <= 1600
        assert image.height == 2 * image.width
        halves = image.convert("RGB").resize((1, 2), Image.Resampling.BOX)
        top, bottom = (halves.getpixel((0, y)) for y in (0, 1))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    return top[0] > top[2] + 40 and bottom[2] > bottom[0] + 40


def give(page: Page, name: str, file: str, data: bytes | Path, way: str = "album") -> Locator:
    asked = question(page, f"/g/{name}")
    chooser = asked.locator(f"input[type=file][data-way={way}]")
    if isinstance(data, Path):
        chooser.set_input_files(data)
    else:
        chooser.set_input_files({"name": file, "mimeType": "image/jpeg", "buffer": data})
    return asked


def test_from_the_camera_to_the_desk(served: Served, visitor: Callable[..., Visitor], tmp_path: Path) -> None:
    task = open_task(served.app)
    issue(served.app, task)
    deputy = visitor(size=PHONE)
    page = come_in(served, deputy, task)
    deputy.lose_signal()
    open_visit(deputy, task)
    begin(deputy)
    refused_in_words(page, tmp_path)

    worker = photo_worker(page)
    large = sideways(4000, noisy=True)
    assert len(large) > 4_000_000
    photo = give(page, "photo", "photo.jpg", large, "camera")
    expect(photo.locator(".pic small")).to_contain_text("已存在手机")
    expect(photo.locator(".pic img")).to_be_visible()
    assert worker.evaluate("self.given") == [True], "made small beside the page"
    # the one that is replaced by something that is no photo stays
    give(page, "photo", "photo.jpg", b"\xff\xd8\xff\xe0 no picture")
    expect(photo.locator(".note.is-bad")).to_contain_text("不是这部手机能打开的照片")
    expect(photo.locator(".pic img")).to_be_visible()
    give(page, "second", "b.jpg", sideways())
    second = question(page, "/g/second")
    second.get_by_role("button", name="删除：第二张照片").click()
    expect(second.locator(".pic")).to_have_count(0)
    paper = give(page, "paper", "list.pdf", b"%PDF-1.4\n%\xe2\xe3\n1 0 obj<<>>endobj\n%%EOF\n")
    expect(paper.locator(".pic")).to_contain_text("paper-")
    place_and_signature(deputy)
    expect(question(page, "/g/sound")).to_contain_text("本次调研不收录音")
    deputy.look()

    with page.expect_response(lambda answer: answer.url.endswith("/draft") and answer.status == 204):
        deputy.lose_signal(False)
    plain = deputy.context.request.get(f"/visits/{task.visit_id}/pages/g").text()
    assert plain.count("只存在当时拍摄或选取的手机上") == 3, (
        "photo, file and signature: the draft has come, their bytes have not"
    )
    assert "/parts/" not in plain
    deputy.context.add_init_script("delete window.Worker")
    page.goto(f"/visits/{task.visit_id}/form")  # a fresh page: everything is there still
    expect(photo.locator(".pic small")).to_contain_text("已存在手机")
    assert 0 < photo.locator(".pic img").evaluate(WIDTH) <= 800
    expect(question(page, "/g/sign").locator(".sign img")).to_be_visible()
    expect(question(page, "/g/place").locator(".note.is-ok")).to_contain_text("误差约12米")
    deputy.look()
    give(page, "second", "b.jpg", sideways())  # a browser without workers makes it small on the page itself
    expect(second.locator(".pic small")).to_contain_text("已存在手机")

    page.locator("#f-answers [data-do=next]").click()
    hand_in(deputy)
    expect(delivered(deputy)).to_be_visible()
    held(served.app, task)
    at_the_desk(served, visitor(), task)


def photo_worker(page: Page) -> Worker:
    """The worker that makes photos small; from now on `self.given` says for each whether it gave one."""
    [worker] = [one for one in page.workers if "photo_worker" in one.url]
    worker.evaluate("""() => {
        const answer = self.postMessage.bind(self);
        self.given = [];
        self.postMessage = (data, ...more) => {
            self.given.push(Boolean(data.bytes));
            answer(data, ...more);
        };
    }""")
    return worker


# What is said of a file that is empty, of one that is no photo, of one that is too large, and of an old document; of the position 0, 0.
REFUSED = {
    "zh-CN": ("文件是空的", "不是这部手机能打开的照片", "太大（60MB）", "这种文件不能保存"),
    "en": (
        "The file is empty. Please choose it again.",
        "“photo.jpg” is no photo that this phone can read. Please take it again or choose another one.",
        "This photo is too large (60 MB). Please take it with the button above.",
        "This kind of file is not kept. Please give PDF, DOCX, XLSX, PPTX, text or a photo.",
    ),
}
AT_SEA = "0, 0 lies in the sea: the phone did not know its position. Try again, or leave it out."


def refused_in_words(page: Page, folder: Path, language: str = "zh-CN") -> None:
    empty, no_photo, too_large, unkept = REFUSED[language]
    large = folder / "photo.jpg"
    with large.open("wb") as file:
        file.truncate(60 * 1024 * 1024)
    for data, words in (
        (b"", empty),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", no_photo),
        (b"\xff\xd8\xff\xe0 no picture", no_photo),
        (large, too_large),
    ):
        asked = give(page, "photo", "photo.jpg", data)
        expect(asked.locator(".note.is-bad")).to_contain_text(words)
        expect(asked.locator(".pic")).to_have_count(0)
    asked = give(page, "paper", "old.doc", b"\xd0\xcf\x11\xe0")
    expect(asked.locator(".note.is-bad")).to_contain_text(unkept)


def test_what_is_refused_is_said_in_english(served: Served, visitor: Callable[..., Visitor], tmp_path: Path) -> None:
    """Files that are empty, no photo, too large or of no kept kind; a position in the sea, found or typed."""
    task = open_task(served.app)
    issue(served.app, task)
    deputy = visitor(size=PHONE, language="en")
    page = come_in(served, deputy, task)
    page.goto("/visits/language/en?next=/visits")
    expect(page.locator(f"li:has(a[data-visit='{task.visit_id}']) .is-ready")).to_be_visible()
    open_visit(deputy, task)
    begin(deputy)
    refused_in_words(page, tmp_path, "en")
    deputy.look()
    place = question(page, "/g/place")
    deputy.context.grant_permissions(["geolocation"])
    deputy.context.set_geolocation({"latitude": 0, "longitude": 0, "accuracy": 5})
    place.get_by_role("button", name="Take the position").click()
    expect(place.locator(".note.is-bad")).to_have_text(AT_SEA)
    place.get_by_role("button", name="Write the place in words").click()
    typed = place.locator("[data-part=typed] .in")
    typed.fill("0, 0")
    typed.blur()
    expect(place.locator(".err")).to_contain_text("Please say in words where it is")
    deputy.look()


def place_and_signature(deputy: Visitor) -> None:
    page = deputy.page
    place = question(page, "/g/place")
    deputy.context.grant_permissions(["geolocation"])
    deputy.context.set_geolocation({"latitude": 0, "longitude": 0, "accuracy": 5})
    place.get_by_role("button", name="取现场位置").click()
    expect(place.locator(".note.is-bad")).to_contain_text("“0，0”在海上")
    place.get_by_role("button", name="手写地点").click()
    typed = place.locator("[data-part=typed] .in")
    typed.fill("0, 0")
    typed.blur()
    expect(place.locator(".err")).to_contain_text("请用文字写明地点")
    deputy.context.set_geolocation({"latitude": 23.29, "longitude": 113.83, "accuracy": 12})
    place.get_by_role("button", name="取现场位置").click()
    expect(place.locator(".note.is-ok")).to_contain_text("北纬23.29000，东经113.83000")
    expect(place.locator(".err")).to_have_count(0)

    sign = question(page, "/g/sign")
    sign.get_by_role("button", name="改为打字签名").click()  # by keyboard alone there is the name
    sign.locator("input[name='/g/sign']").fill("戊代表")
    sign.get_by_role("button", name="改为手写签名").click()
    board = sign.locator("canvas")
    board.scroll_into_view_if_needed()
    frame = board.bounding_box()
    assert frame is not None
    page.mouse.move(frame["x"] + 40, frame["y"] + 40)
    page.mouse.down()
    page.mouse.move(frame["x"] + 200, frame["y"] + 90, steps=4)
    page.mouse.up()
    expect(sign.locator(".sign")).to_have_attribute("data-kept", "yes")


def held(app: Flask, task: Task) -> None:
    """The content names what is held by its hash; the photo is small, upright, and has no position left."""
    with app.app_context():
        row = db.session.query(Submission).filter_by(visit_id=task.visit_id).one()
        content = json.loads(row.body)
        parts = {part["path"]: part for part in content["parts"]}
        assert row.judged == {"differences": [], "problems": []}
        assert set(parts) == {"/g/photo", "/g/second", "/g/paper", "/g/sign"}
        assert content["answers"]["/g/place"] == "23.290000 113.830000 0 12"
        for path, part in parts.items():
            assert content["answers"][path] == part["name"]
            assert db.session.get(HeldPart, part["sha256"]) is not None
        for path in ("/g/photo", "/g/second"):
            photo = read_whole(parts[path]["sha256"], parts[path]["size"])
            assert photo is not None
            assert is_upright(photo)
        assert parts["/g/sign"]["type"] == "image/png"
        db.session.remove()


def at_the_desk(served: Served, desk: Visitor, task: Task) -> None:
    sign_in(served.app, desk, "unit_desk", task.unit)
    desk.go(f"/visits/{task.visit_id}/review")
    shown = desk.page.locator("img.received")
    expect(shown).to_have_count(3)
    shown.first.scroll_into_view_if_needed()
    assert 0 < shown.first.evaluate(WIDTH) <= 800
    answer = desk.context.request.get(str(shown.first.get_attribute("src")))
    assert answer.headers["content-type"] == "image/jpeg"
    assert is_upright(answer.body())
    received = desk.context.request.get(f"{shown.first.get_attribute('src')}/received")
    assert received.headers["content-type"] == "application/octet-stream"
    assert received.headers["content-disposition"].startswith("attachment")
