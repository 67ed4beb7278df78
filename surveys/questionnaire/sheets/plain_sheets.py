"""Sheets out of what is no XLSX: an old workbook (.xls), one CSV with a section for each sheet, or a folder of CSVs.

A CSV is as pyxform defines it: a line whose first cell is filled names the sheet, the lines after it leave that cell
empty, the first of them holds the column names. A CSV that begins with column names is the sheet `survey` alone.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.file_faults import FileFaultKind
from surveys.questionnaire.sheets.sheets import MOST_COLUMNS, Sheet, most_rows, visible_text
from surveys.questionnaire.sheets.unreadable import NOT_TEXT, Unreadable

SHEET_NAMES = (
    "survey",
    "choices",
    "settings",
    "diaoyan",
    "diaoyan_tables",
    "entities",
    "external_choices",
    "osm",
)
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]{2}")
_OUTSIDE = re.compile(r"=.*\[[^\]]+\.xl\w*\]", re.IGNORECASE)  # a formula that reads another workbook


def decoded(data: bytes) -> str:
    """The text of a CSV: UTF-8 with or without its mark, else GB 18030 as Chinese programs write it."""
    if b"\x00" in data[:4096]:
        raise Unreadable(NOT_TEXT)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            if _UNPRINTABLE.search(text):
                raise Unreadable(NOT_TEXT)
            return text
        except UnicodeDecodeError:
            continue
    raise Unreadable(NOT_TEXT)


def csv_rows(data: bytes) -> list[list[str]]:
    """Every line of a CSV as its cells; the separator is told from the first line. Raises Unreadable, csv.Error."""
    text = decoded(data)
    first = text.split("\n", 1)[0]
    separator = max(",\t;", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return [[visible_text(cell.replace("\r\n", "\n").replace("\xa0", " ")) for cell in row] for row in rows]


def csv_sheets(data: bytes) -> tuple[dict[str, Sheet], list[Fault]]:
    """The sheets of one CSV file."""
    rows = csv_rows(data)
    faults: list[Fault] = []
    head = [cell.lower() for cell in next((row for row in rows if any(row)), [])]
    if "type" in head and len(head) > 1:
        sheet = read_table("survey", enumerate(rows, 1), faults)
        return {"survey": sheet}, faults
    sections: dict[str, list[tuple[int, list[str]]]] = {}
    names: dict[str, str] = {}
    current: list[tuple[int, list[str]]] | None = None
    for number, row in enumerate(rows, 1):
        if row and row[0]:
            names.setdefault(row[0].lower(), row[0])
            current = sections.setdefault(row[0].lower(), [])
        if current is not None and any(row[1:]):
            current.append((number, row[1:]))
    return {name: read_table(names[name], lines, faults) for name, lines in sections.items()}, faults


def csv_folder(files: Iterable[tuple[str, bytes]]) -> tuple[dict[str, Sheet], list[Fault]]:
    """The sheets of a folder of CSVs, one for each sheet: `survey.csv`, `choices.csv`, …."""
    sheets: dict[str, Sheet] = {}
    faults: list[Fault] = []
    for name, data in files:
        stem = name.rpartition("/")[2].rpartition(".")[0]
        sheets[stem.lower()] = read_table(stem, enumerate(csv_rows(data), 1), faults)
    return sheets, faults


def is_sheet(name: str) -> bool:
    """Whether a file of a folder is one of its sheets."""
    stem, _dot, ending = name.rpartition("/")[2].lower().rpartition(".")
    return ending == "csv" and stem in SHEET_NAMES


def xls_sheets(data: bytes) -> tuple[dict[str, Sheet], list[Fault]]:
    """The sheets of a workbook in the old Excel format. Raises calamine's errors for a file it cannot read."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets: dict[str, Sheet] = {}
    faults: list[Fault] = []
    for title in book.sheet_names:
        rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        lines = ((number, [_text(value) for value in row]) for number, row in enumerate(rows, 1))
        sheets[title.strip().lower()] = read_table(title.strip(), lines, faults)
    return sheets, faults


def _text(value: Any) -> str:
    """A cell as the same cell of an XLSX reads."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date) and not isinstance(value, datetime):
        return str(datetime.combine(value, time()))
    if isinstance(value, timedelta):
        return f"{value // timedelta(hours=1):02}:{value // timedelta(minutes=1) % 60:02}:{value.seconds % 60:02}"
    return visible_text(str(value).replace("\xa0", " "))


def read_table(name: str, lines: Iterable[tuple[int, Sequence[str]]], faults: list[Fault]) -> Sheet:
    """A sheet from its lines; the first that is not blank holds the column names."""
    sheet = Sheet(name)
    columns: dict[int, str] = {}
    for number, cells in lines:
        if not columns:
            columns = _columns(sheet, number, cells, faults)
            continue
        row = {column: cells[place] for place, column in columns.items() if place < len(cells) and cells[place]}
        for column in [column for column, text in row.items() if text[0] == "=" and _OUTSIDE.match(text[:1000])]:
            faults.append(Fault(FileFaultKind.FORMULA_WITHOUT_VALUE, name, number, column))
            del row[column]
        if row:
            sheet.rows.append((number, row))
        if len(sheet.rows) > most_rows(name):
            values = {"limit": most_rows(name)}
            faults.append(Fault(FileFaultKind.TOO_MANY_ROWS, name, values=values))
            break
    return sheet


def _columns(sheet: Sheet, number: int, cells: Sequence[str], faults: list[Fault]) -> dict[int, str]:
    columns: dict[int, str] = {}
    for place, header in enumerate(cells[:MOST_COLUMNS]):
        if not header:
            continue
        if header in sheet.headers:
            faults.append(Fault(FaultKind.COLUMN_DUPLICATE, sheet.name, number, header))
            continue
        sheet.headers.append(header)
        columns[place] = header
    return columns
