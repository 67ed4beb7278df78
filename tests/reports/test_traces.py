"""数字追溯: every figure of every report of the demonstration leads to as many answers as it says, and to those it counts."""

import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reports.evidence.accepted_answers import campaign_data
from reports.evidence.traces import Source, Trace, trace
from reports.figures.figure_words import resolve
from reports.figures.frame import Frame
from reports.figures.indicators import UnknownFigure, measure
from reports.figures.items import questions_of
from reports.papers.freezing import Calculation, data_at
from reports.papers.steps import Report, ReportVersion, draft, newest_version
from reports.text.content import tokens_in
from reports.text.tokens import Token, parse
from surveys.database import db, writing
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Decision, Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.questionnaire.package.content import canonical
from tests.desk_client import signed_in
from tests.factories.fieldwork import version as hand_in
from tests.factories.reports import paths
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


def _printed(version: ReportVersion) -> Iterator[tuple[str, str]]:
    """Each figure of a version's text: its token, and what was printed."""
    for section in version.frozen["sections"]:
        for block in section["blocks"]:
            yield from ((run["figure"], run["text"]) for run in block.get("runs", ()) if run.get("figure"))


def _decide(visit: Visit, verdict: str, content: str) -> None:
    at = visit.campaign.now()
    db.session.add(Decision(visit_id=visit.id, number=90, content=content, verdict=verdict, decided_at=at))


def _refused_after_all(visit: Visit) -> Submission:
    """A newer version of a visit, which says that it was refused. Inside `writing()`."""
    rows = db.session.scalars(select(Submission).where(Submission.visit_id == visit.id)).all()
    [last] = [row for row in rows if row.content == visit.head]
    content = json.loads(last.body)
    content["answers"][paths()["visit_outcome"]] = content["outcome"] = "refused"
    newest = max(row.version for row in rows)
    body = canonical(content | {"base": last.content})
    return hand_in(visit, body, number=newest + 1, outcome="refused", package_hash=last.package_hash)


def _numbers(page: str) -> tuple[int, int]:
    [(whole, counted)] = re.findall(r"依据(\d+)条填报，其中(\d+)条计入", page)
    return int(whole), int(counted)


def test_a_version_is_counted_from_its_own_submissions(demonstration: Flask, committee: FlaskClient) -> None:
    """What was printed stays what it was counted from, whatever is accepted or taken back later."""
    figure = "T1:firms|count|plain"
    with demonstration.app_context():
        root = db.session.get_one(Report, _root(demonstration))
        kept = newest_version(root)
        assert kept is not None
        frame = campaign_data(root.campaign).frame
        changed, reopened = (frame.data.visits[row].visit_id for row in frame.firms[:2])
        now, then = (f"/reports/{root.id}/trace?figure={figure}{more}" for more in ("", f"&version={kept.number}"))
    before = _numbers(check_page(committee.get(then)))
    assert before == _numbers(check_page(committee.get(now)))
    links = set(re.findall(r"/visits/([0-9a-f-]{36})/review", committee.get(then + "&size=200").text))
    assert {changed, reopened} <= links

    with demonstration.app_context(), writing():
        visit = db.session.get_one(Visit, changed)
        _decide(visit, "accept", _refused_after_all(visit).content)
        visit = db.session.get_one(Visit, reopened)
        _decide(visit, "reopen", visit.head or "")

    page = check_page(committee.get(then + "&size=200"))
    assert _numbers(page) == before
    assert f"<b>{before[1]}</b>" in page
    assert "另有1条在您无权查看的走访里" in page  # taken back: not the committee's to read any more
    seen = set(re.findall(r"/visits/([0-9a-f-]{36})/review", page))
    assert seen == links - {reopened}
    assert all(committee.get(f"/visits/{visit}/review").status_code == 200 for visit in sorted(seen)[:5])
    assert committee.get(f"/visits/{reopened}/review").status_code == 404
    assert _numbers(check_page(committee.get(now))) == (before[0] - 2, before[1] - 2)

    with demonstration.app_context():
        told = 0
        for version in db.session.scalars(select(ReportVersion)):
            campaign = version.report.campaign
            made = Calculation(
                campaign, version.manifest, data_at(version.manifest, known_data=campaign_data(campaign))
            )
            figures = made.figures("outgoing")
            for key, printed in _printed(version):
                token = parse(key)
                frame = made.data.frame.of(token.unit or version.report.scope)
                found, measured = trace(token, frame), measure(token, frame)
                assert figures(key).hidden or figures(key).text == printed, (version.report.unit_code, key)
                told += 1
                if found is not None and measured.count is not None and token.item != "districts":
                    assert found.counted == measured.count, key
        assert told > 300


