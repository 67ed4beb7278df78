"""Names and spaces as they come out of Chinese input methods and other programs: told at their cell, and corrected."""

import pytest

from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.sheets.corrections import corrected, corrections
from surveys.questionnaire.sheets.xml_names import suggested_name, unfit
from tests.surveys.questionnaire.workbooks import workbook

CHOICES = [["list_name", "name", "label"], ["yn", "y", "是"], ["yn", "n", "否"]]


@pytest.mark.parametrize(
    ("name", "character", "suggestion"),
    [("㙍村", "㙍", "村"), ("甲鿏", "鿏", "甲"), ("𠮷野", "𠮷", "野"), ("ａ", "ａ", "a"), ("企业名称", "", "企业名称"),
     ("a_1.b-c", "", "a_1.b-c"), ("㙍", "㙍", "name"), ("㙍1", "㙍", "q_1")],
)  # fmt: skip
def test_which_names_the_form_can_have(name: str, character: str, suggestion: str) -> None:
    assert (unfit(name), suggested_name(name)) == (character, suggestion)


def test_rare_characters_are_told_with_all_other_faults() -> None:
    rows = [
        ["type", "name", "label"],
        ["text", "㙍村", "村"],
        ["text", "甲鿏", "A"],
        ["txet", "b", "B"],
        ["text", "ａ", "C"],
    ]
    choices = [["list_name", "name", "label", "𠮷"], ["yn", "y", "是", "1"]]
    faults = read_workbook(workbook({"survey": rows, "choices": choices})).faults
    assert [(f.code, f.sheet, f.row, f.column, f.proposal) for f in faults] == [
        ("name_character", "survey", 2, "name", ""),
        ("name_character", "survey", 3, "name", ""),
        ("unknown_type", "survey", 4, "type", "text"),
        ("name_character", "survey", 5, "name", "a"),
        ("name_character", "choices", 1, "𠮷", ""),
    ]


@pytest.mark.parametrize("space", ["\u3000", "\u00a0", "\u2003", "\t"])
def test_one_press_corrects_the_spaces(space: str) -> None:
    rows = [
        ["type", "name", "label"],
        [f"begin{space}group", "g", "组"],
        [f"select_one{space}yn", f"是否{space}亏损", "亏损"],
        [f"end{space}group", "", ""],
        [f"select_multiple yn{space}or_other", "b", "乙"],
        ["txet", "c", "丙"],
    ]
    choices = [*CHOICES, [f"x{space}y", f"a{space}b", "甲"]]
    data = workbook({"survey": rows, "choices": choices})
    faults = read_workbook(data).faults
    assert {f.code for f in faults} <= {"space_unusual", "name_invalid", "unknown_type"}
    name, better = corrected(data, "a.xlsx", corrections(data, "a.xlsx", faults))
    again = read_workbook(better, name=name)
    assert again.faults == []
    assert again.package is not None
    assert [definition["path"] for definition in again.package["defs"]][1:4] == ["/g", "/g/是否_亏损", "/b"]


def test_a_question_may_be_called_data() -> None:
    rows = [
        ["type", "name", "label", "relevant"],
        ["text", "data", "数据", ""],
        ["note", "n", "您写的是${data}", "${data} != ''"],
    ]
    reading = read_workbook(workbook({"survey": rows}))
    assert reading.faults == []
    assert reading.package is not None
    assert [definition["path"] for definition in reading.package["defs"]] == ["", "/data", "/n"]


def test_a_further_column_of_choices_is_only_judged_where_it_is_filled() -> None:
    rows = [["type", "name", "label"], ["select_one yn", "a", "甲"]]
    heads = ["list_name", "name", "label", "备注（内部）", "a:b"]
    told = read_workbook(workbook({"survey": rows, "choices": [heads, ["yn", "y", "是", "1", "2"]]})).faults
    assert [(f.code, f.column, f.values["character"]) for f in told] == [
        ("name_character", "备注（内部）", "（"),
        ("name_character", "a:b", ":"),
    ]
    assert read_workbook(workbook({"survey": rows, "choices": [heads, ["yn", "y", "是", "", ""]]})).faults == []
