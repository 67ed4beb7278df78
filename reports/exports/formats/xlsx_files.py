"""Tables as one workbook: a sheet a table, codes and texts as text, numbers as numbers; written row by row. Touches nothing but its input.

A text is written as text, so no spreadsheet program takes it for a formula; one longer than a cell holds ends in `…`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from reports.exports.columns import Table, in_words
from reports.exports.rows import Row

LONGEST_CELL = 32_767
MOST_DIGITS = 15
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
NUMERIC = ("number", "mark")
Sheet = tuple[str, Sequence[str], frozenset[int], Iterable[Sequence[str]]]  # title, heads, places of numbers, rows


def write_xlsx(out: Path, tables: Iterable[tuple[Table, Iterable[Row]]], language: str) -> dict[str, int]:
    """Write the workbook; gives how many rows each table has. Two lines of heads would hinder a filter: names alone stand there."""
    listed = list(tables)
    sheets = [
        (
            in_words(table.title, language),
            table.heads(),
            frozenset(place for place, column in enumerate(table.columns) if column.kind in NUMERIC),
            rows,
        )
        for table, rows in listed
    ]
    return dict(zip([table.key for table, _rows in listed], write_sheets(out, sheets), strict=True))


def write_sheets(out: Path, sheets: Iterable[Sheet]) -> list[int]:
    """Write sheets one after the other; gives how many rows each has."""
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "tmpdir": str(out.parent),
    }
    book = xlsxwriter.Workbook(str(out), options)
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - the same tables are the same file
    formats = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
    taken: set[str] = set()
    counts = [_write_sheet(book, formats, taken, *sheet) for sheet in sheets]
    book.close()
    return counts


def _write_sheet(
    book: Any,
    formats: tuple[Any, Any],
    taken: set[str],
    title: str,
    heads: Sequence[str],
    numbers: frozenset[int],
    rows: Iterable[Sequence[str]],
) -> int:
    bold, text = formats
    sheet = book.add_worksheet(_sheet_name(title, taken))
    sheet.freeze_panes(1, 1)
    for place, head in enumerate(heads):
        sheet.set_column(place, place, max(8, min(len(head) + 2, 30)))
        sheet.write_string(0, place, head, bold)
    count = 0
    for count, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            if not cell:
                continue
            if place in numbers and len(cell) <= MOST_DIGITS and _NUMBER.fullmatch(cell):
                sheet.write_number(count, place, float(cell) if "." in cell else int(cell))
            else:
                sheet.write_string(count, place, _fitting(cell), text)
    return count


def _fitting(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that no other sheet has; a spreadsheet program tells no capitals from small letters."""
    plain = "".join(mark for mark in title if mark not in "[]:*?/\\'")[:28] or "1"
    name = next(one for one in (plain, *(f"{plain} {n}" for n in range(2, 100))) if one.lower() not in taken)
    taken.add(name.lower())
    return name
