"""A workbook's bytes → the package, or the list of its faults; pyxform does the reading of XLSForm itself.

Our own checks come first, because pyxform stops at the first fault it meets. Rows of media questions are taken out
before conversion when the campaign has media switched off. Never raises on bad input.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire import columns, fact_sheet
from surveys.questionnaire.attached_lists import Lists, read_attached
from surveys.questionnaire.checks import Row, Survey, check_choices, check_survey, choice_lists
from surveys.questionnaire.columns import column_of, read_type
from surveys.questionnaire.faults import Fault, FaultKind
from surveys.questionnaire.mending import LATER, mended
from surveys.questionnaire.package import RuleFault, compile_package
from surveys.questionnaire.rule_checks import check_instance_name, check_rules
from surveys.questionnaire.unused import check_columns, check_settings, check_unused
from surveys.questionnaire.workbook import Sheet, open_workbook
from surveys.questionnaire.xform import NO_TEXT, read_xform

# pyxform turns Chinese quotation marks into straight ones. In texts for people they are kept by standing in for them.
_QUOTES = str.maketrans("“”‘’", "\ue001\ue002\ue003\ue004")
_QUOTES_BACK = str.maketrans("\ue001\ue002\ue003\ue004", "“”‘’")
_ROW_OF_MESSAGE = re.compile(r"\[row *:? *([0-9]+)\]")
_SHEET_OF_MESSAGE = re.compile(r"On the '(\w+)' sheet")
_MOST_REFUSALS = 20
# What pyxform remarks and organizers need not read: `zh-CN` is a language here, `max-pixels` is
# never needed, and what is read of a phone is told in our own words.
_NOT_TOLD = ("do not contain valid machine-readable codes", "Use the max-pixels", "no longer supported on most devices")
_SHEET_ORDER = {
    name: place for place, name in enumerate(("", "survey", "choices", "settings", "diaoyan", "diaoyan_tables"))
}


@dataclass(slots=True)
class Reading:
    """What a workbook gives: a package, or faults that stand in its way; warnings in either case."""

    package: dict[str, Any] | None
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def read_workbook(
    data: bytes, *, name: str = "form.xlsx", media: bool = False, attached: Mapping[str, bytes] | None = None
) -> Reading:
    """The package of a form, with or without its media questions. `attached`: the files that come with it, by name."""
    sheets, faults = open_workbook(data, name)
    if not sheets or any(fault.kind is FaultKind.TOO_MANY_ROWS for fault in faults):
        return Reading(None, faults)
    reading = read_sheets(sheets, media=media, attached=attached)
    if faults:
        return Reading(None, _sorted([*faults, *reading.faults]), reading.warnings)
    return reading


def read_sheets(
    sheets: Mapping[str, Sheet], *, media: bool = False, attached: Mapping[str, bytes] | None = None
) -> Reading:
    """The package of sheets that are rows already (names in lower case)."""
    survey_sheet = sheets.get("survey")
    if survey_sheet is None:
        return Reading(None, [Fault(FaultKind.SHEET_MISSING, "survey")])
    choices = sheets.get("choices")
    facts, fact_faults = fact_sheet.read_fact_sheet(sheets.get("diaoyan"), sheets.get("diaoyan_tables"))
    if not media:
        facts, survey_sheet = fact_sheet.without_media(facts, survey_sheet)
    survey = check_survey(survey_sheet, {**choice_lists(choices), **_files_named(survey_sheet)})
    faults, warnings = [*survey.faults, *fact_faults], [*survey.warnings]
    settings_sheet = sheets.get("settings")
    settings = settings_sheet.rows[0][1] if settings_sheet and settings_sheet.rows else {}
    if choices is not None and (choices.rows or choices.headers):
        duplicates_allowed = settings.get("allow_choice_duplicates", "").lower() in ("yes", "true")
        more_faults, more_warnings = check_choices(choices, survey, duplicates_allowed=duplicates_allowed)
        faults += more_faults
        warnings += more_warnings
    rule_faults, rule_warnings = check_rules(survey_sheet.name, survey, choices)
    faults += [*rule_faults, *check_instance_name(settings_sheet, survey)]
    warnings += rule_warnings
    unused_faults, unused_warnings = check_unused(survey_sheet.name, survey)
    lists = read_attached(survey_sheet, survey, choices, attached or {})
    faults += [*unused_faults, *lists.faults]
    warnings += [*unused_warnings, *lists.warnings]
    _check_other_sheets(sheets, faults, warnings)
    if not any(fault.sheet == survey_sheet.name for fault in faults):
        faults += fact_sheet.check_paths(sheets.get("diaoyan"), facts, {*survey.by_path, *survey.made})
    if faults:
        faults += _later_faults(survey_sheet, choices, settings_sheet, faults, lists)
        return Reading(None, _sorted(faults), _sorted(warnings))
    package, faults = _convert(survey_sheet, choices, settings_sheet, survey, facts, warnings, lists)
    return Reading(None if faults else package, _sorted(faults), _sorted(warnings))


def _later_faults(
    survey_sheet: Sheet, choices: Sheet | None, settings: Sheet | None, faults: list[Fault], lists: Lists
) -> list[Fault]:
    """What would only show once the faults so far are corrected: found in a copy without the faulty cells."""
    known: list[Fault] = faults
    settings = None if settings and any(fault.sheet == settings.name for fault in faults) else settings
    for _again in range(3):  # what refers to a mended cell is mended in turn
        survey_sheet, choices = mended(survey_sheet, choices, known)
        survey = check_survey(survey_sheet, {**choice_lists(choices), **_files_named(survey_sheet)})
        known = [*survey.faults, *check_rules(survey_sheet.name, survey, choices)[0]]
        if not known and survey.rows:
            _package, found = _convert(survey_sheet, choices, settings, survey, {}, [], lists)
            return [fault for fault in found if fault.kind in LATER]
    return []


def _sorted(faults: list[Fault]) -> list[Fault]:
    """In sheet and row order, each once."""
    unique = list({(f.kind, f.sheet, f.row, f.column, f.cause("zh")): f for f in faults}.values())
    return sorted(unique, key=lambda fault: (_SHEET_ORDER.get(fault.sheet.lower(), 9), fault.row or 0))


def _files_named(survey: Sheet) -> dict[str, list[str]]:
    """The files that questions take their choices from; whether they came is told in `attached_lists`."""
    types = {header for header in survey.headers if column_of(header).base == "type"}
    cells = (read_type(text) for _number, row in survey.rows for header, text in row.items() if header in types)
    return {words.list_name: [] for words in cells if words.from_file}


def _check_other_sheets(sheets: Mapping[str, Sheet], faults: list[Fault], warnings: list[Fault]) -> None:
    for name, sheet in sheets.items():
        if name in columns.UNSUPPORTED_SHEETS and sheet.rows:
            faults.append(Fault(FaultKind.SHEET_UNSUPPORTED, sheet.name))
        elif name not in columns.OWN_SHEETS and not name.startswith("_") and sheet.rows:
            warnings.append(Fault(FaultKind.SHEET_IGNORED, sheet.name))
    warnings += check_settings(sheets.get("settings"))
    for own, known in (("diaoyan", fact_sheet.COLUMNS), ("diaoyan_tables", fact_sheet.TABLE_COLUMNS)):
        warnings += check_columns(sheets.get(own), known)


def _convert(
    survey_sheet: Sheet,
    choices: Sheet | None,
    settings: Sheet | None,
    survey: Survey,
    facts: dict[str, Any],
    warnings: list[Fault],
    lists: Lists,
) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The workbook through pyxform into a package."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    rows = [(number, cells) for number, cells in survey_sheet.rows]
    remarks: list[str] = []
    refusals: list[Fault] = []
    while True:
        try:
            book = _for_pyxform(survey_sheet, rows, choices, settings)
            text = convert(book, warnings=remarks, validate=False, form_name=_root_name(survey)).xform
            form = read_xform(text.translate(_QUOTES_BACK))
            break
        except PyXFormError as error:
            fault = _refusal(str(error), rows, survey_sheet.name)
        except Exception as error:  # an unforeseen input must end as a fault with a place, never as a traceback
            fault = _unforeseen(error)
        refusals.append(fault)
        rest = _without_row(rows, fault.row, survey)
        if rest is None or len(refusals) >= _MOST_REFUSALS:
            return None, refusals
        rows = rest  # pyxform stops at the first row it refuses: go on without that row
    if refusals:
        return None, refusals
    for remark in remarks:
        if not any(known in remark for known in _NOT_TOLD):
            warnings.append(_remark(remark, rows, survey_sheet.name))
    types = {path: row.type.kind for path, row in survey.by_path.items() if row.type.kind in ("note",)}
    package, rule_faults = compile_package(
        form, types=types, facts=facts, attached=lists.rows, files=lists.files.values()
    )
    return package, [_placed(fault, survey, survey_sheet.name) for fault in rule_faults]


def _root_name(survey: Survey) -> str:
    """What the form is called inside its format: like no question, or pyxform would not know which one is meant."""
    return next(name for name in ("data", *(f"form_{n}" for n in range(1, 10_000))) if name not in survey.by_name)


def _without_row(
    rows: list[tuple[int, dict[str, str]]], number: int | None, survey: Survey
) -> list[tuple[int, dict[str, str]]] | None:
    """The rows without one that other rows neither refer to nor stand in; None when it cannot be left out."""
    row = next((row for row in survey.rows if row.number == number), None)
    if row is None or row.type.kind.startswith(("begin", "end ")) or len(rows) < 2:
        return None
    rest = [(other, cells) for other, cells in rows if other != number]
    named = f"${{{row.name}}}"
    return None if any(named in text for _other, cells in rest for text in cells.values()) else rest


def _for_pyxform(
    survey_sheet: Sheet, rows: list[tuple[int, dict[str, str]]], choices: Sheet | None, settings: Sheet | None
) -> dict[str, Any]:
    """The sheets as pyxform takes them, with Chinese quotes and missing translations made safe."""
    languages = _languages(survey_sheet, choices)
    book: dict[str, Any] = {}
    survey_rows, survey_header = _translatable(survey_sheet.headers, [cells for _n, cells in rows], languages)
    for cells in survey_rows:
        _settle_type(cells)
    book |= {"survey": survey_rows, "survey_header": [dict.fromkeys(survey_header)]}
    if choices is not None and choices.rows:
        choice_rows, choice_header = _translatable(choices.headers, [cells for _n, cells in choices.rows], languages)
        book |= {"choices": choice_rows, "choices_header": [dict.fromkeys(choice_header)]}
    if settings is not None and settings.rows:
        book |= {"settings": [dict(settings.rows[0][1])], "settings_header": [dict.fromkeys(settings.headers)]}
    return book


def _settle_type(cells: dict[str, str]) -> None:
    """Leave out what only changes the order of choices on the page."""
    for header in [header for header in cells if column_of(header).base == "parameters"]:
        kept = [part for part in cells[header].split() if not part.startswith(("randomize", "seed"))]
        cells[header] = " ".join(kept)
        if not kept:
            del cells[header]


def _languages(*sheets: Sheet | None) -> dict[str, str]:
    """Every language that any column names, as it is written."""
    found: dict[str, str] = {}
    for sheet in sheets:
        for header in sheet.headers if sheet else ():
            if language := column_of(header).language:
                found.setdefault(language, language)
    return found


def _translatable(
    headers: list[str], rows: list[dict[str, str]], languages: Mapping[str, str]
) -> tuple[list[dict[str, str]], list[str]]:
    """Rows where each text is either there in every language or marked as missing."""
    texts: dict[str, dict[str, str]] = {}  # base → language → header
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


def _row_named(message: str, rows: list[tuple[int, dict[str, str]]]) -> int | None:
    """The spreadsheet's row of a pyxform message: it counts the rows it was given."""
    match = _ROW_OF_MESSAGE.search(message)
    place = int(match[1]) - 2 if match else -1
    return rows[place][0] if 0 <= place < len(rows) else None


