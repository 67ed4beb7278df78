"""A workbook with every question type, filled in without script at 360 and 320 px, by keyboard where a finger would do, to the receipt."""

import hashlib
import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from surveys.database import db, writing
from surveys.fieldwork.receiving.parts import read_whole
from surveys.fieldwork.visits.submissions import HeldPart, Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.campaigns import MEDIA_KINDS
from surveys.planning.forms.questionnaire_versions import issue_questionnaire
from tests.browser import PHONE, SMALL_PHONE, Served, Visitor, until
from tests.journeys.every_type import GIVEN, attached, every_type, picture, sound
from tests.journeys.filling import start_by_slip
from tests.journeys.form_filling import CHECK, begin, come_in, delivered, hand_in, open_visit
from tests.journeys.people import Task, open_task, sign_in, visit_state


def issue(app: Flask, task: Task, *, media: bool) -> None:
    """The workbook in force for the campaign of this visit, its media switched on or off."""
    with app.app_context():
        campaign = db.session.get_one(Visit, task.visit_id).campaign
        with writing():
            campaign.settings = {**campaign.settings, "media": media, "media_kinds": list(MEDIA_KINDS)}
        issue = issue_questionnaire(
            campaign, every_type(), "every-type.xlsx", files=app.extensions["files"], attached=attached()
        )
        assert issue.version is not None, issue.faults
        assert issue.version.published_at is not None


# Whether every picture of a question is there, as wide as it was made.
WIDE = """([path, width]) => {
    const all = Array.from(document.querySelectorAll(`fieldset[data-path="${path}"] img`));
    return all.length > 0 && all.every((image) => image.naturalWidth === width);
}"""


# Until the worker keeps the three pictures and the sound.
PICTURES_KEPT = """async () => {
    for (const end = Date.now() + 60000; Date.now() < end; ) {
        const kept = [];
        for (const name of await caches.keys()) kept.push(...(await (await caches.open(name)).keys()));
        if (kept.filter((one) => one.url.includes("/files/")).length === 4) return;
        await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error("the pictures are not kept");
}"""


class Filler:
    """Answers by the label a person reads."""

    def __init__(self, deputy: Visitor) -> None:
        self.deputy, self.page = deputy, deputy.page

    def question(self, name: str):
        return self.page.locator(f"fieldset.q[data-path$='/{name}']")

    def write(self, **answers: str) -> None:
        for name, text in answers.items():
            self.question(name).locator("input:not([type=hidden]), textarea").first.fill(text)

    def tick(self, **answers: str) -> None:
        for name, words in answers.items():
            for word in words.split():
                self.question(name).locator(f"input[value='{word}']").check()

    def choose(self, **answers: str) -> None:
        for name, words in answers.items():
            for control, word in zip(self.question(name).locator("select").all(), words.split(), strict=False):
                control.select_option(word)

    def onward(self) -> None:
        self.deputy.press("保存，下一页")


