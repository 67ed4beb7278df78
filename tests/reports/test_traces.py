"""数字追溯: every figure of every report of the demonstration leads to as many answers as it says, and to those it counts."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reports.accepted_answers import campaign_data
from reports.content import tokens_in
from reports.indicators import measure
from reports.tokens import parse
from reports.traces import trace
from reports.unit_reports import Report, draft
from surveys.database import db
from surveys.fieldwork.visits import Visit
from surveys.planning.assignments import Assignment
from tests.desk_client import signed_in
from tests.house.client import check_page

FROM_ELSEWHERE = {"assigned", "deputies", "persontimes", "events"}


def _root(app: Flask) -> str:
    with app.app_context():
        reports = db.session.scalars(select(Report)).all()
        return next(report.id for report in reports if report.is_root and report.campaign.number == 1)


@pytest.fixture
def committee(demonstration: Flask) -> FlaskClient:
    return signed_in(demonstration, "committee.440100")


def test_every_figure_leads_to_the_answers_it_counts(demonstration: Flask) -> None:
    looked_at = 0
    with demonstration.app_context():
        for report in db.session.scalars(select(Report)):
            data = campaign_data(report.campaign)
            for token in {parse(str(one)) for one in tokens_in(draft(report))}:
                place = token.unit or report.scope
                frame = data.frame.of(place)
                found, measured = trace(token, frame), measure(token, frame, data.counts.get(place))
                looked_at += 1
                if found is None:
                    assert token.item in FROM_ELSEWHERE, token
                    continue
                if measured.n is not None and (token.item, token.measure) != (
                    "visits",
                    "ratio",
                ):  # n: those to be visited
                    assert len(found.sources) == measured.n, token
                if (
                    measured.count is not None and token.item != "districts"
                ):  # firms stand behind it, districts are counted
                    assert found.counted == measured.count, token
                if measured.small_n is not None and token.measure != "ratio":
                    assert found.counted == measured.small_n, token
    assert looked_at > 300


def test_from_the_report_to_one_visit(demonstration: Flask, committee: FlaskClient) -> None:
    report = _root(demonstration)
    paper = check_page(committee.get(f"/reports/{report}/paper"))
    [address, *_more] = re.findall(rf'href="(/reports/{report}/trace\?figure=[^"]*%7Cshare[^"]*)"', paper)
    page = check_page(committee.get(address.replace("&amp;", "&")))
    whole, counted = map(int, re.findall(r"依据(\d+)条填报，其中(\d+)条计入", page)[0])
    assert 0 < counted < whole
    assert page.count("计入") >= 1
    [visit, *_others] = re.findall(r'href="(/visits/[0-9a-f-]{36}/review)"', page)
    assert committee.get(visit).status_code == 200
    table = committee.get(address.replace("&amp;", "&") + "&export=csv").text.splitlines()
    assert len(table) == whole + 1
    assert sum(line.rstrip().endswith("是") for line in table) == counted


def test_what_is_personal_stays_with_its_desk(demonstration: Flask, committee: FlaskClient) -> None:
    """A committee sees no names of firms' contacts; a district sees in the final report its own visits alone."""
    report = _root(demonstration)
    address = f"/reports/{report}/trace?figure=T1:firms|count|plain"
    desk = signed_in(demonstration, "unit_desk.440106")
    page = check_page(desk.get(address))
    seen = set(re.findall(r"/visits/([0-9a-f-]{36})/review", page))
    assert "您无权查看的走访" in page
    with demonstration.app_context():
        query = select(Assignment.unit_code).join(Visit, Visit.assignment_id == Assignment.id).where(Visit.id.in_(seen))
        assert set(db.session.scalars(query)) == {"440106"}
    reader = check_page(signed_in(demonstration, "reader.440100").get(address))
    assert not re.findall(r"/visits/[0-9a-f-]{36}/review", reader)


@pytest.mark.parametrize(
    "figure", ["", "x", "T1:nothing|count|plain", "T999:firms|count|plain", "{{T1:firms|count|plain}}"]
)
def test_what_is_no_figure(demonstration: Flask, committee: FlaskClient, figure: str) -> None:
    answer = committee.get(f"/reports/{_root(demonstration)}/trace", query_string={"figure": figure})
    assert answer.status_code in (200, 404)
    assert answer.status_code == 404 or "依据" in answer.text


def test_what_no_answer_tells(demonstration: Flask, committee: FlaskClient) -> None:
    page = check_page(committee.get(f"/reports/{_root(demonstration)}/trace?figure=T1:deputies|count|plain"))
    assert "不是从填报里数出来的" in page
