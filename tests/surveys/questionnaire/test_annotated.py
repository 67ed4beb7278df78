"""A form with its faults as comments: each at its cell, also an empty one; what belongs to no cell stands at the first."""

import io

import openpyxl

from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.sheets.annotated import annotated
from surveys.questionnaire.sheets.workbook import open_workbook
from tests.surveys.questionnaire.workbooks import workbook

SHEETS = {
    "survey": [["type", "name", "label", "colour"], ["text", "", "单位", "x"], ["select_one yn", "q", "有无", ""]],
    "choices": [["list_name", "name", "label"], ["other", "a", "甲"]],
    "spare": [["a"], ["b"]],
}


def test_every_fault_is_a_comment_and_the_cells_keep_what_they_have() -> None:
    data = workbook(SHEETS)
    reading, (sheets, _unread) = read_workbook(data), open_workbook(data, "form.xlsx")
    found = [*reading.faults, *reading.warnings]
    book = openpyxl.load_workbook(io.BytesIO(annotated(sheets, found, "zh")))
    noted = {
        f"{sheet.title}!{cell.coordinate}": cell.comment.text
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }
    assert book["survey"]["C2"].value == "单位"
    assert "survey!B2" in noted, "an empty cell has its comment too"
    assert "yn" in noted["survey!A3"]
    for fault in found:
        assert any(fault.cause("zh") in text for text in noted.values()), fault.sentence("zh")