def test_a_version_that_was_never_made(demonstration: Flask, committee: FlaskClient) -> None:
    address = f"/reports/{_root(demonstration)}/trace?figure=T1:firms|count|plain&version="
    assert committee.get(address + "99").status_code == committee.get(address + "x").status_code == 404
    assert committee.get(address + "1&figure=").status_code == 200


def _choices(frame: Frame) -> Iterator[Token]:
    for table in frame.data.tables:
        for question in questions_of(frame, table["table"]):
            if question.role == "share":
                yield from (
                    Token("", table["table"], f"{question.name}.{name}", "count", "plain")
                    for name, _labels, _code in question.choices
                )


def _hidden(app: Flask, report_id: str, version: bool) -> list[tuple[str, int, int]]:
    """Hidden figures of a report with how many answers stand behind them and how many are counted."""
    found = []
    with app.app_context():
        report = db.session.get_one(Report, report_id)
        frame = campaign_data(report.campaign).frame
        kept = newest_version(report)
        if version and kept is not None:
            frame = data_at(kept.manifest).frame
        for token in _choices(frame):
            try:
                if resolve(token, frame).hidden and (behind := trace(token, frame)) is not None:
                    found.append((token.key, len(behind.sources), behind.counted))
            except UnknownFigure:
                continue
    return found


@pytest.mark.parametrize("who", ["committee.440100", "reader.440100", "unit_desk.440106"])
@pytest.mark.parametrize("version", ["", "&version=1"])
def test_a_hidden_figure_does_not_tell_how_many_stand_behind_it(demonstration: Flask, who: str, version: str) -> None:
    report = _root(demonstration)
    browser = signed_in(demonstration, who, "zh-CN")
    figures = [one for one in _hidden(demonstration, report, bool(version)) if 0 < one[2] < 5 and one[1] > 5]
    assert len(figures) > 4
    with demonstration.app_context():
        kept = newest_version(db.session.get_one(Report, report))
        assert kept is not None
        printed = {parse(key).key for key in tokens_in(kept.content)}
    for key, whole, counted in figures:
        answer = browser.get(f"/reports/{report}/trace", query_string=f"figure={key}{version}&size=25")
        if not (who.startswith("committee") or key in printed):
            assert answer.status_code == 404, key
            continue
        page = check_page(answer)
        said = page[page.index("<main") : page.index("</main>")]
        said = re.sub(r"<tbody>.*</tbody>", "", said, flags=re.DOTALL).replace("第1稿，7月27日17:00", "")
        numbers = set(re.findall(r"(?<![\w.])\d+(?![\w.])", re.sub(r"<[^>]*>", " ", said).replace("条", " ")))
        assert not numbers & {str(whole), str(counted)}, (key, numbers)
        assert not re.search(r"依据\d", said)
        assert "另有" not in said
        assert "对外不写出这个数" in said
        if who.startswith("reader"):
            assert "<tbody>" not in page


def test_a_name_does_not_tell_how_many_made_it(demonstration: Flask, committee: FlaskClient) -> None:
    """The third in rank may rest on two firms: how many is a figure of its own, that may be hidden."""
    page = check_page(committee.get(f"/reports/{_root(demonstration)}/trace?figure=T6:diff_types.top3|name|plain"))
    assert not re.search(r"依据\d", page)
    assert "这里只列出您有权查看的填报" in page


def test_who_sees_which_answers() -> None:
    """Where an answer is not theirs to read, neither its words nor its place in the list tell what it says."""
    sources = [Source("a", "1", "否", False), Source("b", "1", "是", True), Source("c", "1", "是", True)]
    found = Trace(sources, "L3")
    levels = {"a": {"L0"}, "b": {"L0"}}
    assert found.seen_by(levels, whole=True) == [Source("a", "1", None, None), Source("b", "1", None, None)]
    assert found.seen_by(levels, whole=False) == []
    assert [one.visit_id for one in found.seen_by({"a": {"L3"}, "b": {"L3"}}, whole=False)] == ["b", "a"]


