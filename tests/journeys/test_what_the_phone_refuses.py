"""The phone gives no position, no microphone and no camera, and kills the page for its camera: said in words, another way, nothing required."""

import json
from collections.abc import Callable

from playwright.sync_api import FileChooser, Page, expect

from surveys.database import db
from surveys.fieldwork.visits.submissions import Submission
from tests.browser import PHONE, Served, Visitor
from tests.journeys.every_type import sound
from tests.journeys.form_filling import CHECK, begin, come_in, delivered, hand_in, open_visit, question
from tests.journeys.people import Task, open_task
from tests.journeys.phone_forms import is_kept, taken_over
from tests.journeys.test_form_is_never_lost import crash, live_a_second
from tests.journeys.test_photos_on_the_phone import KINDS, give, issue, sideways

WORDS = "/g/words"
# Half a minute passes at once; whether the page asks for the microphone by itself is counted.
HURRIED = """if (isSecureContext) {
    const ask = Geolocation.prototype.getCurrentPosition;
    Geolocation.prototype.getCurrentPosition = function (given, refused, how) {
        ask.call(this, given, refused, { ...how, timeout: window.waits ? 0 : how.timeout });
    };
    window.asked = 0;
    MediaDevices.prototype.getUserMedia = () => Promise.reject((window.asked += 1));
}"""


def test_refused_and_killed_a_visit_goes_on(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    issue(served.app, task, (*KINDS, "sound"))
    deputy = visitor(size=PHONE, init=HURRIED)
    page = come_in(served, deputy, task)
    is_kept(page, task.visit_id)
    deputy.context.grant_permissions([])  # position, microphone and camera are all refused
    open_visit(deputy, task)
    begin(deputy)
    no_position(deputy)
    no_recorder(page)
    no_camera(deputy)

    deputy.lose_signal()
    killed_by_the_camera(deputy, task, "停电后改用柴油机", crash)
    deputy.lose_signal(False)
    killed_by_the_camera(deputy, task, "六月起已复工", lambda page: None)
    page = deputy.page
    photo = question(page, "/g/photo")
    opened_chooser(page, "拍照").set_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": sideways()})
    expect(photo.locator(".pic small")).to_contain_text("已存在手机")
    photo.get_by_role("button", name="删除：现场照片").click()

    page.locator("#f-answers [data-do=next]").click()
    expect(page.locator(CHECK)).to_be_visible()
    hand_in(deputy)  # no photo, no signature, no file: nothing of it is missing
    expect(delivered(deputy)).to_be_visible()
    with served.app.app_context():
        row = db.session.query(Submission).filter_by(visit_id=task.visit_id).one()
        content = json.loads(row.body)
        assert row.judged == {"differences": [], "problems": []}
        assert content["answers"]["/g/place"] == "人民路5号厂区东门"
        assert content["answers"][WORDS] == "六月起已复工"
        assert [part["path"] for part in content["parts"]] == ["/g/sound"]


def no_position(deputy: Visitor) -> None:
    """Refused, or not found in time: both are said, and the place is typed."""
    page = deputy.page
    place = question(page, "/g/place")
    place.get_by_role("button", name="取现场位置").click()
    expect(place.locator(".note.is-bad")).to_have_text("手机没有允许本页定位。可手写地点，或跳过。")
    deputy.look()
    deputy.context.grant_permissions(["geolocation"])
    page.evaluate("window.waits = true")
    place.get_by_role("button", name="取现场位置").click()
    expect(place.locator(".note.is-bad")).to_have_text("半分钟内没有取到位置。请到门口再试，也可手写地点或跳过。")
    place.get_by_role("button", name="手写地点").click()
    typed = place.locator("[data-part=typed] .in")
    expect(typed).to_be_focused()
    expect(place.locator(".note")).to_have_count(0)
    typed.fill("人民路5号厂区东门")
    typed.blur()
    expect(place.locator(".err")).to_have_count(0)


def no_recorder(page: Page) -> None:
    """The page asks for no microphone: a recording is made with the phone's own recorder and given as a file."""
    asked = question(page, "/g/sound")
    expect(asked).to_contain_text("请先用手机自带的录音机录好")
    cancelled(page, "/g/sound", "选择文件")
    expect(asked.get_by_role("status")).to_have_text("没有新文件。可再选一次，或跳过。")
    give(page, "sound", "memo.wav", sound())
    expect(asked.locator(".pic")).to_contain_text("已存在手机")
    assert page.evaluate("window.asked") == 0


def no_camera(deputy: Visitor) -> None:
    """Whoever comes back from a camera without a photo is told what else to do."""
    page = deputy.page
    cancelled(page, "/g/photo", "拍照")
    photo = question(page, "/g/photo")
    expect(photo.get_by_role("status")).to_have_text("没有新照片。相机打不开时，可从相册选，也可跳过。")
    expect(photo.get_by_role("button", name="从相册选")).to_be_visible()
    deputy.look()


def cancelled(page: Page, path: str, words: str) -> None:
    """The button is pressed, and the phone's camera or file list is left without anything."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setInterceptFileChooserDialog", {"enabled": True, "cancel": True})
    question(page, path).get_by_role("button", name=words, exact=True).click()
    expect(question(page, path).get_by_role("status")).not_to_be_empty()
    session.detach()


def opened_chooser(page: Page, words: str) -> FileChooser:
    with page.expect_file_chooser() as opening:
        question(page, "/g/photo").get_by_role("button", name=words, exact=True).click()
    return opening.value


def killed_by_the_camera(deputy: Visitor, task: Task, words: str, kill: Callable[[Page], None]) -> None:
    """The camera is open, its memory is taken from the page: what was written a second before is there, and a photo can be taken."""
    page = deputy.page
    question(page, WORDS).locator("input:not([type=hidden])").fill(words)
    live_a_second(page)
    opened_chooser(page, "拍照")
    kill(page)
    deputy.kill_page()
    page = deputy.page
    page.goto(f"/visits/{task.visit_id}/form")
    taken_over(page)
    expect(question(page, WORDS).locator("input:not([type=hidden])")).to_have_value(words)
    expect(question(page, "/g/place").locator("[data-part=typed] .in")).to_have_value("人民路5号厂区东门")
    expect(question(page, "/g/sound").locator(".pic")).to_contain_text("已存在手机")
    photo = question(page, "/g/photo")
    expect(photo.get_by_role("button", name="拍照")).to_be_visible()
    expect(photo.locator(".pic")).to_have_count(0)
