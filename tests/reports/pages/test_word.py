"""A unit desk sends its report to WPS and back: every change is shown before it is taken, and undone in one press."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from reports.papers.steps import Report, draft, save_section
from reports.text import content as contents
from surveys.database import db
from tests.factories.reports import CITY, all_accepted, city, written
from tests.house.client import check_page
from tests.reports.pages.desks import browser, report_id
from tests.reports.word.files import opened, paragraph, replace, saved


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    with app.app_context():
        campaign = city(6)
        written(campaign, "440105")
        written(campaign, "440118")
    return browser(app, "unit_desk", "440105")


def _report(app: Flask, code: str = "440105") -> Report:
    found = db.session.get(Report, report_id(app, code))
    assert found is not None
    return found


def _send(desk: FlaskClient, place: str, data: bytes) -> Any:
    sent = {"file": (io.BytesIO(data), "稿.docx")}
    return desk.post(f"/reports/{place}/word", data=sent, content_type="multipart/form-data")


def _form(page: str) -> dict[str, str]:
    return {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("digest", "draft")} | {
        "take": "1"
    }


def _texts(app: Flask) -> str:
    with app.app_context():
        return contents.plain_text(draft(_report(app)))


@pytest.mark.both_databases
def test_a_file_goes_out_comes_back_and_is_undone(app: Flask, desk: FlaskClient) -> None:
    place = report_id(app, "440105")
    document = opened(desk.get(f"/reports/{place}/word.docx").data)
    before = _texts(app)
    replace(document, "有关部门上门讲解政策", "有关部门登门讲解政策")
    page = check_page(_send(desk, place, saved(document)))
    assert "<del>上</del><ins>登</ins>" in page
    assert _texts(app) == before, "nothing is taken before a person says so"
    assert desk.post(f"/reports/{place}/word", data=_form(page)).status_code == 303
    assert "有关部门登门讲解政策" in _texts(app)
    page = check_page(desk.get(f"/reports/{place}/word"))
    taken = re.findall(r'name="taking" value="([^"]+)"', page)[0]
    assert desk.post(f"/reports/{place}/word/undo", data={"taking": taken}).status_code == 303
    assert _texts(app) == before
    assert 'name="taking"' not in check_page(desk.get(f"/reports/{place}/word"))


def test_undo_leaves_what_was_written_on_since(app: Flask, desk: FlaskClient) -> None:
    place = report_id(app, "440105")
    document = opened(desk.get(f"/reports/{place}/word.docx").data)
    replace(document, "有关部门上门讲解政策", "有关部门登门讲解政策")
    gone = paragraph(document, "反映被拖欠账款的企业")
    gone.getparent().remove(gone)
    desk.post(f"/reports/{place}/word", data=_form(check_page(_send(desk, place, saved(document)))))
    with app.app_context():
        blocks = next(s for s in draft(_report(app))["sections"] if s["key"] == "practice")["blocks"]
        more = [*blocks, {"id": "later", "type": "paragraph", "text": "后来写的。"}]
        save_section(_report(app), "practice", more, row_version=None, by=CITY)
    taken = re.findall(r'name="taking" value="([^"]+)"', check_page(desk.get(f"/reports/{place}/word")))[0]
    desk.post(f"/reports/{place}/word/undo", data={"taking": taken})
    words = _texts(app)
    assert "后来写的。" in words
    assert "登门" in words
    assert "反映被拖欠账款的企业" in words, "the other section is as it was"
    assert "主要做法" in check_page(desk.get(f"/reports/{place}/word"))


def test_a_draft_changed_between_look_and_press_is_shown_again(app: Flask, desk: FlaskClient) -> None:
    place = report_id(app, "440105")
    document = opened(desk.get(f"/reports/{place}/word.docx").data)
    replace(document, "有关部门上门讲解政策", "有关部门登门讲解政策")
    form = _form(check_page(_send(desk, place, saved(document))))
    with app.app_context():
        save_section(
            _report(app), "advice", [{"id": "n", "type": "paragraph", "text": "同事写的。"}], row_version=None, by=CITY
        )
    answer = desk.post(f"/reports/{place}/word", data=form)
    page = check_page(answer, 409)
    assert "登门" not in _texts(app)
    assert desk.post(f"/reports/{place}/word", data=_form(page)).status_code == 303
    assert "登门" in _texts(app)
    assert "同事写的。" in _texts(app), "what the file does not touch stays"


def test_a_figure_typed_over_is_ticked_and_stays_a_figure(app: Flask, desk: FlaskClient) -> None:
    place = report_id(app, "440105")
    document = opened(desk.get(f"/reports/{place}/word.docx").data)
    element = paragraph(document, "反映被拖欠账款的企业")
    control = next(one for one in element.iter() if one.tag.endswith("}sdtContent"))
    next(node for node in control.iter() if node.tag.endswith("}t")).text = "九十"
    page = check_page(_send(desk, place, saved(document)))
    assert "<ins>九十</ins>" in page
    kept = re.findall(r'name="keep" value="(\d+)"', page)
    assert desk.post(f"/reports/{place}/word", data={**_form(page), "keep": kept}).status_code == 303
    assert "{{T6:arrears|count|plain}}" in _texts(app)
    assert "九十" not in _texts(app)


def test_a_section_goes_out_alone(app: Flask, desk: FlaskClient) -> None:
    place = report_id(app, "440105")
    answer = desk.get(f"/reports/{place}/word.docx?section=practice")
    assert answer.status_code == 200
    words = "".join(one.text for one in opened(answer.data).paragraphs)
    assert "有关部门上门讲解政策" in words
    assert "被拖欠账款" not in words
    check_page(desk.get(f"/reports/{place}/word.docx?section=nothing"), 409)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_file_of_another_report_is_answered_and_nothing_is_taken(
    app: Flask, desk: FlaskClient, language: str
) -> None:
    other = browser(app, "unit_desk", "440118").get(f"/reports/{report_id(app, '440118')}/word.docx").data
    before = _texts(app)
    desk.get(f"/language/{language}")
    page = check_page(_send(desk, report_id(app, "440105"), other), 400)
    assert ("另一份报告" if language == "zh-CN" else "another report") in page
    assert _texts(app) == before


def test_a_docx_with_macros_and_one_that_is_damaged_are_answered(app: Flask, desk: FlaskClient) -> None:
    import zipfile

    place = report_id(app, "440105")
    data = desk.get(f"/reports/{place}/word.docx").data
    made = io.BytesIO(data)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    assert "文件带有宏" in check_page(_send(desk, place, made.getvalue()), 400)
    check_page(_send(desk, place, data[: len(data) // 2] + data[-200:]), 400)


def test_the_report_is_not_with_its_writers(app: Flask, desk: FlaskClient) -> None:
    place = report_id(app, "440105")
    data = desk.get(f"/reports/{place}/word.docx").data
    desk.post(f"/reports/{place}/steps", data={"step": "sent_for_review"})
    page = check_page(desk.get(f"/reports/{place}/word"))
    assert 'type="file"' not in page
    document = opened(data)
    replace(document, "有关部门上门讲解政策", "有关部门登门讲解政策")
    form = _form(check_page(_send(desk, place, saved(document))))
    check_page(desk.post(f"/reports/{place}/word", data=form), 409)
    assert "登门" not in _texts(app)


def test_passages_whose_text_is_deleted_in_word_are_said_to_be_undecided_again(app: Flask) -> None:
    with app.app_context():
        all_accepted(city(2))
    committee = browser(app, "committee", "440100")
    place = report_id(app, "440100")
    document = opened(committee.get(f"/reports/{place}/word.docx").data)
    element = paragraph(document, "海珠区企业反映货款二年没有结")
    element.getparent().remove(element)
    page = check_page(_send(committee, place, saved(document)))
    assert "重新成为待处理" in page
    assert re.search(r"海珠区? 三（一）1", page)


def test_a_version_that_was_handed_up_goes_out_with_its_own_figures(app: Flask) -> None:
    with app.app_context():
        all_accepted(city(2))
    committee, reader = browser(app, "committee", "440100"), browser(app, "reader", "440100")
    place = report_id(app, "440105")
    document = opened(reader.get(f"/reports/{place}/word.docx").data)
    assert "T1:visits|count|plain" in document.element.body.xml
    assert document.core_properties.author == "海珠区"
    root = report_id(app, "440100")
    assert committee.get(f"/reports/{root}/word.docx?volume=1").status_code == 404, "no version was kept yet"
    committee.post(f"/reports/{root}/steps", data={"step": "sent_for_review"})
    volume = committee.get(f"/reports/{root}/word.docx?volume=1")
    assert volume.status_code == 200
    assert "整本汇编" in check_page(_send(committee, root, volume.data), 400)
