"""The organizer brings a form with faults, one that does not say what its answers are, changes it, reads what changed, edits it."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from surveys.database import db
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.forms.questionnaire_versions import versions_of, whole_package
from surveys.questionnaire.package.package import package_hash
from surveys.questionnaire.package.reader import read_workbook
from tests.browser import DESK, PHONE, Served, Visitor
from tests.journeys.people import open_task, sign_in
from tests.surveys.questionnaire.model_form import SAMPLES
from tests.surveys.questionnaire.workbooks import workbook

BROKEN = SAMPLES / "08-broken-eight-errors.xlsx"
FAULTY_CELLS = {"A2", "A3", "B4", "A5", "F6", "B7", "E8"}
HEADS = ["type", "name", "label", "hint", "required", "constraint"]
CHOICES = [["list_name", "name", "label"], ["yn", "y", "是"], ["yn", "n", "否"]]
SURVEY = [
    HEADS,
    ["text", "firm", "企业名称", "执照全称", "yes", ""],
    ["integer", "staff", "现有职工人数", "", "", ". >= 0 and . < 9000"],
    ["select_one yn", "loss", "是否亏损", "", "", ""],
]
LATER = [
    HEADS,
    ["text", "firm", "企业全称", "执照全称", "yes", ""],
    ["integer", "people", "现有职工人数", "", "yes", ". >= 1 and . < 9000"],
    ["text", "why", "亏损原因", "", "", ""],
]


def bring(person: Visitor, data: bytes, name: str, *, status: int = 200) -> None:
    person.page.locator("#file").set_input_files([{"name": name, "mimeType": "application/zip", "buffer": data}])
    person.press(person.page.locator("form.file button"), status=status)


def newest_hash(app: Flask, number: int) -> tuple[int, str]:
    with app.app_context():
        campaign = db.session.scalars(select(Campaign).where(Campaign.number == number)).one()
        version = versions_of(campaign.id)[0]
        package = whole_package(version.media_hash)
        assert package is not None
        return version.number, package_hash(package)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_fault_stands_at_its_row(served: Served, visitor: Callable[..., Visitor], size: tuple[int, int]) -> None:
    task = open_task(served.app)
    organizer = sign_in(served.app, visitor(size=size), "organizer", "440100")
    organizer.go(f"/campaigns/{task.campaign}/setup/questionnaire")
    bring(organizer, BROKEN.read_bytes(), BROKEN.name, status=422)
    page = organizer.page
    assert page.locator("table.found tbody tr.err").count() == 8
    assert page.locator(".cellbad").count() == 8
    for said in page.locator("table.found td.wrap, td.say .stay").all():
        box = said.bounding_box()
        assert box
        assert 0 <= box["x"] <= box["x"] + box["width"] <= size[0], said.inner_text()
    step_through(organizer)
    assert "7题 · 2页 · 1个选项表" in organizer.words()
    assert "只比较读得出的部分，有误的行不在内。" in organizer.words()
    assert "mended" not in organizer.words()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载带批注的表格").click()
    assert download.value.suggested_filename == "08-broken-eight-errors-批注.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    noted = {cell.coordinate: cell.comment.text for row in book["survey"].iter_rows() for cell in row if cell.comment}
    assert set(noted) == FAULTY_CELLS
    assert "没有名为“amuont”的题目" in noted["E8"]
    assert book["choices"]["B4"].comment
    # the proposals are written at one press; what is left is said again, with fewer faults
    organizer.press(page.get_by_role("button", name="把建议写入"), status=422)
    assert page.locator("table.found tbody tr.err").count() == 5


def at_fault(organizer: Visitor) -> tuple[str, str]:
    """What is said aloud, and the fault that has the focus."""
    focused = organizer.page.locator(":focus")
    return organizer.page.locator("#fault-place").inner_text(), focused.get_attribute("id") or ""


def step_through(organizer: Visitor) -> None:
    """F8 goes on, Shift+F8 and “上一处” back, round the ends; the marked cell and the fault are in sight."""
    page = organizer.page
    page.keyboard.press("F8")
    assert at_fault(organizer) == ("第1处，共8处", "fault-1")
    page.keyboard.press("Shift+F8")
    assert at_fault(organizer) == ("第8处，共8处", "fault-8")
    page.locator("#fault-8").get_by_role("link", name="上一处").click()
    assert at_fault(organizer) == ("第7处，共8处", "fault-7")
    page.keyboard.press("Shift+F8")
    page.keyboard.press("Shift+F8")
    assert at_fault(organizer) == ("第5处，共8处", "fault-5")
    assert "第6行 constraint" in page.locator("#fault-5").inner_text()
    size = page.viewport_size
    assert size
    for seen in (page.locator("#fault-5"), page.locator("#survey-6 .cellbad")):
        box = seen.bounding_box()
        assert box
        assert 0 <= box["x"] < box["x"] + box["width"] <= size["width"]
        assert 0 <= box["y"] < box["y"] + box["height"] <= size["height"]
    page.get_by_role("link", name="下一处").first.click()
    assert at_fault(organizer) == ("第1处，共8处", "fault-1")


def test_faults_are_stepped_through_without_script(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    organizer = sign_in(served.app, visitor(script=False), "organizer", "440100")
    organizer.go(f"/campaigns/{task.campaign}/setup/questionnaire")
    bring(organizer, BROKEN.read_bytes(), BROKEN.name, status=422)
    page = organizer.page
    page.get_by_role("link", name="下一处").first.click()
    for place in range(1, 9):
        page.wait_for_url(f"**#fault-{place}")
        fault = page.locator(f"#fault-{place}")
        assert f"第{place}处，共8处" in fault.inner_text()
        fault.get_by_role("link", name="下一处").click()
    page.wait_for_url("**#fault-1")
    page.locator("#fault-1").get_by_role("link", name="上一处").click()
    page.wait_for_url("**#fault-8")
    assert not page.get_by_text("按F8跳到下一处").is_visible()


def test_from_a_form_that_says_nothing_to_an_edited_version(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    organizer = sign_in(served.app, visitor(), "organizer", "440100")
    page, address = organizer.page, f"/campaigns/{task.campaign}/setup/questionnaire"
    organizer.go(address)
    bring(organizer, workbook({"survey": SURVEY, "choices": CHOICES}), "企业问卷.xlsx")
    assert "没有说明其中3项答案是什么" in organizer.words()
    page.get_by_label("staff的编号").fill("q-staff")
    page.get_by_label("staff在报告中的用法").select_option("mean")
    organizer.press(page.get_by_role("button", name="确认并存为新版本"))
    organizer.press("启用这一版")
    number, _hash = newest_hash(served.app, task.campaign)
    assert f"第{number}版已启用" in organizer.words()

    # the next one: a question renamed and recognised, one taken out, one new; read before it is in force
    organizer.go(address)
    bring(organizer, workbook({"survey": LATER, "choices": CHOICES}), "企业问卷.xlsx")
    assert page.get_by_label("people的编号").input_value() == "q-staff"
    organizer.press(page.get_by_role("button", name="确认并存为新版本"))
    words = organizer.words()
    for said in (
        "题目由“企业名称”改为“企业全称”。",
        "题目名由“staff”改为“people”，编号不变，以前的答案照常计入。",
        "是否必答由“可不填”改为“必答”；填写要求由“. >= 0 and . < 9000”改为“. >= 1 and . < 9000”。",
        "新增的题目。",
        "已删去。以前填报的答案仍可查看，不再计入指标。",
    ):
        assert said in words
    organizer.press("启用这一版")

    # edited at the desk; the form leaves and reads back as the same
    organizer.press("修改题目和选项")
    page.locator("textarea[name='text:2:label']").fill("企业名称（执照全称）")
    page.locator("input[name='required:4']").check()
    organizer.press(page.get_by_role("button", name="存为新版本"))
    assert "题目由“企业全称”改为“企业名称（执照全称）”。" in organizer.words()
    assert "是否必答由“可不填”改为“必答”" in organizer.words()
    _number, edited = newest_hash(served.app, task.campaign)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载上传的原件").click()
    again = read_workbook(download.value.path().read_bytes(), name="问卷.xlsx", media=True)
    assert again.package is not None
    assert package_hash(again.package) == edited
