"""Sheets → an XLSForm workbook that reads back as the same form: every cell is text, and stands where it stood.

A rule may begin with `=` or `-`, so nothing is put before it: as a text cell no spreadsheet program takes it for a formula.
"""

import io
from collections.abc import Mapping
from datetime import datetime

from surveys.questionnaire.sheets import Sheet

_ORDER = ("survey", "choices", "settings", "diaoyan", "diaoyan_tables")
_WIDE = ("label", "hint", "constraint", "calculation", "relevant", "choice_filter", "guidance_hint", "title")


def workbook_of(sheets: Mapping[str, Sheet]) -> bytes:
    """The sheets as an XLSX file; the same sheets are the same bytes."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - the same form is the same file
    text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
    for sheet in _in_order(sheets):
        page = book.add_worksheet(sheet.name[:31])
        for place, header in enumerate(sheet.headers):
            page.write_string(0, place, header, head)
            page.set_column(place, place, 34 if header.partition("::")[0] in _WIDE else 16)
        places = {header: place for place, header in enumerate(sheet.headers)}
        for number, cells in numbered(sheet).rows:
            for header, cell in cells.items():
                page.write_string(number - 1, places[header], cell, text)
        page.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _in_order(sheets: Mapping[str, Sheet]) -> list[Sheet]:
    known = [sheets[name] for name in _ORDER if name in sheets]
    return known + [sheet for name, sheet in sheets.items() if name not in _ORDER]


def numbered(sheet: Sheet) -> Sheet:
    """The sheet with its first row of content in row 2 at the latest: a section of a CSV stands further down."""
    first = min((number for number, _cells in sheet.rows), default=2)
    shift = max(first - 2, 0)
    return Sheet(sheet.name, list(sheet.headers), [(number - shift, dict(cells)) for number, cells in sheet.rows])