def test_from_the_report_to_one_visit(demonstration: Flask, committee: FlaskClient) -> None:
    report = _root(demonstration)
    paper = check_page(committee.get(f"/reports/{report}/paper"))
    [address, *_more] = re.findall(rf'href="(/reports/{report}/trace\?version=1&amp;figure=[^"]*%7Cshare[^"]*)"', paper)
    page = check_page(committee.get(address.replace("&amp;", "&")))
    whole, counted = _numbers(page)
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


def test_a_unit_is_given_no_figure_of_another(demonstration: Flask) -> None:
    """A sub-report speaks of its own unit: neither its trace nor its editor tells what another has."""
    with demonstration.app_context():
        own = {
            report.unit_code: report.id for report in db.session.scalars(select(Report)) if report.campaign.number == 1
        }
    desk = signed_in(demonstration, "unit_desk.440106")
    address = f"/reports/{own['440106']}/trace"
    figures = [f"440106/T1:{item}|count|plain" for item in ("firms", "visits")]
    assert [desk.get(address, query_string={"figure": figure}).status_code for figure in figures] == [200, 200]
    others = [figure.replace("440106", "440118") for figure in figures]
    assert [desk.get(address, query_string={"figure": figure}).status_code for figure in others] == [404, 404]
    for figure, given in ((figures[0], True), (others[0], False)):
        page = check_page(desk.get(f"/reports/{own['440106']}/edit", query_string={"figure": figure}))
        assert ("/trace?figure=" in page) == given


@pytest.mark.parametrize("who", ["reader.440100", "unit_desk.440106"])
def test_who_only_reads_asks_for_what_stands_there(demonstration: Flask, who: str) -> None:
    """Any figure of any unit, one after the other, would tell by subtraction what the tables hide."""
    report = _root(demonstration)
    browser = signed_in(demonstration, who, "zh-CN")
    with demonstration.app_context():
        kept = newest_version(db.session.get_one(Report, report))
        assert kept is not None
        printed = {parse(key).key for key in tokens_in(kept.content)}
    assert browser.get(f"/reports/{report}/trace", query_string={"figure": min(printed)}).status_code == 200
    for key in ("440118/T1:firms|count|plain", "T6:diff_types.other|count|plain"):
        assert key not in printed
        assert browser.get(f"/reports/{report}/trace", query_string={"figure": key}).status_code == 404
    for tab in ("figures", "findings"):
        page = check_page(
            browser.get(f"/reports/{report}/edit", query_string={"tab": tab, "figure": "T1:firms|count|plain"})
        )
        assert "{{T1:" not in page
        assert "tab=findings" not in page.replace(f"tab%3D{tab}", "")
        assert "tab=remarks" in page


def test_who_only_reads_is_shown_the_version(demonstration: Flask, committee: FlaskClient) -> None:
    """Without a version in the address: a writer sees what the draft reads now, a reader what was issued."""
    address = f"/reports/{_root(demonstration)}/trace?figure=T1:firms|count|plain"
    reader = signed_in(demonstration, "reader.440100")
    before = _numbers(check_page(reader.get(address)))
    assert before == _numbers(check_page(committee.get(address)))
    with demonstration.app_context(), writing():
        frame = campaign_data(db.session.get_one(Report, _root(demonstration)).campaign).frame
        visit = db.session.get_one(Visit, frame.data.visits[frame.firms[0]].visit_id)
        _decide(visit, "reopen", visit.head or "")
    assert _numbers(check_page(reader.get(address))) == before
    assert _numbers(check_page(committee.get(address))) == (before[0] - 1, before[1] - 1)


@pytest.mark.parametrize(
    "figure", ["", "x", "T1:nothing|count|plain", "T999:firms|count|plain", "{{T1:firms|count|plain}}"]
)
def test_what_is_no_figure(demonstration: Flask, committee: FlaskClient, figure: str) -> None:
    answer = committee.get(f"/reports/{_root(demonstration)}/trace", query_string={"figure": figure})
    assert answer.status_code in (200, 404)
    assert answer.status_code == 404 or "依据" in answer.text
    assert committee.get(f"/reports/{_root(demonstration)}/trace").status_code == 404


def test_what_no_answer_tells(demonstration: Flask, committee: FlaskClient) -> None:
    page = check_page(committee.get(f"/reports/{_root(demonstration)}/trace?figure=T1:deputies|count|plain"))
    assert "不是从填报里数出来的" in page
