"""Papers of a questionnaire as PDF: the blank model form and a filled one, their words, pages and fonts; who sees what."""

import io
import json
import re
from pathlib import Path

import pdfplumber
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reports.printing.fonts import find_fonts
from reports.printing.workers import print_volume
from reports.sheets.paper_forms import blank_form
from surveys.database import db
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.questionnaire.facts.facts import fact_row
from tests.journeys.every_type import picture
from tests.surveys.pages.test_city_desk import organizer  # noqa: F401  the fixture
from tests.surveys.pages.test_city_desk_questionnaire import confirm, upload
from tests.surveys.questionnaire.model_form import package
from tests.surveys.questionnaire.workbooks import workbook

UNIT = "440106"
MM = 72 / 25.4


def words_of(pdf: bytes) -> list[str]:
    """The text of each page, without blanks."""
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return [re.sub(r"\s", "", page.extract_text() or "") for page in document.pages]


def test_the_blank_model_form_in_english(tmp_path: Path) -> None:
    volume = blank_form(
        package(),
        campaign="A thousand private firms",
        office="Office",
        version=1,
        language="en",
        made_at="2023-07-15T09:00:00+08:00",
    )
    printed = print_volume(volume, cache_dir=tmp_path, fonts=find_fonts(), processes=1)
    pages = words_of(printed.pdf)
    assert 8 <= len(pages) == printed.pages <= 20
    for words in ("[Onlyifquestion27is“Other”]", "Entry3", "ListA", "Typedinby", "version1"):
        assert words in "".join(pages), words
    assert f"Page{printed.pages}of{printed.pages}" in pages[-1]
    assert set(printed.fonts) >= {"FandolSong-Regular", "FandolHei-Regular", "FandolKai-Regular"}


def accepted(app: Flask) -> tuple[str, str, str, list[str]]:
    """An accepted visit of the unit: its id, head and receipt number, and what of its answers is L3."""
    with app.app_context():
        query = (
            select(Visit)
            .join(Assignment, Assignment.id == Visit.assignment_id)
            .join(Campaign, Campaign.id == Assignment.campaign_id)
            .where(Assignment.unit_code == UNIT, Visit.head.is_not(None))
            .order_by(Campaign.number, Assignment.number)
        )
        for visit in db.session.scalars(query):
            row = db.session.scalars(
                select(Submission).where(Submission.visit_id == visit.id, Submission.content == visit.head)
            ).one()
            read = package_of(row.package_hash)
            answers = json.loads(row.body)["answers"]
            assert read is not None
            personal = [
                text for path, text in answers.items() if fact_row(read, path).get("privacy") == "L3" and len(text) > 3
            ]
            if review.state(visit) == "accepted" and any(text.startswith("020-") for text in personal):
                return visit.id, row.content, f"{visit.assignment.reference()}-{row.version}", personal
    raise AssertionError("no accepted visit with a telephone")


def test_a_filled_form_for_the_desk_and_for_the_committee(demonstration: Flask, enter) -> None:
    visit, content, number, personal = accepted(demonstration)
    telephone = next(text for text in personal if text.startswith("020-"))
    papers = {}
    for username in (f"unit_desk.{UNIT}", "committee.440100"):
        client = enter(username)
        page = client.get(f"/visits/{visit}/review").text
        assert "打印填报内容（PDF）" in page
        answer = client.post(f"/visits/{visit}/review/paper", data={"content": content})
        assert answer.status_code == 200, answer.text[:400]
        assert answer.mimetype == "application/pdf"
        papers[username] = "".join(words_of(answer.data))
    own, other = papers.values()
    for words in (own, other):
        assert number in words
        assert content in words
        assert "演示数据" in words
        assert "走访方式" in words
    assert telephone in own
    assert telephone not in other
    assert "不在本件之内" in other
    assert "不在本件之内" not in own


