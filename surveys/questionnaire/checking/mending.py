"""Removes the faulty cells of a workbook, so that faults that only show later can be told at the same time.

Circles and paths to nothing are found once pyxform has turned names into paths, and pyxform takes no faulty workbook. So
the faulty cells are left out of a copy, and the copy goes on. It is never published; it only serves to find more.
"""

from collections.abc import Iterable, Mapping

from surveys.questionnaire.sheets.columns import column_of
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.sheets import Sheet

# What a copy is asked for: faults that leaving cells out can hide, but never cause.
LATER = frozenset((FaultKind.CYCLE, FaultKind.PATH_UNKNOWN))
_RENAMED = "mended_row_"


def is_made_up(name: str) -> bool:
    """Whether a name stands in a copy for one that cannot be read."""
    return name.startswith(_RENAMED)


def with_named_notes(sheet: Sheet) -> Sheet:
    """The survey in which a note without a name has the one that the converter gives it; nobody answers a note."""
    header_of = {column_of(header).base: header for header in reversed(sheet.headers)}
    kind, name = header_of.get("type"), header_of.get("name")
    if kind is None or name is None:
        return sheet
    rows = [
        (number, cells | {name: f"generated_note_name_{number}"})
        if cells.get(kind) == "note" and not cells.get(name)
        else (number, cells)
        for number, cells in sheet.rows
    ]
    return Sheet(sheet.name, sheet.headers, rows)


def mended(sheet: Sheet, choices: Sheet | None, faults: Iterable[Fault]) -> tuple[Sheet, Sheet | None]:
    """Copies of survey and choices in which no cell named by a fault says anything any more."""
    faults = list(faults)
    survey = Sheet(sheet.name, list(sheet.headers), [(number, dict(cells)) for number, cells in sheet.rows])
    rows = dict(survey.rows)
    header_of = {column_of(header).base: header for header in reversed(survey.headers)}
    for fault in faults:
        if fault.sheet == sheet.name and fault.row in rows and fault.column:
            _mend(rows[fault.row], fault, header_of)
    _close_groups(survey, faults, header_of)
    if choices is None:
        return survey, None
    bad = {fault.row for fault in faults if fault.sheet == choices.name}
    rows_left = [(number, dict(cells)) for number, cells in choices.rows if number not in bad]
    return survey, Sheet(choices.name, list(choices.headers), rows_left)


def _mend(cells: dict[str, str], fault: Fault, header_of: Mapping[str, str]) -> None:
    assert fault.column is not None
    base = column_of(fault.column).base
    if base == "name":
        cells[header_of["name"]] = f"{_RENAMED}{fault.row}"
    elif base != "type":
        cells.pop(fault.column, None)
    elif fault.kind is FaultKind.GROUP_CROSSED:
        cells[fault.column] = f"end {fault.values['opened']}"
    elif fault.kind is FaultKind.GROUP_NOT_OPENED:
        cells.clear()
    elif fault.kind is not FaultKind.GROUP_NOT_CLOSED:
        cells[fault.column] = "text"
        cells.setdefault(header_of.get("name", "name"), f"{_RENAMED}{fault.row}")
        for other in [header for header in cells if column_of(header).base in ("choice_filter", "parameters")]:
            del cells[other]


def _close_groups(survey: Sheet, faults: list[Fault], header_of: Mapping[str, str]) -> None:
    last = survey.rows[-1][0] if survey.rows else 1
    open_ones = [f for f in faults if f.kind is FaultKind.GROUP_NOT_CLOSED and f.sheet == survey.name]
    for number, fault in enumerate(sorted(open_ones, key=lambda fault: -(fault.row or 0)), last + 1):
        survey.rows.append((number, {header_of["type"]: f"end {fault.values['what']}"}))
