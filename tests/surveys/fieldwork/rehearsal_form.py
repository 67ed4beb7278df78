"""A small questionnaire for receiving: a text, a whole number, and a problem in words; compiled by the reader like any workbook."""

import io

from openpyxl import Workbook

from reports.demonstration.rehearsals import RehearsalForm
from surveys.questionnaire.package.reader import read_workbook

SURVEY = [
    ("type", "name", "label::zh-CN", "label::en", "required", "relevant", "constraint", "appearance"),
    ("begin_group", "g_one", "情况", "Facts", "", "", "", "field-list"),
    ("integer", "staff", "从业人员", "Staff", "yes", "", ". >= 0", ""),
    ("text", "more", "补充", "More", "", "${staff} > 10", "", ""),
    ("end_group", "", "", "", "", "", "", ""),
    ("begin_group", "g_two", "问题", "Problems", "", "", "", "field-list"),
    ("text", "words", "问题描述", "Problem", "", "", "", ""),
    ("end_group", "", "", "", "", "", "", ""),
]
FACTS = [("name", "path", "stable_id", "means", "privacy"), ("words", "/g_two/words", "P1", "finding.text", "L1")]


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in SURVEY:
        sheet.append(row)
    settings = book.create_sheet("settings")
    settings.append(("form_title", "form_id", "default_language"))
    settings.append(("演练", "rehearsal", "zh-CN"))
    facts = book.create_sheet("diaoyan")
    for row in FACTS:
        facts.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def rehearsal_form() -> RehearsalForm:
    """The form with one complete set of answers."""
    reading = read_workbook(workbook())
    assert reading.package is not None, reading.faults
    return RehearsalForm(reading.package, {"/g_one/staff": "12", "/g_two/words": "没有"}, {}, "/g_two/words")
