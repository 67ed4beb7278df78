"""Finds appearances, parameters and settings of a workbook that have no effect here.

Nothing is dropped in silence; a question that can be seen but not answered is told with its consequence.
"""

from collections.abc import Container, Iterable

from surveys.questionnaire.checking.checks import Row, Survey
from surveys.questionnaire.checking.parameters import check_parameters
from surveys.questionnaire.checking.repairs import did_you_mean, unread_column
from surveys.questionnaire.checking.row_needs import check_headers
from surveys.questionnaire.sheets import columns, unsupported
from surveys.questionnaire.sheets.cell_faults import CellFaultKind
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.sheets import Sheet
from surveys.questionnaire.sheets.xml_names import suggested_name

_SETTINGS = {"title": "form_title"}
_NEVER_REQUIRED = frozenset(("image", "photo", "audio", "file", "geopoint", "gps", "location"))


def check_unused(sheet: str, survey: Survey) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings of the rows of survey."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for row in survey.rows:
        _shown_only(sheet, row, faults, warnings)
        _appearances(sheet, row, warnings)
        wrong, remarks = check_parameters(sheet, row)
        faults += wrong
        warnings += remarks
    return faults, warnings


def _shown_only(sheet: str, row: Row, faults: list[Fault], warnings: list[Fault]) -> None:
    """Lines, areas, films and drawings: the question is there, the answer is not."""
    words = row.cells.get("appearance", "").split()
    drawings = (
        [word for word in words if word in unsupported.SHOWN_ONLY_APPEARANCES] if row.type.kind == "image" else []
    )
    if row.type.kind not in unsupported.SHOWN_ONLY and not drawings:
        if row.type.kind in _NEVER_REQUIRED and row.cells.get("required", "").strip().lower() not in columns.NO:
            feature = {"feature": f"required ({row.type.kind})"}
            warnings.append(Fault(FaultKind.FEATURE_IGNORED, sheet, row.number, row.headers["required"], feature))
        return
    base = "appearance" if drawings else "type"
    values = {"feature": drawings[0] if drawings else row.type.kind}
    place = (sheet, row.number, row.headers.get(base, base), values)
    if row.cells.get("required", "").strip().lower() in columns.NO:
        warnings.append(Fault(CellFaultKind.SHOWN_ONLY, *place))
    else:
        faults.append(Fault(CellFaultKind.REQUIRED_UNANSWERABLE, sheet, row.number, row.headers["required"], values))


def _appearances(sheet: str, row: Row, warnings: list[Fault]) -> None:
    text = row.cells.get("appearance", "")
    if "(" in text or "${" in text:  # search() is a fault of its own; a calculated appearance cannot be known
        return
    appearances = unsupported.USED_APPEARANCES | unsupported.OTHER_APPEARANCES
    for word in text.split():
        header = row.headers.get("appearance", "appearance")
        if word in unsupported.USED_APPEARANCES:
            continue
        if word in unsupported.OTHER_APPEARANCES or word.startswith(unsupported.APPEARANCE_PREFIXES):
            warnings.append(Fault(FaultKind.FEATURE_IGNORED, sheet, row.number, header, {"feature": word}))
        else:
            values = {"appearance": word, **did_you_mean(word, appearances)}
            warnings.append(Fault(CellFaultKind.APPEARANCE_UNKNOWN, sheet, row.number, header, values))


def check_settings(sheet: Sheet | None, questions: Container[str]) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings of the sheet settings. `questions`: the names that the form’s own name may not be like."""
    if sheet is None or not sheet.rows:
        return [], []
    faults: list[Fault] = []
    warnings: list[Fault] = []
    number, cells = sheet.rows[0]
    one_name = {header: _SETTINGS.get(header.strip().lower(), header) for header in cells}
    faults += check_headers(sheet.name, cells, one_name)
    for column, text in cells.items():
        name = column.strip().lower()
        if name == "name":
            faults += _form_name(sheet.name, number, column, text, questions)
        if name in columns.KNOWN_SETTINGS or name.partition("::")[0] in columns.KNOWN_SETTINGS:
            continue
        if name in unsupported.OTHER_SETTINGS or name.startswith("attribute::"):
            warnings.append(Fault(FaultKind.FEATURE_IGNORED, sheet.name, number, column, {"feature": column}))
        else:
            values = {"setting": column, **did_you_mean(name, columns.KNOWN_SETTINGS)}
            warnings.append(Fault(CellFaultKind.SETTING_UNKNOWN, sheet.name, number, column, values))
    warnings += [Fault(CellFaultKind.SETTINGS_ROW_IGNORED, sheet.name, later) for later, _cells in sheet.rows[1:]]
    return faults, warnings


def _form_name(sheet: str, number: int, column: str, text: str, questions: Container[str]) -> list[Fault]:
    """What the form is called inside its format: the first word of every path."""
    suggestion = suggested_name(text)
    if suggestion != text:
        return [Fault(FaultKind.NAME_INVALID, sheet, number, column, {"name": text, "suggestion": suggestion})]
    if text in questions:
        values = {"name": text, "suggestion": f"{text}_form"}
        return [Fault(CellFaultKind.NAME_RESERVED, sheet, number, column, values)]
    return []


def check_columns(sheet: Sheet | None, names: Iterable[str]) -> list[Fault]:
    """Columns of one of our own sheets that nobody reads."""
    if sheet is None:
        return []
    names = set(names)
    headers = {header for _number, cells in sheet.rows for header in cells}
    unread = [header for header in sheet.headers if header in headers and header.partition("::")[0] not in names]
    return [Fault(FaultKind.COLUMN_IGNORED, sheet.name, 1, header, unread_column(header, names)) for header in unread]
