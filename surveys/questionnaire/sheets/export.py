"""Sheets → an XLSForm workbook that reads back as the same form: every cell is text, and stands where it stood.

A rule may begin with `=` or `-`, so nothing is put before it: as a text cell no spreadsheet program takes it for a formula.
"""

import io
from collections.abc import Mapping
from datetime import datetime

from surveys.questionnaire.sheets.sheets import Sheet

_ORDER = ("survey", "choices", "settings", "diaoyan", "diaoyan_tables")
_RED = "#FBEAE8"
_WIDE = ("label", "hint", "constraint", "calculation", "relevant", "choice_filter", "guidance_hint", "title")


# Sheet, row and column → what is said of the cell.
Remarks = Mapping[tuple[str, int, str], str]


def workbook_of(sheets: Mapping[str, Sheet], remarks: Remarks | None = None) -> bytes:
    """The sheets as an XLSX file; the same sheets are the same bytes. A cell with a remark is red and has it as a comment."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - the same form is the same file
    text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
    formats = {False: text, True: book.add_format({"num_format": "@", "bg_color": _RED})}
    for sheet in _in_order(sheets):
        page = book.add_worksheet(sheet.name[:31])
        comments = _remarks_of(sheet, remarks or {})
        for place, header in enumerate(sheet.headers):
            page.write_string(0, place, header, head)
            page.set_column(place, place, 34 if header.partition("::")[0] in _WIDE else 16)
        places = {header: place for place, header in enumerate(sheet.headers)}
        rows = dict(numbered(sheet).rows)
        for number, cells in rows.items():
            for header, cell in sorted(cells.items(), key=lambda one: places[one[0]]):
                page.write_string(number - 1, places[header], cell, formats[(number, header) in comments])
        for (number, header), words in comments.items():
            if header and number > 1 and header not in rows.get(number, {}):
                page.write_blank(number - 1, places[header], None, formats[True])
            size = {"x_scale": 2.4, "y_scale": 1 + len(words) / 60}
            page.write_comment(number - 1, places.get(header, 0), words, size)
        page.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _in_order(sheets: Mapping[str, Sheet]) -> list[Sheet]:
    first_sheets = [sheets[name] for name in _ORDER if name in sheets]
    return first_sheets + [sheet for name, sheet in sheets.items() if name not in _ORDER]


def numbered(sheet: Sheet) -> Sheet:
    """The sheet with its first row of content in row 2 at the latest: a section of a CSV stands further down."""
    first = min((number for number, _cells in sheet.rows), default=2)
    shift = max(first - 2, 0)
    return Sheet(sheet.name, list(sheet.headers), [(number - shift, dict(cells)) for number, cells in sheet.rows])


def _remarks_of(sheet: Sheet, remarks: Remarks) -> dict[tuple[int, str], str]:
    """The remarks of a sheet by the rows it has in the file. What names no cell of it stands at its first one."""
    shift = max(min((number for number, _cells in sheet.rows), default=2) - 2, 0)
    comments: dict[tuple[int, str], str] = {}
    for (name, row, header), words in remarks.items():
        if name == sheet.name:
            place = (max(row - shift, 1) if row else 1, header if header in sheet.headers else "")
            comments[place] = f"{comments[place]}\n{words}" if place in comments else words
    return comments
