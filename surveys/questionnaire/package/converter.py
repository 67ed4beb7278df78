"""Converts sheets with pyxform, and tells what pyxform says in our own words and at its cell.

It gets only what has an effect here. Its refusals that our own checks do not foresee are told with its words as a detail.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire.checking.checks import Survey
from surveys.questionnaire.checking.parameters import effective_parameters
from surveys.questionnaire.package.xform import NO_TEXT, XForm, read_xform
from surveys.questionnaire.sheets import columns
from surveys.questionnaire.sheets.cell_faults import CellFaultKind
from surveys.questionnaire.sheets.columns import column_of
from surveys.questionnaire.sheets.faults import Fault
from surveys.questionnaire.sheets.sheets import Sheet

Rows = list[tuple[int, dict[str, str]]]
# pyxform turns Chinese quotation marks into straight ones. In texts for people they are kept by standing in for them.
_QUOTES = str.maketrans("“”‘’", "\ue001\ue002\ue003\ue004")
_QUOTES_BACK = str.maketrans("\ue001\ue002\ue003\ue004", "“”‘’")
_ROW_OF_MESSAGE = re.compile(r"\[row *:? *([0-9]+)\]")
_SHEET_OF_MESSAGE = re.compile(r"On the '(\w+)' sheet")
_QUESTION_OF_MESSAGE = re.compile(r"(?:element named |[Qq]uestion )'?(?:\$\{)?([^'{} ]+)")
_LIST_OF_MESSAGE = re.compile(r"same instance id .* Instance name: '(.+?)'", re.DOTALL)
_LANGUAGE_OF_MESSAGE = re.compile(r"Language '(.+?)' is missing the \w+ (?:(.+) column|columns (.+))\.")
_MOST_REFUSALS = 20
# What pyxform remarks and organizers need not read: `zh-CN` is a language here, and the rest is told in our own words.
_NOT_TOLD = (
    "do not contain valid machine-readable codes",
    "Use the max-pixels",
    "no longer supported on most devices",
    "case-insensitive match to another name",
    "Choices should have a label",
    "Column headers must not be empty",
    "Repeat has no label",
    "The 'disabled' column header",
    "Row without name, text, or label",
)


@dataclass(slots=True)
class Conversion:
    """The XForm, or why there is none; remarks in either case."""

    form: XForm | None
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def converted(survey_sheet: Sheet, choices: Sheet | None, settings: Sheet | None, survey: Survey) -> Conversion:
    """The workbook as an XForm."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    rows = _used_rows(survey_sheet, survey)
    remarks: list[str] = []
    refusals: list[Fault] = []
    while True:
        try:
            book = _for_pyxform(survey_sheet, rows, choices, settings)
            text = convert(book, warnings=remarks, validate=False, form_name=_root_name(survey)).xform
            form = read_xform(text.translate(_QUOTES_BACK))
            break
        except PyXFormError as error:
            fault = _refusal(str(error), rows, survey_sheet.name, survey)
        except Exception as error:  # an unforeseen input must end as a fault with a place, never as a traceback
            fault = _unforeseen(error)
        refusals.append(fault)
        rest = _without_row(rows, fault.row, survey)
        if rest is None or len(refusals) >= _MOST_REFUSALS:
            return Conversion(None, refusals)
        rows = rest  # pyxform stops at the first row it refuses: go on without that row
    warnings = [fault for remark in remarks for fault in _remarks(remark, rows, survey_sheet.name)]
    return Conversion(None if refusals else form, refusals, warnings)


def _used_rows(sheet: Sheet, survey: Survey) -> Rows:
    """The rows that count, with the columns that have an effect; notes of the author between them stay out."""
    row_by_number = {row.number: row for row in survey.rows}
    headers = [header for header in sheet.headers if column_of(header).base in columns.KNOWN_SURVEY]
    rows = []
    for number, cells in sheet.rows:
        if number in row_by_number:
            kept_cells = {header: cells[header] for header in headers if header in cells}
            _settle_parameters(kept_cells, row_by_number[number].type)
            rows.append((number, kept_cells))
    return rows


