"""What a workbook holds that has no effect here: every appearance, parameter and setting is known by name, or told.

Nothing is dropped in silence; a question that can be seen but not answered is told with its consequence.
"""

import difflib
from collections.abc import Iterable, Mapping

from surveys.questionnaire import columns, unsupported
from surveys.questionnaire.checks import Row, Survey
from surveys.questionnaire.faults import Fault, FaultKind
from surveys.questionnaire.file_faults import FileFaultKind
from surveys.questionnaire.sheets import Sheet

_NOT_REQUIRED = ("", "no", "false", "false()")
_NEVER_REQUIRED = frozenset(("image", "photo", "audio", "file", "geopoint", "gps", "location"))


def check_unused(sheet: str, survey: Survey) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings of the rows of survey."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for row in survey.rows:
        _shown_only(sheet, row, faults, warnings)
        _appearances(sheet, row, warnings)
        _parameters(sheet, row, warnings)
    return faults, warnings


def _shown_only(sheet: str, row: Row, faults: list[Fault], warnings: list[Fault]) -> None:
    """Lines, areas, films and drawings: the question is there, the answer is not."""
    words = row.cells.get("appearance", "").split()
    drawn = [word for word in words if word in unsupported.SHOWN_ONLY_APPEARANCES] if row.type.kind == "image" else []
    if row.type.kind not in unsupported.SHOWN_ONLY and not drawn:
        if row.type.kind in _NEVER_REQUIRED and row.cells.get("required", "").strip().lower() not in _NOT_REQUIRED:
            feature = {"feature": f"required ({row.type.kind})"}
            warnings.append(Fault(FaultKind.FEATURE_IGNORED, sheet, row.number, row.headers["required"], feature))
        return
    base = "appearance" if drawn else "type"
    values = {"feature": drawn[0] if drawn else row.type.kind}
    place = (sheet, row.number, row.headers.get(base, base), values)
    if row.cells.get("required", "").strip().lower() in _NOT_REQUIRED:
        warnings.append(Fault(FileFaultKind.SHOWN_ONLY, *place))
    else:
        faults.append(Fault(FileFaultKind.REQUIRED_UNANSWERABLE, sheet, row.number, row.headers["required"], values))


def _appearances(sheet: str, row: Row, warnings: list[Fault]) -> None:
    text = row.cells.get("appearance", "")
    if "(" in text or "${" in text:  # search() is a fault of its own; a calculated appearance cannot be known
        return
    known = unsupported.USED_APPEARANCES | unsupported.OTHER_APPEARANCES
    for word in text.split():
        header = row.headers.get("appearance", "appearance")
        if word in unsupported.USED_APPEARANCES:
            continue
        if word in unsupported.OTHER_APPEARANCES or word.startswith(unsupported.APPEARANCE_PREFIXES):
            warnings.append(Fault(FaultKind.FEATURE_IGNORED, sheet, row.number, header, {"feature": word}))
        else:
            values = {"appearance": word, **_did_you_mean(word, known)}
            warnings.append(Fault(FileFaultKind.APPEARANCE_UNKNOWN, sheet, row.number, header, values))


def _parameters(sheet: str, row: Row, warnings: list[Fault]) -> None:
    for part in row.cells.get("parameters", "").replace(",", " ").replace(";", " ").split():
        name = part.partition("=")[0].strip().lower()
        if "=" in part and name not in unsupported.PARAMETERS:
            values = {"parameter": name, **_did_you_mean(name, unsupported.PARAMETERS)}
            header = row.headers.get("parameters", "parameters")
            warnings.append(Fault(FileFaultKind.PARAMETER_UNKNOWN, sheet, row.number, header, values))


def check_settings(sheet: Sheet | None) -> list[Fault]:
    """Warnings of the sheet settings."""
    if sheet is None or not sheet.rows:
        return []
    warnings = []
    number, cells = sheet.rows[0]
    for column in cells:
        name = column.strip().lower()
        if name in columns.KNOWN_SETTINGS or name.partition("::")[0] in columns.KNOWN_SETTINGS:
            continue
        if name in unsupported.OTHER_SETTINGS or name.startswith("attribute::"):
            warnings.append(Fault(FaultKind.FEATURE_IGNORED, sheet.name, number, column, {"feature": column}))
        else:
            values = {"setting": column, **_did_you_mean(name, columns.KNOWN_SETTINGS)}
            warnings.append(Fault(FileFaultKind.SETTING_UNKNOWN, sheet.name, number, column, values))
    warnings += [Fault(FileFaultKind.SETTINGS_ROW_IGNORED, sheet.name, later) for later, _cells in sheet.rows[1:]]
    return warnings


def check_columns(sheet: Sheet | None, known: Iterable[str]) -> list[Fault]:
    """Columns of one of our own sheets that nobody reads."""
    if sheet is None:
        return []
    known = set(known)
    filled = {header for _number, cells in sheet.rows for header in cells}
    unread = [header for header in sheet.headers if header in filled and header.partition("::")[0] not in known]
    return [Fault(FaultKind.COLUMN_IGNORED, sheet.name, 1, header) for header in unread]


def _did_you_mean(word: str, known: Iterable[str]) -> Mapping[str, str]:
    near = difflib.get_close_matches(word, sorted(known), 1, 0.6)
    if near:
        return {"remedy_zh": f"您是否想写“{near[0]}”？", "remedy_en": f"Did you mean “{near[0]}”?"}
    return {"remedy_zh": "请检查拼写，或清空这一格。", "remedy_en": "Check how it is spelt, or clear the cell."}
