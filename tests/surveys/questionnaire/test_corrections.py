"""What is offered for a cell that cannot be read, and the workbook with it: one press, and the form is read."""

import io
import time

import pytest

from surveys.questionnaire.checking.repairs import FUNCTION_NAMES, Nearest, half_width, repaired_rule, repaired_text
from surveys.questionnaire.package.check import check_workbook
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.sheets.corrections import Correction, corrected, corrections
from tests.surveys.questionnaire.model_form import SAMPLES
from tests.surveys.questionnaire.workbooks import workbook

NAMES = Nearest(["amount", "员工数", "diff_types", "p_text"])
PASTED = {
    "survey": [
        ["type", "name", "label", "relevant", "constraint", "calculation"],
        ["integer", "amount", "金额", "", "（. ＞ 0 and . ＜= １００）", ""],
        ["select_one yes_no", "agree", "共＄｛amount｝万元，是否同意", "${amuont} > 0", "", ""],
        ["text", "reason", "理由", "${agree} = ‘n’ and string－length（${agree}） = 1", "regexp(.， “^[0-9]+$”)", ""],
        ["calculate", "share", "", "", "", "round（${amount}÷3，2）"],
        ["ｔｅｘｔ", "remark", "备注", "", "", ""],
    ],
    "choices": [["list_name", "name", "label"], ["yes_no", "y", "是"], ["yes_no", "n", "否"]],
}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("（. > 0 and . <= 100）", "(. > 0 and . <= 100)"),
        ("(. > 0 and . <= 100", "(. > 0 and . <= 100)"),
        ("selected（＄｛diff_types｝，“loan”）", 'selected(${diff_types},"loan")'),
        ("${员工数}＞＝２０", "${员工数}>=20"),
        ("${amount} ≥ 1 and ${amount} ≠ 5", "${amount} >= 1 and ${amount} != 5"),
        ("${amount} == 3 && ${p_text} <> 'x'", "${amount} = 3 and ${p_text} != 'x'"),
        ("${amuont} > 0", "${amount} > 0"),
        ("${amount} => 3", "${amount} >= 3"),
        ("${amount} =< 3", "${amount} <= 3"),
        ("${amount} ! = 3", "${amount} != 3"),
        ("${amount}>3且${amount}<9 或 ${amount}=20", "${amount}>3 and ${amount}<9 or ${amount}=20"),
        ("${p_text} 是 '是' 或者 ${p_text} 不是 '且'", "${p_text} = '是' or ${p_text} != '且'"),
        ("${amount} 大于等于 3 并且 ${amount} 不大于 9", "${amount} >= 3 and ${amount} <= 9"),
        ("${amount} = 1 AND ${员工数} = 2", "${amount} = 1 and ${员工数} = 2"),
        ("${amount > 3 且 ${员工数} ≥ 2", "${amount} > 3 and ${员工数} >= 2"),
        ("selected(${diff_types, 'loan')", "selected(${diff_types}, 'loan')"),
        ("${amount) > 3", "${amount} > 3"),
        ("$amount > 3 and {员工数} > 2", "${amount} > 3 and ${员工数} > 2"),
        ("=${amount} > 3;", "${amount} > 3"),
        ("${ａｍｏｕｎｔ} > 0", "${amount} > 0"),
        ("${AMOUNT} > 0", "${amount} > 0"),
        ("strng-length(.) < 5", "string-length(.) < 5"),
        ("．＝“甲（乙），丙”", '.="甲（乙），丙"'),  # what stands in quotes is left alone
        ("if（selected(${diff_types}, 'a'), concat（‘（’, ${amount}, ‘）’）, '')", "if(selected(${diff_types}, 'a'), concat('（', ${amount}, '）'), '')"),
        ("${amount} > 3 and 然后呢 吗", None),
        ("${something_else} > 0", None),
        ("${amount} > 0", None),  # nothing is wrong with it
        ("(((", None),
    ],
)  # fmt: skip
def test_repaired_rule(text: str, wanted: str | None) -> None:
    assert repaired_rule(text, NAMES) == wanted


