"""A desk gets its report as a Word file, changes it in WPS, sees every change before it is taken, takes it, and undoes it."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask

from reports.papers.steps import Report, draft
from reports.text import content as contents
from surveys.database import db
from tests.browser import Served, Visitor
from tests.journeys.people import sign_in
from tests.journeys.test_report_goes_up import UNIT, write_draft
from tests.reports.word.files import opened, paragraph, part, replace, saved


def words_of(app: Flask, report_id: str) -> str:
    with app.app_context():
        return contents.plain_text(draft(db.session.get_one(Report, report_id)))


def begun(served: Served, desk: Visitor) -> str:
    from reports.demonstration import second
    from reports.demonstration.preparation import campaign_of

    with served.app.app_context():
        campaign = campaign_of(second.CAMPAIGN)
        assert campaign is not None
        listed = f"/campaigns/{campaign.number}/reports"
    desk.go(listed)
    desk.press(desk.page.locator(f"form[action$='/reports/{UNIT}'] button"))
    return write_draft(served.app)[0]


def test_a_report_goes_to_wps_and_back(served: Served, visitor: Callable[..., Visitor], tmp_path: Path) -> None:
    desk = sign_in(served.app, visitor(), "unit_desk", UNIT)
    report_id = begun(served, desk)
    before = words_of(served.app, report_id)
    desk.go(f"/reports/{report_id}/word")
    with desk.page.expect_download() as download:
        desk.page.locator("form[method=get] button").click()
    document = opened(Path(download.value.path()).read_bytes())

    # as it is changed in WPS: a figure typed over, a paragraph parted, one deleted, one reworded
    tag = next(one for one in document.element.body.iter() if one.tag.endswith("}sdtContent"))
    text = next(one for one in tag.iter() if one.tag.endswith("}t"))
    sent, text.text = text.text, "约一百"
    part(document, "首次走访反映的事项", "有企业反映，接电话")
    gone = "建议市工业和信息化局对已登记"
    element = paragraph(document, gone)
    element.getparent().remove(element)
    replace(document, "多数在专业市场及周边经营", "大多在专业市场里经营")
    file = tmp_path / "改过的稿.docx"
    file.write_bytes(saved(document))

    desk.page.locator("#file").set_input_files(file)
    desk.press(desk.page.locator("form[enctype] button"))
    shown = desk.page.locator("main").inner_text()
    assert words_of(served.app, report_id) == before
    assert gone in shown
    assert desk.page.locator("del", has_text=sent).count()
    assert desk.page.locator("ins", has_text="约一百").count()
    desk.press(desk.page.locator("button[name=take]"))
    taken = words_of(served.app, report_id)
    assert "约一百" in taken
    assert gone not in taken
    desk.press(desk.page.locator("form[action$='/undo'] button"))
    assert words_of(served.app, report_id) == before

    # a file that is none is answered, and nothing is lost
    other = tmp_path / "名单.docx"
    other.write_bytes(b"no file of Word")
    desk.page.locator("#file").set_input_files(other)
    desk.press(desk.page.locator("form[enctype] button"), status=400)
    assert "不是 .docx 文件" in desk.words()
    assert words_of(served.app, report_id) == before