@pytest.mark.parametrize("size", [PHONE, SMALL_PHONE], ids=["360", "320"])
def test_every_type_without_script(served: Served, visitor: Callable[..., Visitor], size: tuple[int, int]) -> None:
    task = open_task(served.app)
    issue(served.app, task, media=True)
    deputy = visitor(size=size, script=False)
    start_by_slip(served, deputy, task)
    fill, page = Filler(deputy), deputy.page

    # a wrong answer is said beside its field and in the summary, which has the focus; what was typed is kept
    assert page.locator("img[alt^='题目图片']").first.evaluate("image => image.naturalWidth") == 48
    assert page.locator("audio").count() == 1
    fill.tick(seen="OK")
    fill.write(
        short="发展和改革局", long="字" * 51, digits="0086", code="6901234567892", staff="０", area="1,200", share="103"
    )
    deputy.press("保存，下一页", status=422)
    expect(page.locator("#faults")).to_be_focused()
    for words in ("不超过50字。", "请填1至99999之间的人数。", "请填0至100之间的数。"):
        assert words in page.locator("#faults").inner_text()
    assert fill.question("staff").locator(".err").inner_text() == "错误：请填1至99999之间的人数。"
    assert fill.question("long").locator("textarea").input_value() == "字" * 51
    fill.write(long="主要情况如下。", staff="８５", share="7")
    fill.tick(trust="7")
    deputy.press("保存，下一页", status=422)
    assert "0至100，每档5，请填其中一档。" in fill.question("share").locator(".err").inner_text()
    fill.write(share="15")
    deputy.press("保存，下一页")  # the note on what a head has opens nothing that waits for an answer
    assert page.locator("h1").inner_text() == "二、选择"
    deputy.press("上一页")
    assert fill.question("copied").locator("input:not([type=hidden])").input_value() == "共85人"
    assert "人均面积14.1平方米。" in deputy.words()
    assert "N-B7" in deputy.words()
    fill.onward()

    assert fill.question("part").locator(".pick img").evaluate_all("all => all.map(i => i.naturalWidth)") == [120, 120]
    assert fill.question("spare").locator("input").first.is_hidden()
    fill.question("spare").locator("summary").click()
    fill.tick(kind="other", flat="yes", mood="4", outlook="same", part="belt", spare="pump", needs="land law")
    fill.tick(found="law", province="gz", speed="good", tone="fair")
    fill.tick(folded="m")  # a list of six or fewer is rows, whatever its appearance
    fill.choose(order="law land money people")
    deputy.press("保存，下一页")  # “other” and the cascade open questions: they are asked before the next page
    assert "这一页多了2题" in deputy.words()
    assert "请具体说明" in deputy.words()
    assert fill.question("order").locator(".echo").inner_text() == "您的排序：1. 法律服务；2. 用地；3. 资金；4. 用工"
    fill.tick(needs="money people")
    deputy.press("保存，下一页", status=422)
    assert "最多选三项。" in fill.question("needs").locator(".err").inner_text()
    for word in ("money", "people"):
        fill.question("needs").locator(f"input[value='{word}']").uncheck()
    fill.write(kind_other="联营")
    fill.tick(district="gz1")
    fill.onward()  # the district brings the firms of the attached list
    assert page.locator("h1").inner_text() == "二、选择"
    fill.tick(partner="f1")
    fill.tick(province="sz")  # a tick that is no longer offered stays in sight, marked
    deputy.press("保存，下一页", status=422)
    assert "已不在选项中" in fill.question("district").inner_text()
    fill.tick(province="gz")
    fill.onward()
    assert page.locator("h1").inner_text() == "三、时间与地点"

    assert fill.question("day").locator("input[type=date]").input_value() != ""
    fill.write(hour="09:30", moment="2023-07-20T14:00")
    place = fill.question("place").locator("input:not([type=hidden])")
    place.fill("23.29")
    deputy.press("保存，下一页", status=422)
    assert "地点" in fill.question("place").locator(".err").inner_text()
    place = fill.question("place").locator("input:not([type=hidden])")
    assert place.input_value() == "23.29"
    place.fill("人民路5号")
    fill.onward()

    give_files(deputy, fill)
    fill.write(sites_n="1")
    fill.onward()
    repeats_by_keyboard(deputy, fill)
    assert deputy.path().endswith("/check")
    assert "都填好了，可以报送" in deputy.words()
    deputy.press("报送")
    assert "已送达" in deputy.words()
    assert visit_state(served.app, task.visit_id) == "submitted"
    look_at_what_is_held(served.app, task)