def test_names_that_stand_bare_are_offered_as_references() -> None:
    rows = [
        ["type", "name", "label", "relevant"],
        ["integer", "amount", "金额", ""],
        ["text", "t", "T", "amount > 3 and 'amount' != ''"],
    ]
    [fault] = read_workbook(workbook({"survey": rows})).faults
    assert (fault.code, fault.row, fault.proposal) == ("path_unknown", 3, "${amount} > 3 and 'amount' != ''")


def test_a_bare_word_that_names_nothing_is_offered_in_quotes() -> None:
    rows = [
        ["type", "name", "label", "choice_filter"],
        ["select_one colours", "pale", "浅色", "pastel=yes and name != 'yes'"],
    ]
    choices = [
        ["list_name", "name", "label", "pastel"],
        ["colours", "red", "红", "no"],
        ["colours", "rose", "粉", "yes"],
    ]
    settings = [["form_title", "instance_name"], ["颜色", "Colours-v1"]]
    faults = read_workbook(workbook({"survey": rows, "choices": choices, "settings": settings})).faults
    assert [(fault.code, fault.sheet, fault.row, fault.column, fault.proposal) for fault in faults] == [
        ("path_unknown", "survey", 2, "choice_filter", "pastel='yes' and name != 'yes'"),
        ("path_unknown", "settings", 2, "instance_name", "'Colours-v1'"),
    ]


def test_a_column_or_sheet_that_is_nearly_known_gets_its_name() -> None:
    rows = [["type", "name", "label", "relevent", "内部备注"], ["text", "a", "A", "1 = 1", "x"]]
    warnings = read_workbook(workbook({"survey": rows, "choicse": [["list_name"], ["a"]]})).warnings
    said = {warning.column or warning.sheet: warning.remedy("zh") for warning in warnings}
    assert said["relevent"] == "您是否想写“relevant”？"
    assert "拼写" in said["内部备注"]
    assert said["choicse"] == "您是否想写“choices”？"
    [fault] = read_workbook(workbook({"survey": [["tpye", "name", "label"], ["text", "a", "A"]]})).faults
    assert fault.remedy("zh") == "请把第1行的“tpye”改为“type”。"


def test_one_cause_is_one_fault() -> None:
    """An error value in a cell is not told again as a missing name, nor a file that is missing as a path to nothing."""
    import openpyxl

    rows = [["type", "name", "label"], ["text", "a", "A"], ["select_one_from_file f.csv", "b", "B"], ["${", "c", "C"]]
    book = openpyxl.load_workbook(io.BytesIO(workbook({"survey": rows})))
    book["survey"]["B2"] = "#REF!"
    out = io.BytesIO()
    book.save(out)
    faults = read_workbook(out.getvalue()).faults
    assert [(fault.code, fault.row) for fault in faults] == [
        ("cell_error", 2),
        ("attachment_missing", 3),
        ("unknown_type", 4),
    ]


def test_texts_for_people_keep_their_chinese_punctuation() -> None:
    assert repaired_text("共＄｛amount｝万元（含），“＄｛p_text｝”", NAMES) == "共${amount}万元（含），“${p_text}”"
    assert repaired_text("（含税），共￥5", NAMES) is None
    assert repaired_text("共${amount万元，${员工数", NAMES) == "共${amount}万元，${员工数}"
    assert half_width("“（全角）”＝．") == '"（全角）"=.'


def test_one_press_corrects_what_was_pasted_from_another_program() -> None:
    data = workbook(PASTED)
    reading = read_workbook(data, name="表.xlsx")
    assert reading.package is None
    found = corrections(data, "表.xlsx", reading.faults)
    assert sorted((one.row, one.column, one.new_text) for one in found) == [
        (2, "constraint", "(. > 0 and . <= 100)"),
        (3, "label", "共${amount}万元，是否同意"),
        (3, "relevant", "${amount} > 0"),
        (4, "constraint", 'regex(., "^[0-9]+$")'),
        (4, "relevant", "${agree} = 'n' and string-length(${agree}) = 1"),
        (5, "calculation", "round(${amount} div 3,2)"),
        (6, "type", "text"),
    ]
    name, better = corrected(data, "表.xlsx", found)
    assert name == "表.xlsx"
    again = read_workbook(better, name=name)
    assert again.faults == []
    assert again.package is not None


