"""A form leaves as an XLSForm that reads back identically, whatever format it came in."""

import io

import pytest

from surveys.questionnaire.package.package import package_hash
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.sheets.export import workbook_of
from surveys.questionnaire.sheets.workbook import open_workbook
from tests.surveys.questionnaire.model_form import SAMPLES, WORKBOOK
from tests.surveys.questionnaire.other_formats import as_csv, rows_of_xlsx
from tests.surveys.questionnaire.workbooks import workbook

FORMS = [WORKBOOK, *sorted(SAMPLES.glob("0[1-7]*.xlsx"))]


def exported(data: bytes) -> bytes:
    sheets, faults = open_workbook(data, "form")
    assert faults == []
    return workbook_of(sheets)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem[:12])
def test_read_export_read(path) -> None:
    data = path.read_bytes()
    again = exported(data)
    for media in (False, True):
        first, second = read_workbook(data, media=media), read_workbook(again, media=media)
        assert first.package is not None
        assert second.package is not None
        assert package_hash(first.package) == package_hash(second.package)
        assert [(one.code, one.row, one.column) for one in first.warnings] == [
            (one.code, one.row, one.column) for one in second.warnings
        ]
    assert exported(again) == again


def test_a_note_needs_no_name() -> None:
    rows = [["type", "name", "label"], ["note", "", "请先读这段话"], ["text", "t", "名称"], ["note", "", "谢谢"]]
    data = workbook({"survey": rows})
    reading = read_workbook(data)
    assert reading.faults == []
    assert reading.package is not None
    notes = ["/generated_note_name_2", "/generated_note_name_4"]
    assert [one["path"] for one in reading.package["defs"] if one.get("type") == "note"] == notes
    sheets, _faults = open_workbook(exported(data), "form")
    assert [cells.get("name") for _number, cells in sheets["survey"].rows] == [None, "t", None]
    again = read_workbook(exported(data)).package
    assert again is not None
    assert package_hash(again) == package_hash(reading.package)


def test_faults_keep_their_rows() -> None:
    data = next(SAMPLES.glob("08*.xlsx")).read_bytes()
    first, second = read_workbook(data), read_workbook(exported(data))
    assert [(one.code, one.row, one.column) for one in first.faults] == [
        (one.code, one.row, one.column) for one in second.faults
    ]


def test_a_csv_leaves_as_a_workbook() -> None:
    data = as_csv(rows_of_xlsx(WORKBOOK.read_bytes()))
    first, second = read_workbook(data).package, read_workbook(exported(data)).package
    assert first is not None
    assert second is not None
    assert package_hash(first) == package_hash(second)


def test_a_rule_stays_text() -> None:
    """What begins with = + - @ is neither a formula nor changed."""
    import openpyxl

    rows = [["type", "name", "label", "calculation"], ["integer", "a", "=A1", ""], ["calculate", "b", "", "-${a} + 1"]]
    csv = as_csv({"survey": rows})
    out = exported(csv)
    cells = [
        cell for row in openpyxl.load_workbook(io.BytesIO(out))["survey"].iter_rows() for cell in row if cell.value
    ]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {"=A1", "-${a} + 1"} <= {str(cell.value) for cell in cells}
    assert read_workbook(out).package == read_workbook(csv).package
