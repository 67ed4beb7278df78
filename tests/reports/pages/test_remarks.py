"""Who writes comments on a report: its writers and receivers, and who is asked for an opinion; who only reads does not."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from reports.issuing.issuing import version_to_finish
from reports.papers.remarks import ReportRemark, remark
from reports.papers.steps import Report, finish, save_section, sections, send_for_review
from surveys.accounts import Account
from surveys.audit import Actor
from surveys.database import db
from tests.factories.reports import CITY, accepted, all_accepted, city, submitted, written
from tests.house.client import check_page
from tests.reports.pages.desks import browser, report_id

READER, OFFICE, AUDITOR = ("reader", "440100"), ("office", "440100"), ("auditor", "440100")
ADMINISTRATOR, COMMITTEE = ("administrator", "440100"), ("committee", "440100")
DESK, OTHER, LIAISON = ("unit_desk", "440105"), ("unit_desk", "440118"), ("liaison", "440105")

WAYS = {"accepted": "440105", "submitted": "440105", "reviewing": "440100", "final": "440100"}


@pytest.mark.parametrize(
    ("now", "may", "reads_only", "sees_nothing"),
    [
        ("submitted", (DESK, COMMITTEE), (), (READER, OFFICE, AUDITOR, ADMINISTRATOR, OTHER, LIAISON)),
        ("accepted", (DESK, COMMITTEE), (READER, OFFICE), (AUDITOR, ADMINISTRATOR, OTHER, LIAISON)),
        ("reviewing", (COMMITTEE, OFFICE, DESK, OTHER), (), (READER, AUDITOR, ADMINISTRATOR, LIAISON)),
        ("final", (COMMITTEE,), (READER, OFFICE, AUDITOR, ADMINISTRATOR, DESK, OTHER), (LIAISON,)),
    ],
)
def test_who_only_reads_a_report_writes_no_comments_on_it(
    app: Flask, now: str, may: tuple, reads_only: tuple, sees_nothing: tuple
) -> None:
    with app.app_context():
        campaign = city(2)
        if WAYS[now] == "440100":
            root = all_accepted(campaign)
            send_for_review(root, by=CITY)
            if now == "final":
                finish(version_to_finish(root), by=CITY)
        else:
            (accepted if now == "accepted" else submitted)(campaign, "440105")
    address = f"/reports/{report_id(app, WAYS[now])}"
    answers = {}
    for person in (*may, *reads_only, *sees_nothing):
        client = browser(app, *person)
        written = client.post(f"{address}/remarks", data={"words": "请核对。"})
        answers[person] = (client.get(f"{address}/edit").status_code, written.status_code)
    expected = dict.fromkeys(may, (200, 303)) | dict.fromkeys(reads_only, (200, 403))
    assert answers == expected | dict.fromkeys(sees_nothing, (404, 404))
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ReportRemark)) == len(may)
        assert db.session.scalars(select(ReportRemark.made_by)).all().count(None) == 0


def test_a_comment_at_a_paragraph_is_answered_settled_and_opened_again(app: Flask) -> None:
    with app.app_context():
        submitted(city(2), "440105")
    with app.app_context():
        report = db.session.get_one(Report, report_id(app, "440105"))
        section = next(row for row in sections(report) if row.key == "problems")
        block = section.blocks[-1]["id"]
    address = f"/reports/{report_id(app, '440105')}"
    committee, desk = browser(app, *COMMITTEE), browser(app, *DESK)
    page = check_page(committee.get(f"{address}/edit?section=problems&tab=remarks&block={block}"))
    assert "批注这一段" in page
    sent = {"section": "problems", "block": block, "words": "这里的家数请核对。"}
    assert committee.post(f"{address}/remarks", data=sent).status_code == 303
    with app.app_context():
        first = db.session.scalars(select(ReportRemark)).one()
        assert (first.section_key, first.block_id) == ("problems", block)
        name = first.id
    sent = {"section": "lead", "answers": name, "words": "已核对，无误。"}
    assert desk.post(f"{address}/remarks", data=sent).status_code == 303
    page = check_page(desk.get(f"{address}/edit?section=lead&tab=remarks"))
    assert page.index("这里的家数请核对。") < page.index("已核对，无误。")
    with app.app_context():
        answer = db.session.scalars(select(ReportRemark).where(ReportRemark.answers_id == name)).one()
        assert answer.block_id == block

    assert desk.post(f"{address}/remarks/{name}", data={"what": "settle", "section": "lead"}).status_code == 303
    page = check_page(desk.get(f"{address}/edit?section=lead&tab=remarks"))
    assert "已处理的批注 1" in page
    assert "没有待处理的批注" in page
    assert desk.post(f"{address}/remarks/{name}", data={"what": "reopen"}).status_code == 303
    assert "没有待处理的批注" not in check_page(desk.get(f"{address}/edit?tab=remarks"))

    # of another report there is none; who only reads settles none
    assert browser(app, *READER).post(f"{address}/remarks/{name}", data={"what": "settle"}).status_code in (403, 404)
    other = f"{address}/remarks/00000000-0000-0000-0000-000000000000"
    refused = desk.post(other, data={"what": "settle"})
    assert refused.status_code in (400, 404, 409)
    assert "找不到这条批注" in refused.get_data(as_text=True)


def test_a_comment_stays_where_its_paragraph_is_gone(app: Flask) -> None:
    with app.app_context():
        written(city(2), "440105")
    address = f"/reports/{report_id(app, '440105')}"
    desk = browser(app, *DESK)
    with app.app_context():
        report = db.session.get_one(Report, report_id(app, "440105"))
        row = next(row for row in sections(report) if row.key == "problems")
        block = row.blocks[0]["id"]
        by = Actor("staff", db.session.scalars(select(Account.id).limit(1)).one(), "")
        remark(report, "此段可删。", by=by, section_key="problems", block_id=block)
        save_section(report, "problems", row.blocks[1:], row_version=None, by=by)
    page = check_page(desk.get(f"{address}/edit?section=problems&tab=remarks"))
    assert "此段可删。" in page
    assert "该段已不在" in page
