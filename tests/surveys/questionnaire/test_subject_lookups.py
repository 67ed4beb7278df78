"""A form looks up what the office knows of its own subject, as it would in a file: `pulldata('assignment', …)`."""

import io

import openpyxl

from surveys.questionnaire.facts import facts
from surveys.questionnaire.package.reader import Reading, read_workbook
from surveys.questionnaire.sheets.faults import FaultKind

NOW = "2023-07-15T10:30:00.000+08:00"
ASSIGNMENT = {"id": "A1", "enterprise_name": "示例厂", "enterprise_uscc": "", "district": "440103"}
REGISTER = {"staff": "85", "section": "C", "address": "人民路1号"}


def read(column: str = "staff") -> Reading:
    book = openpyxl.Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    for row in (
        ["type", "name", "label", "default", "calculation", "constraint"],
        ["integer", "staff", "人数", f"pulldata('assignment', '{column}', 'uscc', 'own')", "", ". < 1000"],
        ["select_one trade", "trade", "行业", "pulldata('assignment', 'section', 'id', '1')", "", ""],
        ["calculate", "street", "", "", "pulldata(“assignment.csv”, “address”, “id”, ${staff})", ""],
        ["calculate", "whose", "", "", "pulldata('assignment', 'name', 'id', 'own')", ""],
        ["note", "where", "${whose}在${street}", "", "", ""],
    ):
        survey.append(row)
    choices = book.create_sheet("choices")
    for row in (
        ["list_name", "name", "label", "code"],
        ["trade", "making", "制造", "C"],
        ["trade", "sale", "批发", "F"],
    ):
        choices.append(row)
    data = io.BytesIO()
    book.save(data)
    return read_workbook(data.getvalue(), name="form.xlsx")


def test_each_visit_is_given_its_own_row_without_a_file() -> None:
    package = read().package
    assert package is not None
    given = facts.preload(package, assignment=ASSIGNMENT, attendance=None, register=REGISTER)
    state = facts.begin(package, given, now=NOW)
    assert state.answers() == {"/staff": "85", "/trade": "making", "/street": "人民路1号", "/whose": "示例厂"}
    assert state.label("/where") == "示例厂在人民路1号"


def test_a_default_is_offered_and_what_the_form_does_not_take_is_asked() -> None:
    package = read().package
    assert package is not None
    given = facts.preload(package, assignment=ASSIGNMENT, attendance=None, register=REGISTER | {"staff": "5000"})
    state = facts.begin(package, given, now=NOW)
    assert state.node("/staff").raw == ""
    state.set("/staff", "90")
    assert state.answers()["/staff"] == "90"


def test_a_name_the_register_does_not_have_is_told() -> None:
    [fault] = read("profit").faults
    assert (fault.kind, fault.sheet, fault.row, fault.column) == (FaultKind.FACT_UNKNOWN, "survey", 2, "default")
    assert "staff" in fault.remedy("zh")
