"""Corrects the cells of a workbook whose faults carry a proposal, as one press on the upload page does.

A correction never comes by itself: it is shown beside its row, and the organizer's press writes it into a copy of the
workbook, which is then read like any other upload.
"""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from surveys.questionnaire.sheets.faults import Fault
from surveys.questionnaire.sheets.sheets import Sheet, visible_text
from surveys.questionnaire.sheets.workbook import open_workbook


@dataclass(frozen=True, slots=True)
class Correction:
    """One cell: what it says now and what it would say."""

    sheet: str
    row: int
    column: str
    old_text: str
    new_text: str


def corrections(data: bytes, name: str, faults: Iterable[Fault]) -> list[Correction]:
    """What can be corrected in a workbook by the faults that were found in it, one for each cell, in their order."""
    sheets, _faults = open_workbook(data, name)
    by_place: dict[tuple[str, int, str], Correction] = {}
    for fault in faults:
        sheet = sheets.get(fault.sheet.strip().lower())
        if sheet is None or not (fault.proposal and fault.row and fault.column):
            continue
        cells = next((cells for number, cells in sheet.rows if number == fault.row), {})
        place = sheet.name, fault.row, fault.column
        if fault.column in cells and place not in by_place:
            by_place[place] = Correction(*place, cells[fault.column], fault.proposal)
    return list(by_place.values())


def corrected(data: bytes, name: str, chosen_corrections: Iterable[Correction]) -> tuple[str, bytes]:
    """The workbook with these cells corrected, and its file name; everything else in it stays as it is.

    An old workbook or a CSV comes back as XLSX. A correction whose cell says something else by now is left out.
    """
    if data.startswith(b"PK") and (book := _opened(data)) is not None:
        return name, _written(book, chosen_corrections)
    sheets, _faults = open_workbook(data, name)
    stem = name.rpartition(".")[0] or name
    return f"{stem}.xlsx", _written(_book_of(sheets), chosen_corrections)


def _opened(data: bytes) -> Any:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        return openpyxl.load_workbook(io.BytesIO(data))
    except (InvalidFileException, KeyError):  # a ZIP of CSVs
        return None


def _book_of(sheets: Mapping[str, Sheet]) -> Any:
    """The sheets in a new workbook, each row where it was."""
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for sheet in sheets.values():
        page = book.create_sheet(sheet.name)
        for place, header in enumerate(sheet.headers, 1):
            page.cell(1, place, header)
        for number, cells in sheet.rows:
            for place, header in enumerate(sheet.headers, 1):
                if header in cells:
                    page.cell(number, place).value = cells[header]
    return book


def _written(book: Any, chosen_corrections: Iterable[Correction]) -> bytes:
    pages = {title.strip().lower(): book[title] for title in book.sheetnames}
    for correction in chosen_corrections:
        page = pages.get(correction.sheet.lower())
        if page is None:
            continue
        heads = (row for row in page.iter_rows(max_row=correction.row) if any(cell.value is not None for cell in row))
        columns = {visible_text(cell.value): cell.column for cell in next(heads, ()) if cell.value is not None}
        if correction.column not in columns:
            continue
        cell = page.cell(correction.row, columns[correction.column])
        if visible_text(str(cell.value).replace("\xa0", " ")) == correction.old_text:  # as the workbook is read
            cell.value = correction.new_text
            cell.data_type = "s"  # a rule may begin with “=”; it is no formula of the spreadsheet
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