def _refusal(message: str, rows: list[tuple[int, dict[str, str]]], sheet: str) -> Fault:
    return _told(FaultKind.CONVERSION_REFUSED, message, rows, sheet)


def _unforeseen(error: Exception) -> Fault:
    """The converter failed instead of refusing: what it says is for programmers, so only its kind is given."""
    kind = type(error).__name__
    zh = f"转换中断（{kind}），没有指出是哪一行。请分几次删去近来改动的行，找出引起中断的一行。"
    en = f"it stopped ({kind}) without naming a row. Leave out rows changed lately until the one is found."
    return Fault(FaultKind.CONVERSION_REFUSED, values={"detail_zh": zh, "detail_en": en})


def _remark(message: str, rows: list[tuple[int, dict[str, str]]], sheet: str) -> Fault:
    return _told(FaultKind.CONVERTER_WARNING, message, rows, sheet)


def _told(kind: FaultKind, message: str, rows: list[tuple[int, dict[str, str]]], sheet: str) -> Fault:
    """What pyxform says, at the place it names: a row of survey, or another sheet."""
    row = _row_named(message, rows)
    named = _SHEET_OF_MESSAGE.search(message)
    detail = _ROW_OF_MESSAGE.sub("", message).strip().translate(_QUOTES_BACK)[:500]
    said = {"detail_zh": f"“{detail}”。", "detail_en": f"“{detail}”"}
    if named and named[1] != "survey":
        return Fault(kind, named[1], None, None, said)
    return Fault(kind, sheet if row else "", row, None, said)


def _placed(fault: RuleFault, survey: Survey, sheet: str) -> Fault:
    """A fault of the XForm back at its cell; helper nodes that pyxform made belong to their repeat."""
    row: Row | None = survey.by_path.get(fault.path)
    base = columns.COLUMN_OF.get(fault.prop, fault.prop)
    if row is None and fault.path.endswith("_count"):
        row, base = survey.by_path.get(fault.path.removesuffix("_count")), "repeat_count"
    if row is None:
        return Fault(FaultKind[fault.kind], sheet, None, None, fault.values)
    return Fault(FaultKind[fault.kind], sheet, row.number, row.headers.get(base, base), fault.values)
