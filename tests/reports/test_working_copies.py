"""过程稿: the draft as it stands is printed from the first day, begun or not, with date and coverage on every page; nothing is kept."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from reports.papers.records import ReportVersion
from reports.papers.steps import report_of
from reports.printing.pdf_text import page_texts
from surveys.database import db
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.people.groups import Group

LEFT = re.compile(r"过程稿\s*数据截至7月28日16:00，已审核通过\d+份，应走访\d+次")


def pages_of(pdf: bytes) -> list[str]:
    texts = page_texts(pdf)
    assert pdf.startswith(b"%PDF-")
    return texts


@pytest.mark.parametrize("unit", ["440106", "440100"])
def test_a_desk_prints_its_draft_as_it_stands(demonstration: Flask, enter, unit: str) -> None:
    role = "committee" if unit == "440100" else "unit_desk"
    client = enter(f"{role}.{unit}")
    with demonstration.app_context():
        before = db.session.scalar(select(func.count()).select_from(ReportVersion))
    assert f"/campaigns/2/reports/{unit}/working-copy" in client.get("/campaigns/2/reports").text
    answer = client.get(f"/campaigns/2/reports/{unit}/working-copy")
    assert answer.status_code == 200
    texts = pages_of(answer.data)
    assert texts
    for text in texts:
        assert LEFT.search(text), text[:200]
        assert "内部资料" in text
    with demonstration.app_context():
        assert db.session.scalar(select(func.count()).select_from(ReportVersion)) == before, "nothing is kept"


def test_a_report_nobody_has_begun_is_printed_as_its_skeleton(demonstration: Flask, tmp_path) -> None:
    with demonstration.app_context():
        campaign = db.session.scalars(select(Campaign).where(Campaign.number == 2)).one()
        units = db.session.scalars(select(Group.unit_code).where(Group.campaign_id == campaign.id).distinct())
        unit = next(code for code in sorted(units) if report_of(campaign.id, code) is None)
    out = tmp_path / "过程稿.pdf"
    result = demonstration.test_cli_runner().invoke(args=["reports", "draft", "2", "--unit", unit, "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert any("待起草" in text for text in pages_of(out.read_bytes()))
    with demonstration.app_context():
        assert report_of(campaign.id, unit) is None
    wrong = demonstration.test_cli_runner().invoke(
        args=["reports", "draft", "2", "--unit", "999999", "--out", str(out)]
    )
    assert wrong.exit_code == 1


def test_whose_draft_it_is_not_gets_none(demonstration: Flask, enter) -> None:
    for who, status in (("unit_desk.440118", 403), ("office.440100", 403), ("liaison1.440106", 403)):
        assert enter(who).get("/campaigns/2/reports/440106/working-copy").status_code == status
    assert enter("unit_desk.440106").get("/campaigns/2/reports/999999/working-copy").status_code == 404
