"""XLS, CSV and a ZIP of CSVs are the same form as the XLSX: the package is the same byte for byte."""

import pytest

from surveys.questionnaire.package.package import package_bytes
from surveys.questionnaire.package.reader import read_sheets, read_workbook
from surveys.questionnaire.sheets.sheets import Sheet
from tests.surveys.questionnaire.model_form import SAMPLES, WORKBOOK
from tests.surveys.questionnaire.other_formats import as_csv, as_xls, as_zip, rows_of_xlsx

FORMS = [WORKBOOK, *sorted(SAMPLES.glob("0[1-5]*.xlsx"))]
WRITERS = {"xls": as_xls, "csv": as_csv, "zip": as_zip}


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem[:12])
def test_every_format_gives_the_same_package(path, ending) -> None:
    data = path.read_bytes()
    other = read_workbook(WRITERS[ending](rows_of_xlsx(data)), name=f"form.{ending}", media=True)
    assert (other.faults, other.warnings) == ([], [])
    assert other.package is not None
    first = read_workbook(data, media=True).package
    assert first is not None
    assert package_bytes(other.package) == package_bytes(first)


@pytest.mark.parametrize("ending", WRITERS)
def test_faults_have_the_places_that_a_spreadsheet_shows(ending) -> None:
    """In a CSV with sections the rows are those of the file, as a spreadsheet program shows them."""
    path = next(SAMPLES.glob("08*.xlsx"))
    sheets = rows_of_xlsx(path.read_bytes())
    first = [(fault.code, fault.sheet, fault.row) for fault in read_workbook(path.read_bytes()).faults]
    found = [(fault.code, fault.sheet, fault.row) for fault in read_workbook(WRITERS[ending](sheets), name="a").faults]
    if ending != "csv":
        assert found == first
        return
    starts, at = {}, 1
    for name, rows in sheets.items():
        starts[name] = at
        at += 1 + len(rows)
    assert found == [(code, sheet, row and row + starts[sheet]) for code, sheet, row in first]


def test_a_csv_in_the_encoding_of_chinese_programs() -> None:
    text = as_csv({"survey": [["type", "name", "label"], ["text", "a", "企业名称"]]}).decode().encode("gb18030")
    package = read_workbook(text, name="form.csv").package
    assert package is not None
    assert "企业名称" in package["itext"]["zh-CN"].values()


def test_a_csv_of_the_sheet_survey_alone() -> None:
    reading = read_workbook("type,name,label\ntext,a,企业名称\n".encode(), name="survey.csv")
    assert reading.package is not None


def test_a_csv_without_any_sheet_of_a_form() -> None:
    assert [fault.code for fault in read_workbook("企业,区\n甲,番禺\n".encode(), name="a.csv").faults] == [
        "not_a_form_csv"
    ]


def _rows(*rows: dict[str, str]) -> dict[str, Sheet]:
    return {"survey": Sheet.of_rows("survey", [*rows, {"type": "text", "name": "last", "label": "L"}])}


def test_every_type_that_pyxform_knows_is_read_or_named() -> None:
    """Nothing is dropped in silence: a question is there, or its row is told."""
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

    silent = []
    for kind in QUESTION_TYPE_DICT:
        reading = read_sheets(_rows({"type": kind, "name": "a", "label": "A", "calculation": "1"}), media=True)
        told = any(fault.row == 2 for fault in (*reading.faults, *reading.warnings))
        asked = reading.package and any(definition["name"] == "a" for definition in reading.package["defs"])
        if not told and not asked:
            silent.append(kind)
    assert silent == []


def test_every_column_that_pyxform_knows_is_used_or_named() -> None:
    from pyxform.aliases import survey_header

    used = {
        "constraint_message",
        "required_message",
        "constraining_message",
        "requiredmsg",
        "repeat_count",
        "count",
        "jr:count",
    }
    silent = []
    for column in survey_header:
        reading = read_sheets(_rows({"type": "text", "name": "a", "label": "A", column: "x1"}), media=True)
        if not reading.faults and not reading.warnings and column not in used:
            silent.append(column)
    assert silent == []


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"type": "select_one yn or_other"}, "select_one"),
        ({"type": "select all that apply from yn"}, "select_multiple"),
        ({"type": "add select one prompt using yn"}, "select_one"),
        ({"type": "rank yn"}, "rank"),
        ({"type": "range", "parameters": "start=1 end=5 step=1"}, "range"),
        ({"type": "add dateTime prompt"}, "dateTime"),
        ({"type": "percentage"}, "integer"),
        ({"type": "q geopoint"}, "geopoint"),
        ({"type": "barcode"}, "barcode"),
        ({"type": "acknowledge"}, "acknowledge"),
        ({"type": "hidden"}, "hidden"),
    ],
)
def test_types_under_all_their_names(row: dict[str, str], kind: str) -> None:
    sheets = _rows({"name": "a", "label": "A", **row})
    choices = [{"list_name": "yn", "name": "y", "label": "Y"}, {"list_name": "yn", "name": "n", "label": "N"}]
    reading = read_sheets({**sheets, "choices": Sheet.of_rows("choices", choices)}, media=True)
    assert reading.package is not None, [fault.sentence("en") for fault in reading.faults]
    assert next(definition["type"] for definition in reading.package["defs"] if definition["name"] == "a") == kind
