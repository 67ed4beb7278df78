"""Who writes comments on a report: its writers and receivers, and who is asked for an opinion; who only reads does not."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from reports.issuing.issuing import version_to_finish
from reports.papers.remarks import ReportRemark
from reports.papers.steps import finish, send_for_review
from surveys.database import db
from tests.factories.reports import CITY, accepted, all_accepted, city, submitted
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
