"""What people send by mistake or on purpose: each is answered with place, cause and remedy, in both languages, and nothing is written.

Over the demonstration, as the person whose page it is. A form handed in twice and a docx with macros have their tests at their pages.
"""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from reports.papers.steps import Report
from surveys.database import db, writing
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import ListEntry
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion
from surveys.planning.imports.tables import write_table
from surveys.planning.people.groups import Group
from surveys.planning.people.slips import make_code, make_slip
from tests.house.access_table import client_of
from tests.house.access_world import OWN, ROOT
from tests.house.client import check_page
from tests.surveys.planning.test_subject_imports import HEADS, a_row, code

BROKEN = Path(__file__).parents[1] / "cases/questionnaires/samples/08-broken-eight-errors.xlsx"
PARTS = {"zh-CN": ("在哪里", "原因", "怎么办"), "en": ("Where", "Cause", "What to do")}
MIB = 1024 * 1024
both_languages = pytest.mark.parametrize("language", ["zh-CN", "en"])


def person(app: Flask, role: str, language: str) -> FlaskClient:
    client = client_of(app, role)
    client.get(f"/language/{language}")
    return client


def rows_of(app: Flask, model: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def says(page: str, language: str, zh: str, en: str) -> None:
    assert (zh if language == "zh-CN" else en) in page, page[-3000:]


@both_languages
@pytest.mark.parametrize("address", ["/sign-in/link/forged-by-somebody", "/demonstration/enter/{device}/forged/visits"])
def test_a_forged_link(demonstration: Flask, language: str, address: str) -> None:
    client = person(demonstration, "nobody", language)
    answer = client.get(address.format(device="00000000-0000-4000-8000-000000000000"))
    assert answer.status_code in (404, 410)
    page = check_page(answer, answer.status_code)
    if answer.status_code == 410:
        says(page, language, "链接", "link")
    else:
        assert all(word in page for word in PARTS[language])


@both_languages
def test_a_slip_that_has_run_out_and_one_that_never_was(demonstration: Flask, language: str) -> None:
    """Both look alike to a stranger, before the code and after it."""
    with demonstration.app_context(), writing():
        group = db.session.scalars(select(Group).where(Group.unit_code == OWN).order_by(Group.id)).first()
        assert group is not None
        yesterday = db.session.get_one(Campaign, group.campaign_id).now() - timedelta(days=1)
        slip, token = make_slip(group.campaign_id, group_id=group.id, expires_at=yesterday, at=yesterday)
        right, name = make_code(slip.id, group.leader_id, printed=True), group.name
    told = []
    for address in (f"/s/{token}", "/s/never-was"):
        client = person(demonstration, "nobody", language)
        page = check_page(client.get(address))
        assert name not in page
        told.append(check_page(client.post(address, data={"code": right, "once": "x"}), 422).replace(address, ""))
        says(told[-1], language, "重新发一个", "ask the liaison for a new one")
    assert told[0].count("<") == told[1].count("<")


@both_languages
def test_a_broken_questionnaire_publishes_nothing(demonstration: Flask, language: str) -> None:
    client, before = person(demonstration, f"organizer.{ROOT}", language), rows_of(demonstration, QuestionnaireVersion)
    answer = client.post(
        "/campaigns/2/setup/questionnaire", data={"file": (io.BytesIO(BROKEN.read_bytes()), "问卷.xlsx")}
    )
    page = check_page(answer, 422)
    assert page.count('<tr class="err"><td>') == 8
    says(page, language, "您是否想写“select_one yes_no”？", "Did you mean “select_one yes_no”?")
    assert rows_of(demonstration, QuestionnaireVersion) == before


@both_languages
def test_a_picture_that_calls_itself_a_workbook(demonstration: Flask, language: str) -> None:
    client = person(demonstration, f"organizer.{ROOT}", language)
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 400
    answer = client.post("/campaigns/2/setup/questionnaire", data={"file": (io.BytesIO(picture), "问卷.xlsx")})
    says(check_page(answer, 422), language, "不是", "not")
    address = f"/campaigns/2/lists/import?unit={OWN}"
    desk = person(demonstration, f"unit_desk.{OWN}", language)
    sent = desk.post(address, data={"kind": "subjects", "unit": OWN, "file": (io.BytesIO(picture), "名单.xlsx")})
    says(
        check_page(desk.get(sent.headers["Location"]), 422),
        language,
        "的内容是图片，不是表格",
        "holds a picture, no table",
    )


@both_languages
def test_a_roster_with_every_kind_of_fault(demonstration: Flask, language: str) -> None:
    client, before = person(demonstration, f"unit_desk.{OWN}", language), rows_of(demonstration, ListEntry)
    rows = [a_row(801, 区="天河区"), a_row(802, 区="没有区"), a_row(803, 统一代码=code(801), 区="天河区")]
    data, _ = write_table("xlsx", HEADS, rows)
    sent = client.post(
        "/campaigns/2/lists/import", data={"kind": "subjects", "unit": OWN, "file": (io.BytesIO(data), "名单.xlsx")}
    )
    page = check_page(client.get(sent.headers["Location"]))
    says(page, language, "没有“没有区”", "没有区")
    says(page, language, "与第2行是同一户", "row 2")
    heads, _ = write_table("xlsx", ["甲", "乙"], [["1", "2"]])
    sent = client.post(
        "/campaigns/2/lists/import", data={"kind": "subjects", "unit": OWN, "file": (io.BytesIO(heads), "名单.xlsx")}
    )
    page = check_page(client.get(sent.headers["Location"]), 422)
    says(page, language, "没有找到表头", "head")
    assert rows_of(demonstration, ListEntry) == before


@both_languages
def test_an_unknown_unit(demonstration: Flask, language: str) -> None:
    client = person(demonstration, f"organizer.{ROOT}", language)
    for page in ("assignments", "lists", "deputies", "groups", "assignments/slips"):
        shown = check_page(client.get(f"/campaigns/2/{page}?unit=999999"), 404)
        assert all(word in shown for word in PARTS[language])
    posted = client.post("/campaigns/2/assignments", data={"unit": "999999", "propose": "1"})
    assert posted.status_code == 404


@both_languages
def test_sixty_megabytes_at_a_desk(demonstration: Flask, language: str) -> None:
    desk = person(demonstration, f"unit_desk.{OWN}", language)
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
    for address in ("/campaigns/2/lists/import", f"/campaigns/2/lists/import?unit={OWN}"):
        body = head + bytes(60 * MIB) + b"\r\n--x--\r\n"
        answer = desk.post(address, data=body, content_type="multipart/form-data; boundary=x")
        page = check_page(answer, 413)
        assert all(word in page for word in PARTS[language])
        says(page, language, "没有写入", "nothing of it was written")


@both_languages
def test_a_photo_of_sixty_megabytes_from_a_phone(demonstration: Flask, language: str) -> None:
    client = person(demonstration, "deputy.own", language)
    headers = {
        "Content-Range": f"bytes 0-{60 * MIB - 1}/{60 * MIB}",
        "Content-Type": "application/octet-stream",
        "Diaoyan-Hash": "0" * 64,
        "Accept-Language": language,
    }
    answer = client.put(f"/sync/parts/{'0' * 64}", data=bytes(60 * MIB), headers=headers)
    assert answer.status_code == 413
    told = json.loads(answer.get_data(as_text=True))
    assert told["code"], told
    texts = json.dumps(told, ensure_ascii=False)
    assert any("一" <= mark <= "鿿" for mark in texts), texts


@both_languages
def test_a_volume_while_reports_are_missing(demonstration: Flask, language: str) -> None:
    client = person(demonstration, f"committee.{ROOT}", language)
    with demonstration.app_context():
        reports = select(Report).where(Report.unit_code == ROOT)
        root = next(one.id for one in db.session.scalars(reports) if one.campaign.number == 2)
    page = check_page(client.post(f"/reports/{root}/prints", data={"profile": "C", "edition": "outgoing"}), 409)
    says(page, language, "分报告还没有接收", "No accepted sub-report of")
    says(page, language, "请提醒报送", "Ask for the report")
    assert check_page(client.post(f"/reports/{root}/final"), 409)


@both_languages
@pytest.mark.parametrize("name", ["秘密.docx", "机密★1年报告.docx", "（绝密）名单.xlsx"])
def test_a_file_whose_name_carries_a_security_mark(demonstration: Flask, language: str, name: str) -> None:
    client = person(demonstration, f"organizer.{ROOT}", language)
    sent = {"file": (io.BytesIO(b"whatever is in it"), name)}
    answer = client.post("/campaigns/2/lists/import", data=sent, content_type="multipart/form-data")
    page = check_page(answer, 422)
    says(page, language, "文件名带有密级字样", "carries the security mark")
    assert all(word in page for word in PARTS[language])
