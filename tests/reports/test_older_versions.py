"""Answers filled in with an earlier version of the form count in the figures of the present one, by stable id."""

from dataclasses import replace
from typing import Any

from reports.figures.frame import Frame
from reports.figures.indicators import measure
from reports.text.tokens import Token
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.views.summary import summarise
from tests.reports.flagship import firm
from tests.surveys.questionnaire.workbooks import workbook

HEADS = ["type", "name", "label"]
FACTS = ["name", "path", "stable_id", "role", "base", "table"]
CHOICES = [["list_name", "name", "label"], ["yn", "y", "是"], ["yn", "n", "否"]]


def form(staff: str, loss: str, role: str = "sum", facts: bool = True) -> dict[str, Any]:
    survey = [HEADS, ["integer", staff, "职工人数"], ["select_one yn", loss, "是否亏损"]]
    rows = [FACTS, [staff, f"/{staff}", "q1", role, "firms", "T2"], [loss, f"/{loss}", "q2", "share", "firms", "T5"]]
    sheets = {"survey": survey, "choices": CHOICES, **({"diaoyan": rows} if facts else {})}
    package = read_workbook(workbook(sheets)).package
    assert package is not None
    return package


def figures(now: dict[str, Any], older: dict[str, Any], then: dict[str, str], today: dict[str, str]) -> tuple[Any, Any]:
    rows = [replace(firm(1), answers=then, version="old"), replace(firm(2), answers=today, version="new")]
    frame = Frame.build(now, rows, older={"old": older})
    name = frame.data.questions[0].name, frame.data.questions[1].name
    return (
        measure(Token("", "T2", name[0], "sum", "plain"), frame, None).value,
        measure(Token("", "T5", f"{name[1]}.y", "count", "plain"), frame, None).value,
    )


def test_renamed_questions_count_over_both_versions() -> None:
    older, now = form("staff", "loss"), form("people", "deficit")
    then, today = {"/staff": "30", "/loss": "y"}, {"/people": "12", "/deficit": "y"}
    assert figures(now, older, then, today) == (42, 2)
    [page] = summarise(older, then, None, now="2023-07-15T09:00:00.000+08:00", language="zh")
    assert [line.text for line in page.lines] == ["30", "是"]


def test_names_that_changed_places_follow_their_ids() -> None:
    """What was called `a` is `b` now, and the other way round: the ids decide."""
    older, now = form("a", "b"), form("b", "a")
    assert figures(now, older, {"/a": "30", "/b": "y"}, {"/b": "12", "/a": "n"}) == (42, 1)


def test_a_question_that_got_its_role_later_counts_from_the_beginning() -> None:
    assert (
        figures(form("staff", "loss"), form("staff", "loss", role="none"), {"/staff": "30"}, {"/staff": "12"})[0] == 42
    )


def test_a_version_without_the_sheet_counts_by_place() -> None:
    older = form("staff", "loss", facts=False)
    assert figures(form("staff", "loss"), older, {"/staff": "30", "/loss": "y"}, {"/staff": "12", "/loss": "n"}) == (
        42,
        1,
    )
