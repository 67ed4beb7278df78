"""Checks the sheet choices row by row: lists, values, labels, and the further columns that choice filters read."""

import re

from surveys.questionnaire.checking.checks import Row, Survey, row_of
from surveys.questionnaire.checking.repairs import missing_column
from surveys.questionnaire.checking.row_needs import check_headers
from surveys.questionnaire.sheets.cell_faults import CellFaultKind
from surveys.questionnaire.sheets.columns import MEDIA, choice_column_of
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.workbook import Sheet
from surveys.questionnaire.sheets.xml_names import suggested_name, unfit, unusual_space


def choice_rows(sheet: Sheet) -> list[Row]:
    """The rows of choices, to be judged by what they say to people."""
    bases = {header: choice_column_of(header) for header in sheet.headers}
    return [row_of(number, cells, bases) for number, cells in sheet.rows]


def choice_lists(sheet: Sheet | None) -> dict[str, list[str]]:
    """The values of each list, in order."""
    lists: dict[str, list[str]] = {}
    if sheet is not None:
        bases = {header: choice_column_of(header).base for header in sheet.headers}
        for _number, cells in sheet.rows:
            row = {bases[header]: text for header, text in cells.items()}
            if row.get("list_name"):
                lists.setdefault(row["list_name"], []).append(row.get("name", ""))
    return lists


def check_choices(sheet: Sheet, survey: Survey, *, duplicates_allowed: bool) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings of the sheet choices."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    bases = {header: choice_column_of(header).base for header in sheet.headers}
    header_of = {base: header for header, base in reversed(bases.items())}
    absent = [base for base in ("list_name", "name") if base not in header_of]
    if absent:
        return [
            Fault(FaultKind.COLUMN_MISSING, sheet.name, 1, base, missing_column(base, sheet.headers)) for base in absent
        ], []
    one_name = {header: choice_column_of(header) for header in sheet.headers}
    faults += check_headers(sheet.name, sheet.headers, one_name)
    for header in sheet.headers:  # a further column becomes a name of the form's format
        if not any(header in cells for _number, cells in sheet.rows):
            continue
        if " " in header and "::" not in header and bases[header] != "list_name":
            warnings.append(Fault(CellFaultKind.CHOICE_COLUMN_SPACE, sheet.name, 1, header, {"column": header}))
            continue
        if bases[header] == header and (character := ":" if ":" in header else unfit(header)):
            values = {"name": header, "character": character, "suggestion": suggested_name(header)}
            faults.append(Fault(FaultKind.NAME_CHARACTER, sheet.name, 1, header, values))
    ticked = {row.type.list_name for row in survey.rows if row.type.kind in ("select_multiple", "rank")}
    number_by_name: dict[tuple[str, str], int] = {}
    warned_lists: set[tuple[str, str]] = set()
    for number, cells in sheet.rows:
        row = {bases[header]: text for header, text in cells.items()}
        list_name, name = row.get("list_name", ""), row.get("name", "")
        _check_texts(sheet, number, row, header_of, warned_lists, faults, warnings)
        if not list_name:
            faults.append(Fault(FaultKind.LIST_NAME_MISSING, sheet.name, number, header_of["list_name"]))
            continue
        if not name:
            faults.append(
                Fault(FaultKind.CHOICE_NAME_MISSING, sheet.name, number, header_of["name"], {"list": list_name})
            )
            continue
        for base, text in (("list_name", list_name), ("name", name)):
            if unusual_space(text):
                proposal = "_".join(text.split())
                values = {"text": text, "meant": proposal, "proposal": proposal}
                faults.append(Fault(FaultKind.SPACE_UNUSUAL, sheet.name, number, header_of[base], values))
        if re.search(r"\s", name) and not unusual_space(name):
            place = Fault(FaultKind.CHOICE_NAME_SPACE, sheet.name, number, header_of["name"], {"name": name})
            (faults if list_name in ticked else warnings).append(place)
        other = number_by_name.setdefault((list_name, name), number)
        if other != number and not duplicates_allowed:
            values = {"list": list_name, "name": name, "other": other}
            faults.append(Fault(FaultKind.CHOICE_DUPLICATE, sheet.name, number, header_of["name"], values))
    return faults, warnings


def _check_texts(
    sheet: Sheet,
    number: int,
    row: dict[str, str],
    header_of: dict[str, str],
    warned_lists: set[tuple[str, str]],
    faults: list[Fault],
    warnings: list[Fault],
) -> None:
    """The name of the list, and a label for people: told once for each list."""
    list_name, name = row.get("list_name", ""), row.get("name", "")
    quote = next((sign for sign in list_name if sign in "'\"‘’“”<>&"), "")
    if quote and ("name", list_name) not in warned_lists:
        warned_lists.add(("name", list_name))
        values = {"list": list_name, "character": quote, "suggestion": suggested_name(list_name)}
        faults.append(Fault(CellFaultKind.LIST_NAME_INVALID, sheet.name, number, header_of["list_name"], values))
    if name and not any(row.get(base) for base in ("label", *MEDIA)) and ("label", list_name) not in warned_lists:
        warned_lists.add(("label", list_name))
        header = header_of.get("label", "label")
        warnings.append(Fault(CellFaultKind.CHOICE_LABEL_MISSING, sheet.name, number, header, {"name": name}))
