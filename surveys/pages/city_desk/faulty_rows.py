"""The rows of an uploaded form around its faults, as its author sees them in the spreadsheet. Touches nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from surveys.confined import confined
from surveys.planning.forms.form_reading import sheets_of
from surveys.questionnaire.package import attachments
from surveys.questionnaire.sheets.faults import Fault
from surveys.questionnaire.sheets.sheets import Sheet

AROUND = 2  # rows shown before and after a fault
MOST_COLUMNS = 8
MOST_FAULTS = 300  # rows of one sheet that are shown; the list above them has every fault
_USUAL = ("type", "list_name", "name", "means", "role")


@dataclass
class Extract:
    """Rows of the uploaded sheet around a fault: `heads`, and (row number, cells, faults of the row)."""

    sheet: str
    heads: list[str]
    rows: list[tuple[int, list[str], list[Fault]]] = field(default_factory=list)


def extracts(data: bytes, name: str, attached: Mapping[str, bytes], faults: Iterable[Fault]) -> list[Extract]:
    """For each sheet or attached list with faults at a row: the rows around them, with the columns that matter there."""
    row_faults = [fault for fault in faults if fault.sheet and fault.row]
    if not row_faults:
        return []
    sheets = {sheet.name: sheet for sheet in sheets_of(data, name).values()}
    sheet_extracts = []
    for sheet_name in dict.fromkeys(fault.sheet for fault in row_faults):
        sheet = sheets.get(sheet_name)
        if sheet is None and sheet_name in attached:
            sheet, _faults = confined(attachments.read_list, sheet_name, attached[sheet_name])
        if sheet is not None:
            sheet_extracts.append(
                _extract(sheet, [fault for fault in row_faults if fault.sheet == sheet_name][:MOST_FAULTS])
            )
    return sheet_extracts


def _extract(sheet: Sheet, faults: list[Fault]) -> Extract:
    columns_at_fault = {fault.column for fault in faults if fault.column}

    def matters(head: str) -> bool:
        return head in columns_at_fault or head in _USUAL

    usual_heads = [head for head in sheet.headers if matters(head) or head.startswith("label")]
    columns = set(sorted(usual_heads, key=lambda head: not matters(head))[:MOST_COLUMNS])
    heads = [head for head in usual_heads if head in columns]
    near = {row for fault in faults for row in range((fault.row or 0) - AROUND, (fault.row or 0) + AROUND + 1)}
    extract = Extract(sheet.name, heads)
    rows = list(sheet.rows)
    if any(fault.row == 1 for fault in faults):  # a fault of the column names themselves
        rows.insert(0, (1, {head: head for head in sheet.headers}))
    for number, cells in rows:
        if number in near:
            row_faults = [fault for fault in faults if fault.row == number]
            extract.rows.append((number, [cells.get(head, "") for head in heads], row_faults))
    return extract
