"""What pyxform would refuse in English is told by our own checks, at its cell; what is left says what to do, with its words as a detail."""

import re

import pytest

from surveys.questionnaire.checking.checks import check_survey
from surveys.questionnaire.package import converter
from surveys.questionnaire.package.reader import read_sheets, read_workbook
from surveys.questionnaire.sheets.cell_faults import CellFaultKind
from surveys.questionnaire.sheets.sheets import Sheet
from tests.surveys.questionnaire.workbooks import workbook

T = {"type": "text", "name": "t", "label": "T"}
YN = [{"list_name": "yn", "name": "1", "label": "Y"}, {"list_name": "yn", "name": "2", "label": "N"}]
TABLE = {"type": "begin group", "name": "g", "label": "G", "appearance": "table-list"}
END = {"type": "end group"}


def a(**cells: str) -> dict[str, str]:
    return {"type": "text", "name": "a", "label": "A", **cells}


def ranged(parameters: str, **cells: str) -> list[dict[str, str]]:
    return [a(type="range", parameters=parameters, **cells), T]


# The refusals of pyxform's ErrorCode and of its older messages that a row, the choices or the settings can bring about.
REFUSED: dict[str, tuple[list[dict[str, str]], str]] = {
    "RANGE_001 start": (ranged("start=x"), "parameter_value"),
    "RANGE_001 infinite": (ranged("end=inf"), "parameter_value"),
    "RANGE_001 no number": (ranged("start=nan end=3"), "parameter_value"),
    "RANGE_001 full-width": (ranged("start=１ end=５"), "parameter_value"),
    "RANGE_001 thirty digits": (ranged("start=1 end=" + "9" * 30), "parameter_value"),
    "RANGE_002": (ranged("start=1 end=5 step=0"), "range_step"),
    "RANGE_003": (ranged("start=1 end=5 step=9"), "range_step"),
    "RANGE_003 one value": (ranged("start=5 end=5"), "range_empty"),
    "a step against its range": (ranged("start=1 end=5 step=-1"), "range_step"),
    "SURVEY_004": (ranged("start:1,end:5"), "parameters_syntax"),
    "SURVEY_004 without a value": ([a(parameters="rows"), T], "parameters_syntax"),
    "NAMES_001": ([T, T], "name_duplicate"),
    "NAMES_004": ([TABLE | {"name": "g"}, {"type": "begin repeat", "name": "r", "label": "R"}, T, {"type": "end repeat"}, END, {"type": "begin repeat", "name": "r", "label": "R"}, T, {"type": "end repeat"}], "repeat_name_twice"),
    "NAMES_005": ([a(name="meta"), T], "name_reserved"),
    "NAMES_008": ([a(name="1a"), T], "name_invalid"),
    "NAMES_008 value=": ([a(type="select_one_from_file f.csv", parameters="value=1x label=b"), T], "parameter_value"),
    "HEADER_002": ([a(relevant="1 = 1", relevance="1 = 1"), T], "column_same"),
    "HEADER_003": ([{"type": "text", "label": "A"}], "column_missing"),
    "PYREF_001 trigger": ([a(calculation="1", trigger="t"), T], "trigger_syntax"),
    "PYREF_002 trigger": ([a(calculation="1", trigger="${t} ${b}"), T, a(name="b")], "trigger_syntax"),
    "PYREF_003 trigger on a group": ([TABLE, T, END, a(calculation="1", trigger="${g}")], "trigger_not_asked"),
    "not user-visible": ([{"type": "calculate", "name": "c", "calculation": "1"}, a(calculation="1", trigger="${c}")], "trigger_not_asked"),
    "no label or hint": ([{"type": "integer", "name": "a"}, T], "label_missing"),
    "guidance alone": ([{"type": "text", "name": "a", "guidance_hint": "G"}, T], "label_missing"),
    "Missing calculation": ([{"type": "calculate", "name": "c"}, T], "calculation_missing"),
    "no name": ([TABLE | {"name": ""}, T, END], "name_missing"),
    "Choice filter with or_other": ([a(type="select_one yn or_other", choice_filter="name = 1"), T], "other_with_filter"),
    "or_other of a file": ([a(type="select_one_from_file f.csv or_other"), T], "other_with_filter"),
    "Choice filter in table-list": ([TABLE, a(type="select_one yn", choice_filter="name = 1"), END], "table_list_filter"),
    "lists of a table-list": ([TABLE, a(type="select_one yn"), a(type="select_one ab", name="b"), END], "table_list_mixed"),
    "file extension": ([a(type="select_one_from_file f.txt"), T], "file_ending"),
    "list with a blank": ([a(type="select_one y n"), T], "list_name_invalid"),
    "loop": ([{"type": "begin loop over yn", "name": "l", "label": "L"}, T, {"type": "end loop"}], "type_unsupported"),
    "SURVEY_001": ([T, {"type": "end repeat"}], "group_not_opened"),
    "SURVEY_002": ([{"type": "begin repeat", "name": "r", "label": "R"}, T], "group_not_closed"),
}  # fmt: skip
CHOICES = [*YN, {"list_name": "ab", "name": "1", "label": "A"}, {"list_name": "y n", "name": "1", "label": "A"}]
# What pyxform refuses and has no effect here: it is told, left out, and the form is read.
TOLD: dict[str, tuple[dict[str, str], str]] = {
    "SURVEY_005": (a(parameters="foo=1"), "parameter_unknown"),
    "RANGE_004": (a(type="range", parameters="start=0 end=10 step=2 tick_interval=3"), "feature_ignored"),
    "RANGE_005": (a(type="range", parameters="end=10 placeholder=30"), "feature_ignored"),
    "RANGE_006": (a(type="range", parameters="end=10 tick_labelset=nothing"), "feature_ignored"),
    "rows": (a(parameters="rows=many"), "feature_ignored"),
    "max-pixels": (a(type="image", parameters="max-pixels=many"), "parameter_value"),
    "app": (a(type="image", parameters="app=camera"), "feature_ignored"),
    "quality": (a(type="audio", parameters="quality=best"), "parameter_value"),
    "SURVEY_007": (a(type="geopoint", parameters="capture-accuracy=x"), "feature_ignored"),
    "SURVEY_008": (a(type="geopoint", parameters="warning-accuracy=x"), "feature_ignored"),
    "SURVEY_009": (a(type="geopoint", parameters="allow-mock-accuracy=x"), "feature_ignored"),
    "SURVEY_003": (a(type="geotrace", parameters="incremental=x"), "feature_ignored"),
    "SURVEY_006": (a(type="geopoint", parameters="reference-geometry=x"), "feature_ignored"),
    "randomize": (a(type="select_one yn", parameters="randomize = perhaps"), "feature_ignored"),
    "seed": (a(type="select_one yn", parameters="seed=x"), "feature_ignored"),
    "audit name": ({"type": "audit", "name": "log"}, "feature_ignored"),
    "audit parameters": ({"type": "audit", "parameters": "track-changes=perhaps"}, "feature_ignored"),
    "bind type": (a(type="select_one yn", **{"bind::type": "int"}), "feature_ignored"),
    "a column that is no XML": (a(**{"body::a b": "x"}), "feature_ignored"),
    "a name in a strange space": (a(**{"bind::x:y": "x"}), "feature_ignored"),
}