def test_only_what_is_wanted_is_corrected_and_the_rest_of_the_file_stays() -> None:
    import openpyxl

    data = workbook({**PASTED, "说明": [["内部说明", "第一行"]]})
    found = corrections(data, "form.xlsx", read_workbook(data).faults)
    _name, better = corrected(data, "form.xlsx", [found[0], Correction("survey", 3, "label", "别的内容", "x")])
    before, after = (openpyxl.load_workbook(io.BytesIO(each)) for each in (data, better))
    changed = [
        (title, cell.coordinate)
        for title in before.sheetnames
        for row in before[title].iter_rows()
        for cell in row
        if cell.value != after[title][cell.coordinate].value
    ]
    assert changed == [("survey", "E2")]


def test_a_csv_comes_back_as_a_workbook() -> None:
    data = "survey,,,\n,type,name,label,relevant\n,integer,n,N,\n,text,t,T,${n}＞3\n".encode()
    reading = read_workbook(data, name="form.csv")
    found = corrections(data, "form.csv", reading.faults)
    assert [one.new_text for one in found] == ["${n}>3"]
    name, better = corrected(data, "form.csv", found)
    assert name == "form.xlsx"
    assert read_workbook(better, name=name).package is not None


def test_the_proposal_is_part_of_what_check_prints() -> None:
    errors = check_workbook((SAMPLES / "08-broken-eight-errors.xlsx").read_bytes(), "08.xlsx")["errors"]
    assert {error["code"]: error["proposal"] for error in errors if error["proposal"]} == {
        "unknown_type": "select_one yes_no",
        "expression_syntax": "(. > 0 and . <= 100)",
        "reference_unknown": "${amount} > 0",
    }


def test_faults_that_hide_behind_others_are_told_at_the_same_time() -> None:
    """pyxform takes no faulty workbook, but circles and paths are only seen behind it: they are told all the same."""
    rows = [
        ["type", "name", "label", "relevant", "calculation"],
        ["selct_one a", "q", "Q", "", ""],
        ["calculate", "a", "", "", "${b}"],
        ["calculate", "b", "", "", "${a}"],
        ["text", "t", "T", "/data/nothing = 1", ""],
        ["text", "t", "T", "(${q} = 1", ""],
        ["begin group", "g", "G", "", ""],
    ]
    faults = read_workbook(workbook({"survey": rows})).faults
    assert [(fault.code, fault.row) for fault in faults] == [
        ("unknown_type", 2), ("cycle", 3), ("path_unknown", 5), ("name_duplicate", 6), ("expression_syntax", 6), ("group_not_closed", 7),
    ]  # fmt: skip


def test_every_row_with_wrong_parameters_is_told() -> None:
    rows = [
        ["type", "name", "label", "parameters"],
        *(["range", f"r{n}", "R", "start=x"] for n in range(3)),
        ["text", "t", "T", ""],
    ]
    faults = read_workbook(workbook({"survey": rows})).faults
    assert [(fault.code, fault.row) for fault in faults] == [("parameter_value", row) for row in (2, 3, 4)]


def test_a_workbook_full_of_slips_is_read_in_time() -> None:
    names = [f"question_{number}" for number in range(600)]
    rows: list[list[str]] = [["type", "name", "label", "relevant", "constraint"]]
    for number, name in enumerate(names):
        kind = f"select_one lst{number}x" if number % 3 == 0 else f"txet{number}" if number % 3 == 1 else "text"
        rows.append([kind, name, f"共${{{name}z}}", f"${{quastion_{number}}} == ＂x＂", f"regexp{number}(., 'x')"])
    choices = [["list_name", "name", "label"], *([f"list{number}", "a", "A"] for number in range(600))]
    start = time.process_time()
    faults = read_workbook(workbook({"survey": rows, "choices": choices})).faults
    assert len(faults) > 1500
    assert time.process_time() - start < 20


def test_a_workbook_full_of_slips_takes_nothing_from_the_next_one() -> None:
    for number in range(300):
        FUNCTION_NAMES.find(f"no-such-function-{number}", 0.7)
    assert FUNCTION_NAMES.find("strng-length", 0.7) == "string-length"