def test_who_is_given_no_paper(demonstration: Flask, enter) -> None:
    visit, content, _number, _personal = accepted(demonstration)
    assert enter("unit_desk.440105").post(f"/visits/{visit}/review/paper", data={"content": content}).status_code == 404
    desk = enter(f"unit_desk.{UNIT}")
    assert desk.post(f"/visits/{visit}/review/paper", data={"content": "0" * 64}).status_code == 404
    assert desk.post(f"/visits/{visit}/review/paper").status_code == 400
    assert desk.post("/campaigns/1/questionnaire/paper", data={"version": "7"}).status_code == 403
    assert desk.post("/campaigns/1/questionnaire/paper").status_code == 400


def test_the_blank_model_form_for_a_desk(demonstration: Flask, enter) -> None:
    desk = enter(f"unit_desk.{UNIT}")
    slips = desk.get("/campaigns/1/assignments/slips").text
    assert '<input type="hidden" name="version" value="1">' in slips
    answer = desk.post("/campaigns/1/questionnaire/paper", data={"version": "1"})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    pages = words_of(answer.data)
    whole = "".join(pages)
    assert 8 <= len(pages) <= 20
    for words in (
        "千家民营企业调研走访问卷",
        "演示数据",
        "〔第5题选“不接受调研，或未能走访”时填〕",
        "〔第5题未选“不接受调研，或未能走访”，且第27题选“拖欠账款”时填〕",
        "附表A第11题所属行业大类",
        "录入日期和回执编号",
        "不得填写国家秘密和工作秘密",
    ):
        assert words in whole, words
    assert whole.count("问题描述") == 3  # room for three rounds
    assert f"第{len(pages)}页，共{len(pages)}页" in pages[-1]
    with pdfplumber.open(io.BytesIO(answer.data)) as document:
        assert {char["fontname"].partition("+")[2] for page in document.pages for char in page.chars} == {
            "FandolSong-Regular",
            "FandolSong-Bold",
            "FandolHei-Regular",
            "FandolKai-Regular",
        }


PICTURES = {"pump.png": (1200, 800), "belt.png": (400, 1200), "plan.png": (2400, 600)}


def with_pictures() -> tuple[bytes, dict[str, bytes]]:
    """A form with pictures of a question and of choices, one that cannot be opened, and a list of 60 and one of 500."""
    survey = [
        ["type", "name", "label", "image"],
        ["select_one parts", "part", "看图选出问题部位", "plan.png"],
        ["select_multiple sixty", "trade", "所属行业", ""],
        ["select_one many", "park", "所在园区", ""],
    ]
    choices = [["list_name", "name", "label", "image"]]
    choices += [["parts", name[0], label, name] for name, label in (("pump.png", "水泵"), ("belt.png", "传送带"))]
    choices += [["parts", "x", "看不清的", "torn.png"]]
    choices += [["sixty", f"s{number}", f"行业{number}", ""] for number in range(60)]
    choices += [["many", f"m{number}", f"园区{number}", ""] for number in range(500)]
    files = {name: picture("PNG", size) for name, size in PICTURES.items()} | {"torn.png": b"\x89PNG\r\n\x1a\nnothing"}
    return workbook({"survey": survey, "choices": choices}), files


def test_pictures_and_long_lists_on_the_blank_form(organizer: FlaskClient) -> None:  # noqa: F811
    form, files = with_pictures()
    shown = upload(organizer, form, *files.items())
    assert confirm(organizer, shown).status_code == 303
    answer = organizer.post("/campaigns/1/questionnaire/paper", data={"version": "1"})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    with pdfplumber.open(io.BytesIO(answer.data)) as document:
        drawn = document.pages[0].images
        sizes = sorted((round(one["width"] / MM), round(one["height"] / MM)) for one in drawn)
        # Plan beside its question, pump and belt beside their choices: as large as one can see, in their own proportions.
        assert sizes == [(10, 30), (44, 29), (90, 22)]
        assert all(one["srcsize"][0] <= 1060 and one["colorspace"] for one in drawn)
        assert not any(page.images for page in document.pages[1:])
    first, *rest = words_of(answer.data)
    assert "看不清的（见图：torn.png）" in first
    assert first.count("（见附表A）") == 3  # several may be written
    assert "（共500项，未随表印出，写全称）" in first
    whole = "".join(rest)
    assert "行业59" in whole
    assert "园区" not in whole