def give_files(deputy: Visitor, fill: Filler) -> None:
    """A refused file is said and the others are kept; a picture is looked at, taken out and given again; a signature is typed."""
    page = deputy.page

    def give(name: str, file: str, data: bytes) -> None:
        files = [{"name": file, "mimeType": "application/octet-stream", "buffer": data}]
        fill.question(name).locator("input[type=file]").set_input_files(files)

    give("photo", "photo.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    give("sound", "note.wav", sound())
    give("paper", "old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(200))
    deputy.press("保存，下一页", status=422)
    assert "这不是可以保存的照片" in fill.question("photo").locator(".err").inner_text()
    assert "这种文件不能保存" in fill.question("paper").locator(".err").inner_text()
    assert "已存在服务器" in fill.question("sound").inner_text()
    give("photo", "photo.jpg", picture(placed=True))
    give("paper", "list.pdf", b"%PDF-1.4\n%\xe2\xe3\n1 0 obj<<>>endobj\n%%EOF\n")
    fill.write(sign="戊代表")
    fill.onward()
    deputy.press("上一页")
    assert fill.question("photo").locator("img").evaluate("image => image.naturalWidth") == 640
    deputy.press(fill.question("photo").get_by_role("button", name="删除：现场照片"))
    assert page.locator("img.shown").count() == 0
    give("photo", "photo.jpg", picture(placed=True))
    assert fill.question("sign").locator("input[type=text], input:not([type])").first.input_value() == "戊代表"
    fill.onward()


def repeats_by_keyboard(deputy: Visitor, fill: Filler) -> None:
    """A counted site with open lines inside it, and advice: entries added, deleted, put back and changed with the keyboard alone."""
    page = deputy.page

    def key(words: str, key: str = "Enter") -> None:
        control = deputy.control(words)
        for _ in range(60):
            page.keyboard.press("Tab")
            if control.evaluate("one => one === document.activeElement"):
                break
        else:
            raise AssertionError(f"{words} cannot be reached by keyboard")
        with page.expect_navigation():
            page.keyboard.press(key)
        deputy.look()

    assert page.locator("h1").inner_text().startswith("厂区")
    fill.write(site_name="新厂")
    page.keyboard.press("Enter")  # saves and goes on, though other buttons stand before
    expect(page.locator("h1")).to_have_text("生产线")
    key("补全第1条")
    assert fill.question("line_cap").locator("input:not([type=hidden])").input_value() == "100"
    fill.write(line_name="一号线")
    key("保存这一条")
    key("再登记一条")
    fill.write(line_name="二号线", line_cap="60")
    key("保存这一条")
    assert "二号线" in deputy.words()
    key("删除第1条")
    assert "一号线" not in deputy.words()
    key("撤销删除")
    assert "一号线" in deputy.words()
    key("登记完了，下一页")
    expect(page.locator("h1")).to_have_text("建议")
    key("补全第1条")
    fill.write(advice_text="希望加快办证。")
    key("保存这一条")
    key("登记完了，下一页")


def look_at_what_is_held(app: Flask, task: Task) -> None:
    """The content says what was given; its parts are held by their hash; the photo has no position left; the judge agrees."""
    with app.app_context():
        row = db.session.scalars(select(Submission).where(Submission.visit_id == task.visit_id)).one()
        content = json.loads(row.body)
        answers, parts = content["answers"], {part["path"]: part for part in content["parts"]}
        assert row.judged == {"differences": [], "problems": []}
        assert {path: answers.get(path) for path in GIVEN} == GIVEN
        assert answers["/g_when/place"] == "人民路5号"
        assert answers["/g_media/sign"] == "戊代表"
        assert content["repeats"] == {"/advice": 1, "/site": 1, "/site[1]/line": 2}
        assert set(parts) == {"/g_media/photo", "/g_media/sound", "/g_media/paper"}
        for path, part in parts.items():
            assert answers[path] == part["name"]
            assert db.session.get(HeldPart, part["sha256"]) is not None
            data = read_whole(part["sha256"], part["size"])
            assert data is not None
            assert hashlib.sha256(data).hexdigest() == part["sha256"]
            assert b"Camera of the deputy" not in data


def test_every_type_with_script_holds_the_same(served: Served, visitor: Callable[..., Visitor]) -> None:
    """On the phone, without a signal from the first page on: pictures are there, wrong answers are said, and what arrives is the same."""
    task = open_task(served.app)
    issue(served.app, task, media=True)
    deputy = visitor(size=PHONE)
    page = come_in(served, deputy, task)
    fill, onward = Filler(deputy), page.locator("#f-answers [data-do=next]")
    until(page, "() => navigator.serviceWorker.controller")
    page.evaluate(PICTURES_KEPT)
    deputy.lose_signal()
    open_visit(deputy, task)
    begin(deputy)
    page.wait_for_function(WIDE, arg=["/g_text/share", 48])
    fill.tick(seen="OK", trust="7")
    fill.write(short="发展和改革局", long="主要情况如下。", digits="0086", code="6901234567892", staff="８５")
    fill.write(area="1,200", share="17")
    onward.click()
    expect(fill.question("share").locator(".err")).to_have_text("错误：0至100，每档5，请填其中一档。")
    fill.write(share="15")
    deputy.look()
    onward.click()

    expect(page.locator("#f-title")).to_have_text("二、选择")
    expect(fill.question("district").locator("[data-words=waits]")).to_be_visible()
    page.wait_for_function(WIDE, arg=["/g_choose/part", 120])
    fill.question("spare").locator("summary").click()
    fill.tick(kind="other", flat="yes", mood="4", outlook="same", part="belt", spare="pump")
    fill.tick(needs="land law money people", found="law", province="gz", district="gz1", speed="good", tone="fair")
    expect(fill.question("district").locator("[data-words=waits]")).to_be_hidden()
    fill.write(kind_other="联营")
    fill.choose(order="law land money people")
    fill.tick(folded="m", partner="f1")
    onward.click()
    expect(fill.question("needs").locator(".err")).to_have_text("错误：最多选三项。")
    for word in ("money", "people"):
        fill.question("needs").locator(f"input[value='{word}']").uncheck()
    deputy.look()
    onward.click()

    expect(page.locator("#f-title")).to_have_text("三、时间与地点")
    fill.write(hour="09:30", moment="2023-07-20T14:00")
    onward.click()
    expect(page.locator("#f-title")).to_contain_text("四、")
    onward.click()
    fill.write(sites_n="1")
    onward.click()
    fill.write(site_name="新厂")
    onward.click()
    entries_on_the_phone(deputy, fill)
    assert page.locator(CHECK).is_visible()
    hand_in(deputy)
    deputy.lose_signal(False)
    expect(delivered(deputy)).to_be_visible()
    with served.app.app_context():
        row = db.session.scalars(select(Submission).where(Submission.visit_id == task.visit_id)).one()
        content = json.loads(row.body)
        assert row.judged == {"differences": [], "problems": []}
        assert {path: content["answers"].get(path) for path in GIVEN} == GIVEN
        assert content["repeats"] == {"/advice": 1, "/site": 1, "/site[1]/line": 2}


def entries_on_the_phone(deputy: Visitor, fill: Filler) -> None:
    """The lines of the site and the advice: added, deleted and put back."""
    page, onward = deputy.page, deputy.page.locator("#f-answers [data-do=next]")
    entries = page.locator("#f-entries [data-part=list] li")
    for number, (name, capacity) in enumerate((("一号线", "100"), ("二号线", "60")), 1):
        expect(page.locator("#f-entries")).to_be_visible()
        if number == 1:
            entries.first.locator("button").click()
        else:
            page.locator("#f-entries [data-do=add]").click()
        question = page.locator(f"section:not([hidden]) [data-path='/site[1]/line[{number}]/line_name']")
        question.locator("input:not([type=hidden])").fill(name)
        fill.write(line_cap=capacity)
        onward.click()
    entries.first.locator("button").click()
    page.locator("#f-answers [data-do=remove]").click()
    expect(entries).to_have_count(1)
    page.locator("#f-entries [data-do=undo]").click()
    expect(entries).to_have_count(2)
    onward.click()
    expect(page.locator("#f-title")).to_have_text("建议")
    entries.first.locator("button").click()
    fill.write(advice_text="希望加快办证。")
    onward.click()
    onward.click()


def test_an_organizer_tries_it_without_script(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    issue(served.app, task, media=True)
    organizer = sign_in(served.app, visitor(), "organizer", "440100")
    organizer.go(f"/campaigns/{task.campaign}/setup/questionnaire")
    organizer.press(organizer.page.get_by_role("table").get_by_role("link").first)
    person = visitor(size=PHONE, script=False)
    person.context.add_cookies(organizer.context.cookies())
    person.go(urlsplit(organizer.page.url).path)
    person.press("以代表身份试填")
    assert "试填：不作数" in person.words()
    fill = Filler(person)
    fill.write(short="发展和改革局", staff="85", share="103")
    person.press("保存，下一页", status=422)
    assert "试填：不作数" in person.words()
    fill.write(share="70")
    fill.onward()
    for name in ("g_media", "advice", "advice[1]"):
        person.go(f"{'/'.join(person.path().split('/')[:7])}/pages/{name}")
        assert "试填：不作数" in person.words()
    person.go(f"{'/'.join(person.path().split('/')[:7])}/check")
    assert "试填：不作数" in person.words()
    person.press("看服务器核验结果和报送内容")
    assert "核验发现" in person.words()
    assert '"/g_text/short": "发展和改革局"' in person.words()
    person.press(person.page.get_by_role("button", name="清空试填，重新开始").first)
    assert fill.question("short").locator("input:not([type=hidden])").input_value() == ""
    assert visit_state(served.app, task.visit_id) == "open"