def _settle_parameters(cells: dict[str, str], type_words: columns.TypeWords) -> None:
    for header in [header for header in cells if column_of(header).base == "parameters"]:
        text = effective_parameters(type_words.kind, type_words.from_file, cells[header])
        if text:
            cells[header] = text
        else:
            del cells[header]


def _root_name(survey: Survey) -> str:
    """What the form is called inside its format: like no question, or pyxform would not know which one is meant."""
    return next(name for name in ("data", *(f"form_{n}" for n in range(1, 10_000))) if name not in survey.by_name)


def _without_row(rows: Rows, number: int | None, survey: Survey) -> Rows | None:
    """The rows without one that other rows neither refer to nor stand in; None when it cannot be left out."""
    row = next((row for row in survey.rows if row.number == number), None)
    if row is None or row.type.kind.startswith(("begin", "end ")) or len(rows) < 2:
        return None
    rest = [(other, cells) for other, cells in rows if other != number]
    reference = f"${{{row.name}}}"
    return None if any(reference in text for _other, cells in rest for text in cells.values()) else rest


def _for_pyxform(survey_sheet: Sheet, rows: Rows, choices: Sheet | None, settings: Sheet | None) -> dict[str, Any]:
    """The sheets as pyxform takes them, with Chinese quotes and missing translations made safe."""
    languages = _languages(survey_sheet, choices)
    book: dict[str, Any] = {}
    headers = [header for header in survey_sheet.headers if column_of(header).base in columns.KNOWN_SURVEY]
    survey_rows, survey_header = _translatable(headers, [cells for _n, cells in rows], languages)
    book |= {"survey": survey_rows, "survey_header": [dict.fromkeys(survey_header)]}
    if choices is not None and choices.rows:
        choice_rows, choice_header = _translatable(choices.headers, [cells for _n, cells in choices.rows], languages)
        book |= {"choices": choice_rows, "choices_header": [dict.fromkeys(choice_header)]}
    if settings is not None and settings.rows:
        heads = [header for header in settings.headers if _is_known_setting(header)]
        if any(header.strip().lower() == "form_id" for header in heads):
            heads = [header for header in heads if header.strip().lower() != "id_string"]  # the same under its old name
        cells = {header: text for header, text in settings.rows[0][1].items() if header in heads}
        if cells:
            book |= {"settings": [cells], "settings_header": [dict.fromkeys(heads)]}
    return book


def _is_known_setting(header: str) -> bool:
    return header.strip().lower().partition("::")[0] in columns.KNOWN_SETTINGS


def _languages(*sheets: Sheet | None) -> dict[str, str]:
    """Every language that any column names, as it is written."""
    languages: dict[str, str] = {}
    for sheet in sheets:
        for header in sheet.headers if sheet else ():
            if language := column_of(header).language:
                languages.setdefault(language, language)
    return languages


def _translatable(
    headers: list[str], rows: list[dict[str, str]], languages: Mapping[str, str]
) -> tuple[list[dict[str, str]], list[str]]:
    """Rows where each text is either there in every language or marked as missing."""
    texts: dict[str, dict[str, str]] = {}  # base → language → header
    doubled = {header: _with_two_colons(header) for header in headers}
    headers = list(doubled.values())
    rows = [{doubled[header]: text for header, text in cells.items()} for cells in rows]
    for header in headers:
        column = column_of(header)
        if column.base in columns.TRANSLATED and column.language:
            texts.setdefault(column.base, {})[column.language] = header
    out_headers = list(headers)
    for base, by_language in texts.items():
        for language in languages:
            if language not in by_language:
                by_language[language] = f"{base}::{language}"
                out_headers.append(by_language[language])
    translated = {header for header in headers if column_of(header).base in columns.TRANSLATED}
    out: list[dict[str, str]] = []
    for cells in rows:
        row = {header: text.translate(_QUOTES) if header in translated else text for header, text in cells.items()}
        for by_language in texts.values():
            if any(header in cells for header in by_language.values()):
                for header in by_language.values():
                    row.setdefault(header, NO_TEXT)
        out.append(row)
    return out, out_headers


