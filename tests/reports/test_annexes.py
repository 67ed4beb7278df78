"""The annexes by edition: who is named, what is counted, in which order."""

from typing import Any

import pytest
from flask import Flask

from reports.papers.steps import versions
from surveys.database import db, writing
from surveys.fieldwork.findings.findings import Finding, Headline, HeadlineFinding
from tests.factories.reports import START, city, submitted


def _annexes(app: Flask, edition: str) -> dict[str, Any]:
    version = versions(submitted(city(6), "440105"))[0]
    return {annex["key"]: annex for annex in version.frozen["annexes"][edition]}


def _column(annex: Any, title: str) -> list[str]:
    place = [column["title"] for column in annex["data"]["columns"]].index(title)
    return [row[place] for row in annex["data"]["rows"]]


def test_outgoing_names_only_with_consent(app: Flask) -> None:
    with app.app_context():
        firms = _column(_annexes(app, "outgoing")["annex.subjects"], "企业名称")
        assert firms.count("示例054号电子有限公司") == 1
        assert all("示例" not in firm for firm in firms if firm != "示例054号电子有限公司")
        assert any(firm.endswith("某制造业企业") for firm in firms)


def test_internal_names_all_and_says_so(app: Flask) -> None:
    with app.app_context():
        annex = _annexes(app, "internal")["annex.subjects"]
        assert all(firm.startswith("示例") for firm in _column(annex, "企业名称"))
        assert "统一社会信用代码" in [column["title"] for column in annex["data"]["columns"]]
        assert "内部资料" in annex["data"]["note"]


def test_a_firm_that_could_be_told_by_its_district_stands_apart_without_it(app: Flask) -> None:
    with app.app_context():
        annex = _annexes(app, "outgoing")["annex.subjects"]
        districts = _column(annex, "区")
        hidden = [place for place, district in enumerate(districts) if district == "—"]
        assert hidden == list(range(len(districts) - len(hidden), len(districts)))
        assert all(_column(annex, "企业名称")[place].startswith("某区某") for place in hidden)
        assert all(_column(annex, "代表小组")[place] == "—" for place in hidden)


def test_closed_findings_are_counted_not_printed(app: Flask) -> None:
    with app.app_context():
        annexes = _annexes(app, "outgoing")
        texts = _column(annexes["annex.findings"], "问题或建议")
        assert len(texts) == 4  # of six, two are closed
        assert "另有2件要求不公开" in annexes["annex.findings"]["data"]["note"]
        assert all("示例" not in text or "示例054号" in text for text in texts)


def test_findings_under_a_headline_are_one_row(app: Flask) -> None:
    with app.app_context():
        campaign = city(6)
        with writing() as session:
            head = Headline(
                campaign_id=campaign.id, unit_code="440105", text="货款久拖不结", category="12", made_at=START
            )
            session.add(head)
            session.flush()
            mine = session.query(Finding).filter_by(unit_code="440105", publication="anonymous").all()
            for finding in mine:
                session.add(HeadlineFinding(headline_id=head.id, finding_id=finding.id, joined_at=START))
            session.flush()
        annex = next(
            one
            for one in versions(submitted(campaign, "440105"))[0].frozen["annexes"]["outgoing"]
            if one["key"] == "annex.findings"
        )
        rows = dict(zip(_column(annex, "问题或建议"), _column(annex, "涉及企业数"), strict=True))
        assert rows["货款久拖不结"] == str(len(mine))


@pytest.mark.parametrize("edition", ["outgoing", "internal"])
def test_a_leaf_has_no_table_of_progress_and_numbers_run_on(app: Flask, edition: str) -> None:
    with app.app_context():
        annexes = _annexes(app, edition)
        assert "annex.progress" not in annexes
        assert [annex["data"]["number"] for annex in annexes.values()] == ["附件1", "附件2", "附件3", "附件4"]
        people = annexes["annex.deputies"]["data"]["rows"]
        assert people == [["海珠区", "0", "0", "0", "3", "—", "3"]]
        db.session.rollback()
