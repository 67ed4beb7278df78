"""A form without our sheet is confirmed answer by answer; files come with it; a version is edited; two are compared."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.audit import AuditEntry
from surveys.database import db
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion, versions_of, whole_package
from surveys.questionnaire.sheets.workbook import open_workbook
from tests.surveys.pages.filled_forms import filled
from tests.surveys.pages.test_city_desk import browser, check_page, organizer  # noqa: F401  the fixture
from tests.surveys.questionnaire.workbooks import workbook

ADDRESS = "/campaigns/1/setup/questionnaire"
HEADS = ["type", "name", "label", "hint", "required"]
CHOICES = [["list_name", "name", "label"], ["yn", "y", "是"], ["yn", "n", "否"]]
SURVEY = [
    HEADS,
    ["text", "firm", "企业名称", "执照全称", "yes"],
    ["integer", "staff", "现有职工人数", "", ""],
    ["select_one yn", "loss", "是否亏损", "", ""],
]


def sheets(survey=SURVEY) -> dict:
    return {"survey": survey, "choices": CHOICES}


def upload(client: FlaskClient, data: bytes, *more: tuple[str, bytes], name: str = "问卷.xlsx"):
    given = [(io.BytesIO(data), name), *((io.BytesIO(content), title) for title, content in more)]
    return client.post(ADDRESS, data={"file": given}, content_type="multipart/form-data")


def confirm(client: FlaskClient, shown, **changed: str):
    fields = filled(check_page(shown), "/answers")
    return client.post(
        f"{ADDRESS}/answers", data=fields | {key.replace("__", ":/"): text for key, text in changed.items()}
    )


def facts(app: Flask, number: int) -> dict[str, dict[str, str]]:
    with app.app_context():
        version = db.session.scalar(select(QuestionnaireVersion).where(QuestionnaireVersion.number == number))
        assert version is not None
        package = whole_package(version.media_hash)
        assert package is not None
        return {row["path"]: row for row in package["facts"]["rows"]}


def test_what_answers_are_is_proposed_confirmed_and_then_in_force(organizer: FlaskClient, app: Flask) -> None:  # noqa: F811
    shown = upload(organizer, workbook(sheets()))
    page = check_page(shown)
    assert "企业名称" in page
    assert "题目或所在分组有" in page
    fields = filled(page, "/answers")
    assert fields["means:/firm"] == "subject.name"
    assert (fields["role:/staff"], fields["stable_id:/staff"], fields["privacy:/firm"]) == ("sum", "staff", "L2")
    with app.app_context():
        assert db.session.scalar(select(QuestionnaireVersion)) is None
    sent = confirm(organizer, shown, role__staff="mean", stable_id__staff="q7")
    assert sent.headers["Location"] == f"{ADDRESS}/1"
    assert facts(app, 1)["/staff"] == {
        "name": "staff", "path": "/staff", "stable_id": "q7", "role": "mean", "privacy": "L1",
        "report_section": "basic.sample", "table": "T1",
    }  # fmt: skip
    assert facts(app, 1)["/firm"]["means"] == "subject.name"
    data = organizer.get(f"{ADDRESS}/1?file=workbook").data
    assert {"survey", "choices", "diaoyan", "diaoyan_tables"} <= set(open_workbook(data, "a.xlsx")[0])
    with app.app_context():
        told = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "questionnaire.issued")).all()
        assert [(entry.detail or {}).get("origin") for entry in told] == ["confirmed"]
    # The form as it left needs no further word.
    assert upload(organizer, data).headers["Location"] == f"{ADDRESS}/1"


def test_the_next_version_keeps_ids_and_says_what_changed(organizer: FlaskClient, app: Flask) -> None:  # noqa: F811
    confirm(organizer, upload(organizer, workbook(sheets())), stable_id__staff="q7", role__loss="dimension")
    changed = [HEADS, SURVEY[1], ["integer", "people", "目前职工人数", "", ""], SURVEY[3]]
    shown = upload(organizer, workbook(sheets(changed)))
    page = check_page(shown)
    fields = filled(page, "/answers")
    # Two thirds of the words are alike: the id is offered, and is the question's only when a person takes it.
    assert fields["stable_id:/people"] == "people"
    assert "可能是第1版的/staff；如果是，请把编号改为“q7”。" in page
    assert '<option value="q7">/staff</option>' in page
    assert fields["role:/loss"] == "dimension"
    assert "题目文字相近" in page
    assert "上一版已确认" in page
    assert confirm(organizer, shown, stable_id__people="q7").headers["Location"] == f"{ADDRESS}/2"
    compared = check_page(organizer.get(f"{ADDRESS}/2"))
    assert "“staff”改为“people”" in compared
    assert "由“现有职工人数”改为“目前职工人数”" in compared
    assert "涉及指标1项" in compared
    english = organizer.get(f"{ADDRESS}/2", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "Indicators touched: 1" in english or "涉及指标" in english


def test_two_questions_cannot_have_one_id(organizer: FlaskClient, app: Flask) -> None:  # noqa: F811
    sent = confirm(organizer, upload(organizer, workbook(sheets())), stable_id__staff="firm")
    assert "重复" in check_page(sent, 422)
    with app.app_context():
        assert db.session.scalar(select(QuestionnaireVersion)) is None


def test_files_come_with_the_form(organizer: FlaskClient, app: Flask) -> None:  # noqa: F811
    survey = [["type", "name", "label"], ["select_one_from_file firms.csv", "firm", "企业"]]
    missing = check_page(upload(organizer, workbook({"survey": survey})), 422)
    assert "firms.csv" in missing
    assert 'id="survey-2"' in missing
    twice = check_page(
        upload(organizer, workbook({"survey": survey}), ("firms.csv", "name,label\ne1,甲\ne1,乙\n".encode())), 422
    )
    assert 'id="firms.csv-3"' in twice
    rows = "".join(f"e{number},企业{number}\n" for number in range(600))
    shown = upload(organizer, workbook({"survey": survey}), ("firms.csv", ("name,label\n" + rows).encode()))
    assert confirm(organizer, shown).headers["Location"] == f"{ADDRESS}/1"
    assert organizer.get(f"{ADDRESS}/1?file=firms.csv").get_data(as_text=True).startswith("name,label")
    with app.app_context():
        version = db.session.scalar(select(QuestionnaireVersion))
        assert version is not None
        package = whole_package(version.package_hash)
        assert package is not None
        assert len(package["sec"]["firms"]) == 600
    # An edited version keeps the files of the one before.
    page = check_page(organizer.get(f"{ADDRESS}/1/edit"))
    fields = filled(page, "/edit") | {"text:2:label": "企业名称"}
    assert organizer.post(f"{ADDRESS}/1/edit?group=0", data=fields).headers["Location"] == f"{ADDRESS}/2"
    assert "firms.csv" in check_page(organizer.get(f"{ADDRESS}/2"))


def test_a_version_is_edited_and_stays_out_of_force_until_a_person_says_so(organizer: FlaskClient, app: Flask) -> None:  # noqa: F811
    confirm(organizer, upload(organizer, workbook(sheets())))
    page = check_page(organizer.get(f"{ADDRESS}/1/edit"))
    fields = filled(page, "/edit")
    assert fields["text:2:hint"] == "执照全称"
    assert "required:2" in fields
    del fields["required:2"]
    fields |= {"text:3:label": "从业人数", "text:3:hint": "含劳务派遣", "order:4": "1", "order:2": "3", "order:3": "2"}
    assert organizer.post(f"{ADDRESS}/1/edit?group=0", data=fields).headers["Location"] == f"{ADDRESS}/2"
    compared = check_page(organizer.get(f"{ADDRESS}/2"))
    assert "由“现有职工人数”改为“从业人数”" in compared
    assert "是否必答由“必答”改为“可不填”" in compared
    assert "移到本组最前。" in compared
    assert "移到“是否亏损”之后。" in compared
    assert "尚未启用" in compared
    choices = check_page(organizer.get(f"{ADDRESS}/2/edit?list=yn"))
    fields = filled(choices, "/edit") | {"new:0:name": "even", "new:0:label": "持平", "text:2:label": "是的"}
    assert organizer.post(f"{ADDRESS}/2/edit?list=yn", data=fields).headers["Location"] == f"{ADDRESS}/3"
    compared = check_page(organizer.get(f"{ADDRESS}/3"))
    assert "新增 “持平”" in compared
    assert "“是”改为“是的”" in compared
    with app.app_context():
        assert [version.number for version in versions_of(organizer_campaign())] == [3, 2, 1]
    # A value that is there already is a fault like in an upload, and no version comes of it.
    again = filled(choices, "/edit") | {"new:0:name": "y", "new:0:label": "又一个"}
    assert "重复" in check_page(organizer.post(f"{ADDRESS}/2/edit?list=yn", data=again), 422)


def test_a_fault_typed_while_editing_keeps_everything_typed(organizer: FlaskClient, app: Flask) -> None:  # noqa: F811
    confirm(organizer, upload(organizer, workbook(sheets())))
    fields = filled(check_page(organizer.get(f"{ADDRESS}/1/edit")), "/edit")
    fields |= {
        "text:4:label": "有${nobody}，是否亏损",
        "text:3:hint": "含劳务派遣",
        "order:4": "1",
        "order:2": "3",
        "order:3": "2",
    }
    del fields["required:2"]
    page = check_page(organizer.post(f"{ADDRESS}/1/edit?group=0", data=fields), 422)
    assert filled(page, "/edit") | {"csrf_token": ""} == fields | {"csrf_token": ""}
    assert "没有保存：须先改正1处" in page
    # The question moved from row 4 to row 2 of the workbook; its fault stands under the field it was typed in.
    told = page.partition('name="text:4:label"')[2].partition("</td>")[0]
    assert "没有名为“nobody”的题目" in told
    assert 'aria-describedby="fault-text:4:label"' in told
    assert page.count("没有名为“nobody”的题目") == 1
    fields["text:4:label"] = "是否亏损"
    assert organizer.post(f"{ADDRESS}/1/edit?group=0", data=fields).headers["Location"] == f"{ADDRESS}/2"
    # A choice: the second new line is the only one filled in.
    fields = filled(check_page(organizer.get(f"{ADDRESS}/2/edit?list=yn")), "/edit")
    fields |= {"new:1:name": "y", "new:1:label": "又一个", "text:2:label": "是的"}
    page = check_page(organizer.post(f"{ADDRESS}/2/edit?list=yn", data=fields), 422)
    assert filled(page, "/edit") | {"csrf_token": ""} == fields | {"csrf_token": ""}
    assert "重复" in page.partition('name="new:1:name"')[2].partition("</td>")[0]


def organizer_campaign() -> str:
    return db.session.scalars(select(QuestionnaireVersion.campaign_id)).first() or ""


def test_an_upload_that_is_not_signed_here_is_refused(organizer: FlaskClient) -> None:  # noqa: F811
    sent = organizer.post(f"{ADDRESS}/answers", data={"upload": "forged", "means:/a": "outcome"})
    assert sent.headers["Location"] == ADDRESS


def test_the_form_leaves_as_an_xlsform(organizer: FlaskClient) -> None:  # noqa: F811
    text = "type,name,label\ninteger,staff,职工人数\n".encode("gb18030")
    confirm(organizer, upload(organizer, text, name="问卷.csv"))
    assert organizer.get(f"{ADDRESS}/1?file=xlsform").data[:2] == b"PK"


@pytest.mark.parametrize("role", ["unit_desk", "liaison", "reader"])
def test_who_may_not_change_the_form(app: Flask, organizer: FlaskClient, role: str) -> None:  # noqa: F811
    confirm(organizer, upload(organizer, workbook(sheets())))
    client = browser(app, "other", role, "440118")
    check_page(client.get(f"{ADDRESS}/1/edit"), 403)
    check_page(client.post(f"{ADDRESS}/1/edit", data={}), 403)
    check_page(client.post(f"{ADDRESS}/answers", data={}), 403)


def test_a_form_with_other_answers_and_counted_repeats_goes_all_the_way(organizer: FlaskClient, app: Flask) -> None:  # noqa: F811
    heads = ["type", "name", "label", "repeat_count", "appearance"]
    survey = [
        heads,
        ["begin group", "p1", "第一页", ""],
        ["select_multiple yn or_other", "smo", "遇到哪些问题", ""],
        ["integer", "k", "几处", ""],
        ["end group", "", "", ""],
        ["begin repeat", "site", "厂区", "${k} + 1"],
        ["select_one yn or_other", "kind", "用途", ""],
        ["end repeat", "", "", ""],
        ["begin group", "gt", "各项是否满意", "", "table-list"],
        ["select_one yn", "road", "道路", ""],
        ["select_one yn", "power", "供电", ""],
        ["end group", "", "", ""],
    ]
    confirmed = confirm(organizer, upload(organizer, workbook(sheets(survey))))
    assert confirmed.headers["Location"] == f"{ADDRESS}/1"
    assert {"/p1/smo_other", "/site/kind_other", "/site_count"} <= set(facts(app, 1))
    # The form as it leaves is a form again.
    whole = organizer.get(f"{ADDRESS}/1?file=workbook").data
    assert upload(organizer, whole, name="再传.xlsx").headers["Location"] == f"{ADDRESS}/1"
