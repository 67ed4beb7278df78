"""Every kind of fault has a workbook that has it (`tests/cases/faults/<kind>.md`), and says where, why and what to do."""

import re

import pytest

from surveys.questionnaire.package.check import check_workbook
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.sheets.cell_faults import CellFaultKind
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from tests.surveys.questionnaire.model_form import CASES, SAMPLES
from tests.surveys.questionnaire.workbooks import tables, workbook

FILES = sorted((CASES / "faults").glob("*.md"))
# Faults of files are made in test_workbook.py and test_attachments.py; what the converter says by itself in
# test_converter.py, and what needs an attached picture too.
ELSEWHERE = {
    "column_duplicate",
    "converter_warning",
    "conversion_refused",
    "big_image_alone",
    "list_twice",
    "groups_too_deep",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_fault(path) -> None:
    text = path.read_text("utf-8")
    place = re.search(r"^(Fault|Warning): sheet `(.+?)`(?:, row (\d+))?(?:, column `(.+?)`)?$", text, re.MULTILINE)
    assert place is not None
    reading = read_workbook(workbook(tables(text)))
    found = reading.faults if place[1] == "Fault" else reading.warnings
    # A text that shows a phone's number says so itself, besides the question that stays empty.
    found = [fault for fault in found if (fault.code, path.stem) != ("feature_ignored", "metadata_shown")]
    assert (reading.package is None) == (place[1] == "Fault")
    places = [(fault.code, fault.sheet, fault.row, fault.column) for fault in found]
    assert places == [(path.stem, place[2], int(place[3]) if place[3] else None, place[4])]
    _speaks(found[0])


def _speaks(fault: Fault) -> None:
    said = fault.as_json()
    for language in ("zh", "en"):
        assert said["cause"][language].strip()
        assert said["remedy"][language].strip()
        assert not re.search(r"\{[a-z_]+\}", re.sub(r"\$\{\w+\}", "", fault.sentence(language)))


def test_every_kind_has_a_case() -> None:
    kinds = {kind.code for kind in (*FaultKind, *CellFaultKind)}
    assert kinds == {path.stem for path in FILES} | ELSEWHERE


def test_eight_errors_at_once() -> None:
    """Sample 08, as samples/errors-expected.md says: all eight, in sheet and row order, and nothing about row 9."""
    found = check_workbook((SAMPLES / "08-broken-eight-errors.xlsx").read_bytes(), "08.xlsx")["errors"]
    assert [(error["code"], error["sheet"], error["row"], error["column"]) for error in found] == [
        ("unknown_type", "survey", 2, "type"),
        ("list_missing", "survey", 3, "type"),
        ("name_invalid", "survey", 4, "name"),
        ("group_not_closed", "survey", 5, "type"),
        ("expression_syntax", "survey", 6, "constraint"),
        ("name_duplicate", "survey", 7, "name"),
        ("reference_unknown", "survey", 8, "relevant"),
        ("choice_duplicate", "choices", 4, "name"),
    ]
    assert found[0]["remedy"]["en"] == "Did you mean “select_one yes_no”?"
    assert found[4]["remedy"]["zh"] == "请改为“(. > 0 and . <= 100)”。"
    assert found[6]["remedy"]["zh"] == "您是否想写“${amount}”？"