def read(rows: list[dict[str, str]], **sheets: list[dict[str, str]]):
    given = {"survey": rows, "choices": CHOICES, **sheets}
    return read_sheets({name: Sheet.of_rows(name, each) for name, each in given.items()}, media=True)


@pytest.mark.parametrize(("rows", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_refusal_is_told_at_its_cell_in_our_words(rows: list[dict[str, str]], code: str) -> None:
    reading = read(rows)
    assert reading.package is None
    told = [fault for fault in reading.faults if fault.code == code]
    assert told, [fault.sentence("en") for fault in reading.faults]
    assert all(fault.sheet and fault.row and fault.column for fault in told)
    assert not any(fault.kind is CellFaultKind.CONVERSION_REFUSED for fault in reading.faults)
    for fault in told:
        assert not re.search(r"[a-z]+ [a-z]+ [a-z]+ [a-z]+", re.sub(r"“[^”]*”", "", fault.sentence("zh")))


@pytest.mark.parametrize(("row", "code"), TOLD.values(), ids=TOLD.keys())
def test_what_has_no_effect_here_does_not_stop_a_form(row: dict[str, str], code: str) -> None:
    reading = read([row, T])
    assert reading.package is not None, [fault.sentence("en") for fault in reading.faults]
    assert (code, 2) in [(fault.code, fault.row) for fault in reading.warnings]


def test_settings_that_pyxform_refuses() -> None:
    for cells, code in (
        ({"name": "1 x"}, "name_invalid"),
        ({"name": "t"}, "name_reserved"),
        ({"title": "A", "form_title": "B"}, "column_same"),
        ({"instance_name": "concat(${t}"}, "expression_syntax"),
    ):
        [fault] = read([T], settings=[cells]).faults
        assert (fault.code, fault.sheet, bool(fault.column)) == (code, "settings", True)
    for cells in ({"namespaces": "x"}, {"flat": "yes"}, {"omit_instanceid": "yes", "public_key": "k"}, {"prefix": "p"}):
        assert read([T], settings=[cells]).package is not None


def test_corrections_are_offered_for_parameters_and_triggers() -> None:
    rows = [
        *ranged("start：１ end：５"),
        a(name="b", calculation="1", trigger="＄｛t｝、a"),
        a(name="c", default="2026/3/15", type="date"),
    ]
    found = {(fault.row, fault.column): fault.proposal for fault in (*read(rows).faults, *read(rows).warnings)}
    assert found[2, "parameters"] == "start=1 end=5"
    assert found[4, "trigger"] == "${t}, ${a}"
    assert found[5, "default"] == "2026-03-15"


def test_one_name_for_a_list_and_a_file() -> None:
    rows = [["type", "name", "label"], ["select_one yn", "a", "A"], ["csv-external", "yn", ""]]
    form = workbook({"survey": rows, "choices": [["list_name", "name", "label"], ["yn", "y", "Y"]]})
    [fault] = read_workbook(form, attached={"yn.csv": b"name,label\na,A\n"}).faults
    assert (fault.code, fault.sheet, fault.row, fault.column) == ("list_twice", "survey", 2, "type")


def test_a_big_image_needs_an_image() -> None:
    rows = [["type", "name", "label", "big-image"], ["text", "a", "A", "a.png"]]
    faults = read_workbook(workbook({"survey": rows}), attached={"a.png": b"\x89PNG\r\n\x1a\n"}).faults
    assert [(fault.code, fault.row, fault.column) for fault in faults if fault.code == "big_image_alone"] == [
        ("big_image_alone", 2, "big-image")
    ]


def test_a_refusal_that_nobody_foresaw_says_what_to_do_and_quotes_it() -> None:
    sheet = Sheet.of_rows("survey", [T, a()])
    survey = check_survey(sheet, {})
    for message, row in (
        ("[row : 3] Something new is wrong.", 3),
        ("The survey element named 'a' has something new.", 3),
        ("Something new without a place.", None),
    ):
        fault = converter._refusal(message, sheet.rows, "survey", survey)
        assert (fault.code, fault.row) == ("conversion_refused", row)
        assert "omething new" in fault.cause("zh")
        assert fault.cause("zh").startswith("XLSForm 转换程序不接受这里的写法。原文：")
        assert "删去这一行再上传" in fault.remedy("zh")


def test_a_failure_of_the_converter_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_text: str) -> None:
        raise KeyError("anything")

    monkeypatch.setattr(converter, "read_xform", fail)
    [fault] = read([T]).faults
    assert fault.code == "conversion_refused"
    assert "Traceback" not in fault.sentence("zh")


def test_columns_of_choices_that_are_called_like_columns_of_survey() -> None:
    """`tag`, `count` and the like are other names of columns of survey; in choices they are columns to filter by."""
    rows = [T, a(type="select_one yn", choice_filter="tag = ${t}")]
    choices = [{**row, "tag": "x", "count": "5", "command": "y"} for row in YN]
    package = read(rows, choices=choices).package
    assert package is not None
    assert [(row["name"], row["tag"]) for row in package["sec"]["yn"]] == [("1", "x"), ("2", "x")]