def _with_two_colons(header: str) -> str:
    """`label:English` as pyxform reads it beside columns that are written with two colons."""
    column = column_of(header)
    return f"{column.base}::{column.language}" if column.language and "::" not in header else header


def _row_named(message: str, rows: Rows) -> int | None:
    """The spreadsheet's row of a pyxform message: it counts the rows it was given."""
    match = _ROW_OF_MESSAGE.search(message)
    place = int(match[1]) - 2 if match else -1
    return rows[place][0] if 0 <= place < len(rows) else None


def _refusal(message: str, rows: Rows, sheet: str, survey: Survey) -> Fault:
    """Why pyxform refuses, at its row: the one it names, or that of the question it speaks of."""
    if clash := _LIST_OF_MESSAGE.search(message):
        row = next((row for row in survey.rows if clash[1] in (row.name, row.type.list_name.partition(".")[0])), None)
        place = (sheet, row.number if row else None, row.headers["type"] if row else None)
        return Fault(CellFaultKind.LIST_TWICE, *place, {"list": clash[1]})
    fault = _as_fault(CellFaultKind.CONVERSION_REFUSED, message, rows, sheet)
    match = _QUESTION_OF_MESSAGE.search(message)
    namesakes = survey.by_name.get(match[1], []) if match else []
    if fault.sheet or not namesakes:
        return fault
    return Fault(fault.kind, sheet, namesakes[0].number, namesakes[0].headers.get("name"), fault.values)


def _unforeseen(error: Exception) -> Fault:
    """The converter failed instead of refusing: what it says is for programmers, so only its kind is given."""
    kind = type(error).__name__
    zh = f"转换中断（{kind}），没有指出是哪一行。可分几次删去近来改动的行，找出引起中断的一行。"
    en = f"it stopped ({kind}) without naming a row. Leave out rows changed lately until the one is found."
    return Fault(CellFaultKind.CONVERSION_REFUSED, values={"detail_zh": zh, "detail_en": en})


def _remarks(message: str, rows: Rows, sheet: str) -> Iterator[Fault]:
    if any(phrase in message for phrase in _NOT_TOLD):
        return
    if "uses or_other and translations" in message:
        yield Fault(CellFaultKind.OTHER_UNTRANSLATED, sheet)
        return
    incomplete = _LANGUAGE_OF_MESSAGE.findall(message)
    without: dict[str, list[str]] = {}  # columns → languages
    for language, one, several in incomplete:
        if language != "default":
            without.setdefault(one.rpartition(" ")[2] or several, []).append(language)
    for column_names, languages in without.items():
        values = {"language": "”“".join(languages), "columns": column_names}
        yield Fault(CellFaultKind.LANGUAGE_INCOMPLETE, sheet, values=values)
    if not incomplete:
        yield _as_fault(CellFaultKind.CONVERTER_WARNING, message, rows, sheet)


def _as_fault(kind: CellFaultKind, message: str, rows: Rows, sheet: str) -> Fault:
    """What pyxform says, at the place it names: a row of survey, or another sheet."""
    row = _row_named(message, rows)
    match = _SHEET_OF_MESSAGE.search(message)
    detail = _ROW_OF_MESSAGE.sub("", message).strip().translate(_QUOTES_BACK)[:500]
    values = {"detail_zh": f"“{detail}”。", "detail_en": f"“{detail}”"}
    if match and match[1] != "survey":
        return Fault(kind, match[1], None, None, values)
    return Fault(kind, sheet if row else "", row, None, values)
