"""A unit desk writes its report without script, a clash keeps both texts, Word goes out and comes back, the approver submits."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reports.papers.steps import draft, save_section, sections, state
from reports.text import content as contents
from reports.text.report_shape import Block
from surveys.accounts import Account
from surveys.audit import Actor
from surveys.database import db
from tests.factories.reports import city, submitted, written
from tests.house.client import check_page
from tests.reports.pages.desks import browser, number, report_id


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    with app.app_context():
        written(city(6), "440105")
    return browser(app, "unit_desk", "440105")


def _report(app: Flask):
    from reports.papers.steps import Report

    found = db.session.get(Report, report_id(app, "440105"))
    assert found is not None
    return found


def _fields(page: str) -> dict[str, str]:
    """What the section's form holds, as a browser would send it unchanged."""
    import html

    form = page[page.index('id="section-form"') :]
    found = dict(re.findall(r'name="(section|row_version)" value="([^"]*)"', form))
    for name, text in re.findall(r'<textarea[^>]* name="(text-[^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = html.unescape(text)
    return found


def test_a_section_is_written_with_tokens_and_shown_as_set(app: Flask, desk: FlaskClient) -> None:
    address = f"/reports/{report_id(app, '440105')}/edit?section=problems"
    page = check_page(desk.get(address))
    assert "反映被拖欠账款的企业" in page
    fields = _fields(page)
    name = next(key for key, text in fields.items() if "T6:arrears|count|plain" in text)
    fields[name] += "\n另有{{T6:cost|count|plain}}家反映成本上升。"
    fields |= {"new-text": "建议另行研究。", "new-kind": "paragraph", "insert": "table:T9"}
    saved = desk.post(address.replace("/edit?section=problems", "/sections"), data=fields)
    assert saved.status_code == 303
    page = check_page(desk.get(address))
    assert re.search(r'另有<a class="fig"[^>]*>\d+</a>家反映成本上升', page)
    assert "拖欠账款" in page
    with app.app_context():
        blocks = next(s for s in draft(_report(app))["sections"] if s["key"] == "problems")["blocks"]
        assert [block["type"] for block in blocks][-2:] == ["paragraph", "table"]


def test_a_clash_keeps_both_texts(app: Flask, desk: FlaskClient) -> None:
    address = f"/reports/{report_id(app, '440105')}/edit?section=practice"
    fields = _fields(desk.get(address).get_data(as_text=True))
    name = next(key for key in fields if key.startswith("text-"))
    save = address.replace("/edit?section=practice", "/sections")
    assert desk.post(save, data={**fields, name: "先到的一稿。"}).status_code == 303
    second = desk.post(save, data={**fields, name: "后到的一稿。"})
    assert second.status_code == 409
    page = check_page(second, 409)
    assert "没有写入" in page
    assert "先到的一稿。" in page
    assert "后到的一稿。" in page


def test_braces_that_are_no_figure_are_said_and_kept_in_the_form(app: Flask, desk: FlaskClient) -> None:
    address = f"/reports/{report_id(app, '440105')}/edit?section=practice"
    fields = _fields(desk.get(address).get_data(as_text=True))
    name = next(key for key in fields if key.startswith("text-"))
    answer = desk.post(
        address.replace("/edit?section=practice", "/sections"), data={**fields, name: "共{{T6 arrears}}家。"}
    )
    assert answer.status_code == 409
    assert "共{{T6 arrears}}家。" in check_page(answer, 409)


def _layout(desk: FlaskClient, address: str) -> dict[str, Any]:
    """The section as the page's script would send it, unchanged."""
    page = check_page(desk.get(address))
    fields = _fields(page)
    rows = re.findall(r'data-of="([^"]+)" data-kind="([^"]+)"', page)
    blocks = [{"id": of, "kind": kind, "text": fields.get(f"text-{of}", "")} for of, kind in rows]
    return {"section": fields["section"], "row_version": int(fields["row_version"]), "blocks": blocks}


def test_a_section_is_saved_as_one_writes(app: Flask, desk: FlaskClient) -> None:
    place = report_id(app, "440105")
    sent = _layout(desk, f"/reports/{place}/edit?section=problems")
    assert sent["blocks"], "nothing to write in"
    sent["blocks"].insert(1, {"id": "0a1b2c3d-4e5f", "kind": "case", "text": "另有{{T6:arrears|count|plain}}家。"})
    told = desk.post(f"/reports/{place}/written", json=sent)
    assert told.status_code == 200
    assert told.json["row_version"] == sent["row_version"] + 1
    assert told.json["values"]["T6:arrears|count|plain"].isdigit()
    assert "已保存" in told.json["saved"]
    with app.app_context():
        blocks = next(s for s in draft(_report(app))["sections"] if s["key"] == "problems")["blocks"]
        assert [block["id"] for block in blocks] == [one["id"] for one in sent["blocks"]]
        assert (blocks[1]["type"], blocks[1]["text"]) == ("case", "另有{{T6:arrears|count|plain}}家。")
    again = sent | {"row_version": told.json["row_version"], "blocks": sent["blocks"][:1]}
    assert desk.post(f"/reports/{place}/written", json=again).status_code == 200
    with app.app_context():
        blocks = next(s for s in draft(_report(app))["sections"] if s["key"] == "problems")["blocks"]
        assert len(blocks) == 1  # what the page has no more is taken out


def test_a_clash_while_writing_names_who_and_writes_nothing(app: Flask, desk: FlaskClient) -> None:
    place = report_id(app, "440105")
    sent = _layout(desk, f"/reports/{place}/edit?section=practice")
    first, second = ({**sent, "blocks": [{"id": "0a1b2c3d-4e5f", "text": text}]} for text in ("先到。", "后到。"))
    assert desk.post(f"/reports/{place}/written", json=first).status_code == 200
    refused = desk.post(f"/reports/{place}/written", json=second, headers={"Accept": "application/json"})
    assert refused.status_code == 409
    with app.app_context():
        name = db.session.scalars(select(Account.name).where(Account.username == "unit_desk-440105")).one()
        assert "先到。" in contents.plain_text(draft(_report(app)))
    assert name in refused.json["cause"]
    assert "没有写入" in refused.json["cause"]
    forged = {"unit": "440103", "section": "三（一）", "item": 1, "rewritten": False, "report_version": 7}
    new = {"id": "0a1b2c3d-4e5f", "kind": "paragraph", "text": "y"}
    for row in (
        {"id": "../x", "text": "y"},
        new | {"sources": [forged]},
        new | {"sources": ["440103"]},
        new | {"sources": [forged | {"item": "1"}]},
        {"id": "0a1b2c3d-4e5f", "of": "table:T99"},
        {"id": "0a1b2c3d-4e5f", "of": ["table:T6"]},
    ):
        assert desk.post(f"/reports/{place}/written", json={**sent, "blocks": [row]}).status_code == 400
    assert desk.post(f"/reports/{place}/written", json=["x"]).status_code == 400


def test_a_figure_is_found_by_words_of_its_question(app: Flask, desk: FlaskClient) -> None:
    place = report_id(app, "440105")
    found = desk.get(f"/reports/{place}/figures?q=拖欠账款 数量").json
    assert found
    assert all("数量" in one["label"] for one in found)
    assert any(one["key"] == "T6:diff_types.arrears|count|plain" and one["text"] for one in found)
    assert desk.get(f"/reports/{place}/figures?q=zzz").json == []
    reader = browser(app, "reader", "440105")
    assert reader.get(f"/reports/{place}/figures?q=x").status_code in (403, 404)


def test_a_table_the_questionnaire_does_not_have_is_refused(app: Flask, desk: FlaskClient) -> None:
    place = report_id(app, "440105")
    sent = {"section": "practice", "insert": "table:T99"}
    assert desk.post(f"/reports/{place}/sections", data=sent).status_code == 400


def test_a_chart_that_cannot_be_drawn_keeps_a_report_from_being_submitted(app: Flask, desk: FlaskClient) -> None:
    place = report_id(app, "440105")
    with app.app_context():  # a table that the questionnaire had and has no more
        by = Actor("staff", db.session.scalars(select(Account.id).limit(1)).one(), "")
        chart: Block = {"id": "", "type": "chart", "table": "T99", "items": None, "title": "", "kind": "bar"}
        save_section(_report(app), "practice", [chart], row_version=None, by=by)
    check_page(desk.get(f"/reports/{place}/edit?section=practice"))
    desk.post(f"/reports/{place}/steps", data={"step": "sent_for_review"})
    approver = browser(app, "unit_approver", "440105")
    answer = approver.post(f"/reports/{place}/steps", data={"step": "submitted"})
    assert answer.status_code == 409
    assert "做不出来" in check_page(answer, 409)


@pytest.mark.parametrize("tab", ["figures", "findings", "remarks", "history"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_tab_in_both_languages(app: Flask, desk: FlaskClient, tab: str, language: str) -> None:
    desk.get(f"/language/{language}")
    check_page(
        desk.get(f"/reports/{report_id(app, '440105')}/edit?section=problems&tab={tab}&figure=T6:arrears|count|plain")
    )


def test_a_finding_goes_in_without_the_firms_name(app: Flask, desk: FlaskClient) -> None:
    place = report_id(app, "440105")
    page = check_page(desk.get(f"/reports/{place}/edit?section=problems&tab=findings&category=12"))
    assert "该企业反映" in page
    assert "示例051号" not in page
    finding = re.findall(r'name="finding" value="([^"]+)"', page)[0]
    assert desk.post(f"/reports/{place}/material", data={"section": "problems", "finding": finding}).status_code == 303
    with app.app_context():
        block = next(s for s in draft(_report(app))["sections"] if s["key"] == "problems")["blocks"][-1]
        assert block["type"] == "case"
        assert "示例05" not in block["text"].replace("示例054", "")


def test_the_approver_submits_and_the_city_returns_and_receives(app: Flask, desk: FlaskClient) -> None:
    place, campaign = report_id(app, "440105"), number(app)
    approver, committee = browser(app, "unit_approver", "440105"), browser(app, "committee", "440100")
    assert desk.post(f"/reports/{place}/steps", data={"step": "sent_for_review"}).status_code == 303
    assert desk.post(f"/reports/{place}/steps", data={"step": "submitted"}).status_code == 403
    assert approver.post(f"/reports/{place}/steps", data={"step": "submitted"}).status_code == 303
    page = check_page(committee.get(f"/campaigns/{campaign}/reports"))
    assert "已报送" in page
    answer = committee.post(f"/reports/{place}/receive", data={"what": "return", "words": ""})
    assert answer.status_code == 409
    assert (
        committee.post(f"/reports/{place}/receive", data={"what": "return", "words": "补充（一）的来源"}).status_code
        == 303
    )
    assert "补充（一）的来源" in check_page(desk.get(f"/reports/{place}/edit"))
    desk.post(f"/reports/{place}/steps", data={"step": "sent_for_review"})
    approver.post(f"/reports/{place}/steps", data={"step": "submitted"})
    assert committee.post(f"/reports/{place}/receive", data={"what": "accept"}).status_code == 303
    with app.app_context():
        assert state(_report(app)) == "accepted"


def test_a_step_out_of_order_is_answered(app: Flask) -> None:
    with app.app_context():
        submitted(city(2), "440105")
    approver = browser(app, "unit_approver", "440105")
    answer = approver.post(f"/reports/{report_id(app, '440105')}/steps", data={"step": "submitted"})
    assert answer.status_code == 409
    assert "不能“报送”" in check_page(answer, 409)


def test_a_report_is_begun(app: Flask) -> None:
    with app.app_context():
        city(3)
    desk = browser(app, "unit_desk", "440105")
    campaign = number(app)
    page = check_page(desk.get(f"/campaigns/{campaign}/reports"))
    assert "开始起草" in page
    assert "440118" not in page
    begun = desk.post(f"/campaigns/{campaign}/reports/440105")
    assert begun.status_code == 303
    page = check_page(desk.get(begun.headers["Location"]))
    assert "【待起草：依据、目的和方法" in page
    assert desk.post(f"/campaigns/{campaign}/reports/440118").status_code == 403


def test_what_a_report_says_otherwise_than_its_version_is_shown_word_by_word(app: Flask) -> None:
    with app.app_context():
        submitted(city(6), "440105")
    place, desk = report_id(app, "440105"), browser(app, "unit_desk", "440105")
    page = check_page(desk.get(f"/reports/{place}/edit?tab=history"))
    assert f"/reports/{place}/changes?version=1" in page
    assert "没有不同" in check_page(desk.get(f"/reports/{place}/changes?version=1"))
    returned = {"what": "return", "words": "请补充。"}
    assert browser(app, "committee", "440100").post(f"/reports/{place}/receive", data=returned).status_code == 303
    with app.app_context():
        report = _report(app)
        by = Actor("staff", db.session.scalars(select(Account.id).limit(1)).one(), "")
        row = next(row for row in sections(report) if row.key == "practice")
        first, *more = row.blocks
        first = {**first, "text": first["text"][:-1] + "，并逐户回访。"}
        save_section(
            report,
            "practice",
            [first, *more, {"id": "", "type": "paragraph", "text": "另设热线。"}],
            row_version=None,
            by=by,
        )
        save_section(report, "problems", [], row_version=None, by=by)
    page = check_page(desk.get(f"/reports/{place}/changes?version=1"))
    assert "<ins>，并逐户回访</ins>" in page
    assert "<ins>另设热线。</ins>" in page
    assert page.count("<del>") >= 2  # what was taken out
    assert desk.get(f"/reports/{place}/changes?version=9").status_code == 404
    assert browser(app, "unit_desk", "440118").get(f"/reports/{place}/changes?version=1").status_code == 404
