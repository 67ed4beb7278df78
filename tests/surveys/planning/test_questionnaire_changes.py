"""Two versions compared in words, by stable id; the indicators a change touches."""

from collections.abc import Sequence
from typing import Any

from surveys.planning.forms.questionnaire_changes import Changes, changes
from surveys.questionnaire.package.reader import read_workbook
from tests.surveys.questionnaire.workbooks import workbook

HEADS = ["type", "name", "label", "relevant", "required", "calculation"]
FACT_HEADS = ["name", "path", "stable_id", "role", "table"]
CHOICES = [["list_name", "name", "label", "code"], ["yn", "y", "是", ""], ["yn", "n", "否", ""]]
SURVEY = [
    ["begin group", "g", "第一页", "", "", ""],
    ["integer", "staff", "职工人数", "", "yes", ""],
    ["select_one yn", "loss", "是否亏损", "${staff} > 0", "", ""],
    ["text", "why", "原因", "", "", ""],
    ["end group", "", "", "", "", ""],
    ["text", "remark", "备注", "", "", ""],
]
FACTS = [
    ["staff", "/g/staff", "q1", "sum", "T2"],
    ["loss", "/g/loss", "q2", "share", "T5"],
    ["remark", "/remark", "q3", "none", ""],
]
TABLES = [
    ["table", "report_section", "title::简体中文 (zh-CN)"],
    ["T2", "basic", "企业基本构成"],
    ["T5", "basic", "盈亏"],
]


def form(
    survey: Sequence[Sequence[str]] = SURVEY,
    facts: Sequence[Sequence[str]] = FACTS,
    choices: Sequence[Sequence[str]] = CHOICES,
) -> dict[str, Any]:
    sheets = {"survey": [HEADS, *survey], "choices": choices, "diaoyan": [FACT_HEADS, *facts], "diaoyan_tables": TABLES}
    reading = read_workbook(workbook(sheets))
    assert reading.package is not None, [fault.sentence("en") for fault in reading.faults]
    return reading.package


def told(found: Changes) -> list[tuple[str, str]]:
    return [(change.kind, change.name) for change in found.differences]


def replaced(rows: Sequence[Sequence[str]], old: str, new: str) -> list[list[str]]:
    return [[cell.replace(old, new) for cell in row] for row in rows]


def test_nothing_changed() -> None:
    assert not changes(form(), form())


def test_a_renamed_question_is_the_same_and_rules_that_follow_it_did_not_change() -> None:
    found = changes(form(), form(replaced(SURVEY, "staff", "people"), replaced(FACTS, "staff", "people")))
    assert told(found) == [("renamed", "people")]
    assert "staff" in found.differences[0].words.zh
    assert [text.zh for text in found.indicators] == ["T2 企业基本构成（合计）"]


def test_added_and_removed() -> None:
    survey = [row for row in SURVEY if row[1] != "why"] + [["text", "extra", "补充", "", "", ""]]
    assert told(changes(form(), form(survey))) == [("added", "extra"), ("removed", "why")]


def test_moved_to_another_group_and_within_one() -> None:
    out = [SURVEY[0], SURVEY[2], SURVEY[3], SURVEY[4], SURVEY[1], SURVEY[5]]
    facts = replaced(FACTS, "/g/staff", "/staff")
    found = changes(form(), form(out, facts))
    assert told(found) == [("moved", "staff")]
    assert "第一页" in found.differences[0].words.zh
    swapped = [SURVEY[0], SURVEY[1], SURVEY[3], SURVEY[2], *SURVEY[4:]]
    found = changes(form(), form(swapped))
    assert [change.words.zh for change in found.differences] == ["移到“职工人数”之后。"]
    assert told(found) == [("moved", "why")]
    first = [SURVEY[0], SURVEY[3], SURVEY[1], SURVEY[2], *SURVEY[4:]]
    assert [change.words.zh for change in changes(form(), form(first)).differences] == ["移到本组最前。"]


def test_labels_types_choices_and_rules() -> None:
    survey = replaced(SURVEY, "职工人数", "从业人数")
    survey[1][0] = "decimal"
    survey[2][3] = "${staff} > 10"
    choices = [*CHOICES[:2], ["yn", "even", "持平", ""]]
    found = changes(form(), form(survey, choices=choices))
    assert told(found) == [("type", "staff"), ("label", "staff"), ("choices", "loss"), ("rule", "loss")]
    said = {change.kind: change.words.zh for change in found.differences}
    assert said["label"] == "题目由“职工人数”改为“从业人数”。"
    assert "“持平”" in said["choices"]
    assert "“否”" in said["choices"]
    assert said["rule"] == "显示条件由“${staff} > 0”改为“${staff} > 10”。"
    assert {text.zh for text in found.indicators} == {"T2 企业基本构成（合计）", "T5 盈亏（各选项家数和占比）"}


def test_rules_are_quoted_as_in_the_sheet_and_required_is_said() -> None:
    survey = replaced(SURVEY, "yes", "${loss} = 'y' or not(${staff} > 0 and ${staff} < 9)")
    survey[3][3] = "${loss} = 'y'"
    survey[5][4] = "yes"
    said = {change.name: change.words.zh for change in changes(form(), form(survey)).differences}
    assert said["staff"] == "是否必答由“必答”改为“${loss} = 'y' or not(${staff} > 0 and ${staff} < 9)”。"
    assert said["why"] == "显示条件由“无”改为“${loss} = 'y'”。"
    assert said["remark"] == "是否必答由“可不填”改为“必答”。"


def test_a_reworded_choice_is_said_before_and_after() -> None:
    found = changes(form(), form(choices=[CHOICES[0], CHOICES[1], ["yn", "n", "不是", ""]]))
    assert [change.words.zh for change in found.differences] == ["选项：“否”改为“不是”。"]


def test_a_rule_of_a_group_touches_what_is_in_it() -> None:
    survey = [["begin group", "g", "第一页", "${remark} != ''", "", ""], *SURVEY[1:]]
    found = changes(form(), form(survey))
    assert told(found) == [("rule", "g")]
    assert len(found.indicators) == 2


def test_without_the_sheet_a_question_is_known_by_its_place() -> None:
    found = changes(form(facts=[]), form(replaced(SURVEY, "why", "reason"), facts=[]))
    assert told(found) == [("added", "reason"), ("removed", "why")]


def test_what_the_sheet_says_of_a_question_is_compared() -> None:
    facts = [["staff", "/g/staff", "q1", "mean", "T5"], *FACTS[1:]]
    found = changes(form(), form(facts=facts))
    assert told(found) == [("facts", "staff")]
    assert found.differences[0].words.zh == "报告用法由“合计”改为“平均值”；所在表由“T2”改为“T5”。"
    assert [text.zh for text in found.indicators] == ["T5 盈亏（平均值）"]
