"""An organizer plans a campaign: units and quotas, a broken questionnaire and a good one, lists with faulty rows, groups, slips."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reports.printing.pdf_text import page_texts
from surveys.planning.imports.tables import write_table
from tests.browser import Served, Visitor
from tests.journeys.people import sign_in
from tests.surveys.planning.test_subject_imports import HEADS, a_row

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests/cases/questionnaires/samples"
MODEL = ROOT / "reports/demonstration/questionnaire/private-enterprises-2023.xlsx"
UNIT = "440118"
DEPUTIES = [
    ["J001", "申树安", "市、区", "", "13800000001"],
    ["J002", "阮月明", "区", "", "13800000002"],
    ["J003", "容少峰", "镇", "", ""],
]
GROUPS = [
    ["回访一组", "J001", "申树安", "组长", "何某", "13900000000"],
    ["回访一组", "J002", "阮月明", "", "何某", "13900000000"],
    ["回访二组", "J003", "容少峰", "组长", "梁某", ""],
]


def create(organizer: Visitor) -> str:
    """From the list of campaigns to a campaign with a quota of 3 for 增城区; gives the path it lies under."""
    organizer.go("/campaigns/new")
    page = organizer.page
    page.locator("[name=title]").fill("秋季回访")
    page.locator("[name=unit_code]").select_option("440100")
    page.locator("[name=starts_on]").fill("2023-09-01")
    page.locator("[name=ends_on]").fill("2023-10-15")
    page.locator("[name=office]").fill("经济工委")
    organizer.press(page.locator("main button.main"))
    base = re.sub(r"/setup/units$", "", organizer.path())
    page = organizer.page
    for box in page.locator("input[name^=part-]").all():
        box.uncheck()
    page.locator(f"[name=part-{UNIT}]").check()
    page.locator(f"[name=number-{UNIT}]").fill("三户")
    organizer.press(page.locator("button[name=next]"), status=422)
    assert "任务数“三户”不是整数" in organizer.words()
    organizer.page.locator(f"[name=number-{UNIT}]").fill("3")
    organizer.press(organizer.page.locator("button[name=next]"))
    assert organizer.path() == f"{base}/setup/questionnaire"
    return base


def send_file(person: Visitor, name: str, data: bytes, *, status: int = 200) -> None:
    kind = "text/csv" if name.endswith(".csv") else "application/octet-stream"
    person.page.locator("#file").set_input_files({"name": name, "mimeType": kind, "buffer": data})
    person.press(person.page.locator("form.file button.main"), status=status)


def import_rows(person: Visitor, base: str, kind: str, heads: list[str], rows: list[list[Any]]) -> None:
    person.go(f"{base}/lists/import?kind={kind}&unit={UNIT}")
    send_file(person, "表.xlsx", write_table("xlsx", heads, rows)[0])


def test_from_a_new_campaign_to_printed_slips(served: Served, visitor: Callable[..., Visitor]) -> None:
    organizer = sign_in(served.app, visitor(), "organizer", "440100")
    base = create(organizer)

    # every fault of the broken form at its place; nothing is published
    send_file(organizer, "坏.xlsx", (SAMPLES / "08-broken-eight-errors.xlsx").read_bytes(), status=422)
    faulty = organizer.page.get_by_role("table").first.locator("tbody tr.err")
    assert faulty.count() == 8
    assert "您是否想写“select_one yes_no”" in faulty.first.inner_text()
    assert "还没有版本" in organizer.words()
    send_file(organizer, MODEL.name, MODEL.read_bytes())
    assert organizer.path() == f"{base}/setup/questionnaire/1"

    # a list with faulty rows: a fault per row, one repaired by its link, the others left out, nothing written before
    rows = [a_row(number, **{"镇/街": "新塘镇"}) for number in (901, 902)]
    rows += [a_row(903, 区="增成区"), a_row(901), a_row(904, 人数="约百人"), a_row(905, 统一代码="91440118MA5")]
    import_rows(organizer, base, "subjects", HEADS, rows)
    words = organizer.words()
    assert "没有“增成区”。相近：增城区。" in words
    assert "与第2行是同一户（信用代码相同）" in words
    assert "约百人" in words
    organizer.press("改为增城区")
    assert organizer.page.locator("tbody tr.err").count() == 3
    organizer.press(organizer.page.locator("button", has_text="导入可用的3行"))
    assert "已导入3行" in organizer.words()

    import_rows(organizer, base, "deputies", ["代表编号", "姓名", "层级", "工作单位", "手机"], DEPUTIES)
    organizer.press(organizer.page.locator("button", has_text="导入可用的3行"))
    import_rows(organizer, base, "groups", ["小组名称", "代表编号", "姓名", "组内职务", "联络员", "联络员电话"], GROUPS)
    organizer.press(organizer.page.locator("button", has_text="导入可用的3行"))

    organizer.go(f"{base}/assignments?unit={UNIT}")
    organizer.page.locator("input[name=entry]").first.check()
    organizer.press(organizer.page.get_by_role("row").filter(has_text="回访二组").get_by_role("button"))
    organizer.press(organizer.page.locator("button[name=propose]"))
    assert "已全部分派" in organizer.words()
    organizer.press(organizer.page.locator(".acts a.main"))
    with organizer.page.expect_download() as coming:
        organizer.page.locator(".acts button.main").click()
    printed = "".join(page_texts(Path(coming.value.path()).read_bytes()))
    assert [f"{UNIT}-000{number}" in printed for number in (1, 2, 3)] == [True] * 3
    organizer.go(f"{base}/setup/check")
