"""An organizer plans a campaign in the browser without script: from a preset to the check; who else may."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys import accounts
from surveys.database import db, writing
from surveys.planning.campaigns.campaigns import Campaign, campaign_units
from surveys.planning.campaigns.quotas import planned_visits, quotas_of
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion
from surveys.planning.words.reference_lists import rows
from tests.factories.planning import UnitFactory, guangzhou, staff
from tests.house.client import check_page
from tests.surveys.pages.filled_forms import filled

FORM = {
    "title": "民营企业回访",
    "kind": "专题调研",
    "unit_code": "440100",
    "starts_on": "2023-09-01",
    "ends_on": "2023-10-15",
    "office": "经济工委",
}


def browser(app: Flask, username: str, role: str, unit: str) -> FlaskClient:
    with app.app_context():
        with writing():
            account = staff(username, role, unit)
        token = accounts.make_link(account, uses=None, next_address="/campaigns")
    client = app.test_client()
    assert client.get(f"/sign-in/link/{token}").headers["Location"] == "/campaigns"
    return client


@pytest.fixture
def organizer(app: Flask) -> FlaskClient:
    with app.app_context(), writing():
        guangzhou().number = 1
    return browser(app, "zhou", "organizer", "440100")


def campaign(number: int) -> Campaign:
    return db.session.scalars(select(Campaign).where(Campaign.number == number)).one()


def test_the_first_run_offers_ways_to_begin(app: Flask) -> None:
    with app.app_context(), writing():
        UnitFactory(code="440100", name="广州市", tier="municipal")
    client = browser(app, "zhou", "organizer", "440100")
    page = check_page(client.get("/campaigns"))
    assert "还没有调研活动" in page
    assert client.get("/lists/sample/subjects").status_code == 200


def test_the_list_of_campaigns_and_its_export(organizer: FlaskClient) -> None:
    page = check_page(organizer.get("/campaigns"))
    assert "五级人大代表联动，千家民营企业调研" in page
    assert "没有活动" in check_page(organizer.get("/campaigns?phase=closed"))
    assert organizer.get("/campaigns?export=xlsx").data[:2] == b"PK"
    assert "五级人大代表联动" in organizer.get("/campaigns?export=csv").get_data(as_text=True)
    assert organizer.get("/campaigns?export=exe").status_code == 404


def test_a_campaign_from_a_preset(organizer: FlaskClient, app: Flask) -> None:
    proposed = check_page(organizer.get("/campaigns/new?preset=enterprises"))
    assert 'value="2023-08-11"' in proposed  # two weeks from the present of the campaign that is looked at
    made = organizer.post("/campaigns/new?preset=enterprises", data=FORM)
    assert made.status_code == 303
    number = int(made.headers["Location"].split("/")[2])
    with app.app_context():
        new = campaign(number)
        assert planned_visits(new.id) == {"440100-0": 100, "440105": 100, "440118": 100}
        assert {row.unit_code: row.reserves for row in campaign_units(new.id)}["440118"] == 10
        assert len(new.outline) == len(rows("outline-research-report"))
    for step in ("", "/units", "/questionnaire", "/outline", "/check"):
        check_page(organizer.get(f"/campaigns/{number}/setup{step}"))


def test_what_is_wrong_stands_at_its_field(organizer: FlaskClient) -> None:
    page = check_page(organizer.post("/campaigns/new", data=FORM | {"title": "", "ends_on": "2023-08-01"}), 422)
    assert "请填写活动名称。" in page
    assert "结束日期早于开始日期" in page
    assert 'aria-invalid="true"' in page


def test_units_and_quotas_as_one_form(organizer: FlaskClient, app: Flask) -> None:
    address = "/campaigns/1/setup/units"
    check_page(organizer.get(address))
    assert "440118,增城区" in organizer.get(f"{address}?export=csv").get_data(as_text=True)
    filled = organizer.post(address, data={"fill": "1", "all": "100", "part-440118": "1"})
    assert 'name="number-440118" value="100"' in check_page(filled)  # filled in, not yet saved
    wrong = organizer.post(address, data={"part-440118": "1", "number-440118": "一百", "rule-0-kind": "least_per_tag"})
    page = check_page(wrong, 422)
    assert "任务数“一百”不是整数" in page
    assert "这条规则需要一个标志" in page
    good = {
        "part-440118": "1",
        "number-440118": "100",
        "reserves-440118": "10",
        "deadline-440118": "2023-07-20",
        "rule-0-kind": "every_area",
        "rule-0-unit": "",
        "next": "1",
    }
    assert organizer.post(address, data=good).headers["Location"] == "/campaigns/1/setup/questionnaire"
    with app.app_context():
        held = campaign(1)
        assert [(row.kind, row.unit_code, row.least) for row in quotas_of(held.id)] == [
            ("exact_per_unit", "440118", 100),
            ("every_area", "440118", None),
        ]
        assert {row.unit_code for row in campaign_units(held.id)} == {"440100", "440118"}


def test_settings_are_kept_and_an_older_page_is_refused(organizer: FlaskClient, app: Flask) -> None:
    data = FORM | {"notice": "告知", "notice_version": "2", "smallest_cell": "3", "sign_offs": "会签"}
    with app.app_context():
        data["row_version"] = str(campaign(1).row_version)
    saved = organizer.post("/campaigns/1/setup", data=data)
    assert saved.status_code == 303
    with app.app_context():
        held = campaign(1)
        assert (
            held.title,
            held.notice,
            held.setting("media"),
            held.setting("media_kinds"),
            held.setting("smallest_cell"),
            held.setting("sign_offs"),
        ) == (
            "民营企业回访",
            "告知",
            False,
            [],
            3,
            ["会签"],
        )
    page = check_page(organizer.post("/campaigns/1/setup", data=data), 409)
    assert "没有写入" in page


def test_the_outline_grows_and_shrinks(organizer: FlaskClient, app: Flask) -> None:
    check_page(organizer.get("/campaigns/1/setup/outline"))
    data = {
        "kept-0": "1",
        "key-0": "lead",
        "title-0": "导语",
        "kept-1": "1",
        "title-1": "新的一节",
        "chars_min-1": "100",
        "chars_max-1": "300",
        "title-2": "不要的",
    }
    wrong = organizer.post("/campaigns/1/setup/outline", data=data | {"chars_max-1": "50"})
    assert "最少（100）大于最多（50）" in check_page(wrong, 422)
    assert organizer.post("/campaigns/1/setup/outline", data=data).status_code == 303
    with app.app_context():
        assert [(row["key"], row["title"]) for row in campaign(1).outline] == [("lead", "导语"), ("s1", "新的一节")]


def test_a_questionnaire_with_faults_shows_each_at_its_row(organizer: FlaskClient, app: Flask) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in (
        ["type", "name", "label", "relevant"],
        ["text", "a", "甲题", ""],
        ["select_one size", "b", "乙题", "${c} = 1"],
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    sent = organizer.post("/campaigns/1/setup/questionnaire", data={"file": (io.BytesIO(out.getvalue()), "问卷.xlsx")})
    page = check_page(sent, 422)
    assert "须改正" in page
    assert "乙题" in page  # the row itself is shown
    assert "cellbad" in page
    with app.app_context():
        assert db.session.query(QuestionnaireVersion).count() == 0
    not_a_book = organizer.post(
        "/campaigns/1/setup/questionnaire", data={"file": (io.BytesIO(b"%PDF-1.4"), "问卷.xlsx")}
    )
    check_page(not_a_book, 422)


def test_a_good_questionnaire_becomes_a_version(organizer: FlaskClient, app: Flask) -> None:
    import openpyxl

    def workbook(label: str) -> io.BytesIO:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "survey"
        for row in (["type", "name", "label"], ["text", "a", label], ["integer", "b", "人数"]):
            sheet.append(row)
        out = io.BytesIO()
        book.save(out)
        return io.BytesIO(out.getvalue())

    address = "/campaigns/1/setup/questionnaire"

    def issue(label: str, name: str) -> str:
        """Uploaded, and what its answers are confirmed as proposed."""
        shown = check_page(organizer.post(address, data={"file": (workbook(label), name)}))
        return organizer.post(f"{address}/answers", data=filled(shown, "/answers")).headers["Location"]

    assert issue("甲题", "问卷.xlsx") == f"{address}/1"
    check_page(organizer.get(f"{address}/1"))
    assert issue("甲题", "问卷.xlsx") == f"{address}/1"
    assert issue("甲题改", "问卷改.xlsx") == f"{address}/2"
    page = check_page(organizer.get(f"{address}/2"))
    assert "与第1版相比" in page
    assert organizer.get(f"{address}/2?file=workbook").data[:2] == b"PK"
    assert organizer.post(f"{address}/2/withdraw").status_code == 303
    assert "已停用" in check_page(organizer.get(address))
    assert organizer.get(f"{address}?export=csv").status_code == 200


@pytest.mark.parametrize("role", ["unit_desk", "liaison", "reader"])
def test_who_may_not_plan(app: Flask, organizer: FlaskClient, role: str) -> None:
    client = browser(app, "other", role, "440118")
    for address in (
        "/campaigns/new",
        "/campaigns/1/setup",
        "/campaigns/1/setup/units",
        "/campaigns/1/setup/questionnaire",
        "/users",
    ):
        check_page(client.get(address), 403)
    assert "活动设置" not in check_page(client.get("/campaigns"))
