"""Spreadsheets in and out: XLSX, XLS, ODS and CSV as rows of plain text; tables as XLSX and CSV. Touches nothing.

In      a file as bytes; the kind is told by its content, not its name. CSV is UTF-8 (with or without BOM) or GB 18030.
        Cells become text as a person sees them: 12.0 is “12”, a date is 2023-07-01. Numbers with more than 15 digits were
        changed by the spreadsheet program already: they are marked, since a credit code may be among them.
Out     text is written as text: a cell that begins with = + - @ never becomes a formula (XLSX), or has ' before it (CSV).
Raises  Unreadable: a file that is no table, is protected, or unpacks to too much.
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

MOST_ROWS = 100_000
MOST_COLUMNS = 256
MOST_CELLS = 6_000_000  # of the rectangle that a sheet spans
MOST_UNPACKED = 300 * 1024 * 1024  # bytes of all parts of an XLSX
MOST_RATIO = 300  # of a part's size to its packed size; honest sheets stay below 60
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


PICTURE, PDF, WORD, SLIDES, WEB_PAGE, ARCHIVE = (
    ("图片", "a picture"),
    ("PDF 文件", "a PDF"),
    ("Word 文档", "a Word document"),
    ("演示文稿", "a presentation"),
    ("网页", "a web page"),
    ("压缩包", "an archive"),
)
_BEGINNINGS = {
    b"\x89PNG": PICTURE,
    b"\xff\xd8\xff": PICTURE,
    b"GIF8": PICTURE,
    b"%PDF": PDF,
    b"Rar!": ARCHIVE,
    b"7z\xbc\xaf": ARCHIVE,
    b"\x1f\x8b": ARCHIVE,
}
_OFFICE = {"word/": WORD, "ppt/": SLIDES}


class Unreadable(ValueError):
    """A file that is not taken as a table. `reason`: empty, not_a_table, other_file, protected, too_large, too_many_rows,
    too_far (`detail` is the cell).

    `what` an `other_file` is: in Chinese, in English.
    """

    def __init__(self, reason: str, detail: str = "", what: tuple[str, str] = ("", "")) -> None:
        self.reason, self.detail, self.what = reason, detail, what
        super().__init__(f"{reason}: {detail}")

    def __reduce__(self) -> tuple[Any, ...]:
        return Unreadable, (self.reason, self.detail, self.what)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as text. `kind`: text, number, date, long (a number that lost digits), bool, empty."""

    text: str = ""
    kind: str = "empty"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet that holds anything; `rows` pairs the spreadsheet's row number (from 1) with its cells."""

    name: str
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    other_sheets: tuple[str, ...] = ()
    merged: tuple[tuple[int, int, int], ...] = ()  # down one column: first row, last row (from 1), column (from 0)


def read_sheet(data: bytes, name: str, sheet: str | None = None) -> Sheet:
    """The rows of one sheet, blank rows left out. Raises Unreadable."""
    if not data.strip():
        raise Unreadable("empty")
    if what := other_file(data):
        raise Unreadable("other_file", name, what)
    if data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _read_workbook(data, sheet)
    return _read_csv(data, name)


def other_file(data: bytes) -> tuple[str, str] | None:
    """What a file is by its content, where that is plainly no table, whatever its name ends in."""
    kind = next((what for begins, what in _BEGINNINGS.items() if data.startswith(begins)), None)
    if kind or not data.startswith(b"PK\x03\x04"):
        return kind or (WEB_PAGE if re.match(rb"\s*<(!doctype html|html)", data[:200], re.IGNORECASE) else None)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return None
    for folder, what in _OFFICE.items():
        if any(name.startswith(folder) for name in names):
            return what
    return None if any(name.startswith("xl/") or name in ("content.xml", "mimetype") for name in names) else ARCHIVE


# --- in ------------------------------------------------------------------------------------------------------------


def _read_workbook(data: bytes, sheet: str | None) -> Sheet:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if data[:2] == b"PK":
        _refuse_bombs(data)
        try:
            _refuse_far_cells(data)
        except (Unreadable, MemoryError):
            raise
        except Exception as problem:  # a damaged archive fails in many ways; every one of them is the file's fault
            raise Unreadable("not_a_table", str(problem)) from problem
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        for name in [sheet] if sheet in names else names:
            page = book.get_sheet_by_name(name)
            cells = _cells(page.to_python(skip_empty_area=False))
            if cells:
                return Sheet(name, cells, tuple(other for other in names if other != name), _merged(page))
    except PasswordError as problem:
        raise Unreadable("protected", str(problem)) from problem
    except (CalamineError, OSError, ValueError, KeyError) as problem:
        if isinstance(problem, Unreadable):
            raise
        raise Unreadable(
            "protected" if b"E\x00n\x00c\x00r\x00y\x00p\x00t" in data else "not_a_table", str(problem)
        ) from problem
    raise Unreadable("empty")


def _merged(page: Any) -> tuple[tuple[int, int, int], ...]:
    ranges = page.merged_cell_ranges or ()
    return tuple((top + 1, bottom + 1, left) for (top, left), (bottom, _right) in ranges if bottom > top)


def _refuse_bombs(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as problem:
        raise Unreadable("not_a_table", str(problem)) from problem
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unreadable("too_large")
    if any(part.file_size > 1024 * 1024 and part.file_size > MOST_RATIO * max(part.compress_size, 1) for part in parts):
        raise Unreadable("too_large")


_CELL = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\br=\"([A-Z]{1,4})(\d{1,8})\"[^<>]*(?<!/)>")
_REPEATED = re.compile(rb"number-(?:columns|rows)-repeated=\"(\d{1,12})\"[^<>]*(?<!/)>\s*<(?:\w+:)?(?:table-cell|p)\b")


def _refuse_far_cells(data: bytes) -> None:
    """A sheet is a rectangle in memory from its first to its last cell with content: one far away makes it of any size."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                _refuse_far_cells_of(archive.read(part))
            elif part == "content.xml":
                repeated = max((int(times) for times in _REPEATED.findall(archive.read(part))), default=0)
                if repeated > MOST_ROWS:
                    raise Unreadable("too_large")


def _refuse_far_cells_of(text: bytes) -> None:
    rows = columns = 0
    for cell in _CELL.finditer(text):
        letters, row = cell[1], int(cell[2])
        column = column_number(letters.decode())
        rows, columns = max(rows, row), max(columns, column)
        if column > MOST_COLUMNS or row > 10 * MOST_ROWS or rows * columns > MOST_CELLS:
            raise Unreadable("too_far", f"{letters.decode()}{row}")


def column_number(letters: str) -> int:
    """A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def _read_csv(data: bytes, name: str) -> Sheet:
    if b"\x00" in data[:4096]:
        raise Unreadable("not_a_table", name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as problem:
            raise Unreadable("not_a_table", str(problem)) from problem
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;，", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows: list[Sequence[Any]] = list(reader)
    except csv.Error as problem:
        raise Unreadable("not_a_table", str(problem)) from problem
    cells = _cells(rows)
    if not cells:
        raise Unreadable("empty")
    if len(cells) == 1 and len(cells[0][1]) == 1 and len(cells[0][1][0].text) > 500:
        raise Unreadable("not_a_table", name)
    return Sheet("", cells)


def _cells(rows: Sequence[Sequence[Any]]) -> list[tuple[int, list[Cell]]]:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = [_cell(value) for value in row[:MOST_COLUMNS]]
        while cells and cells[-1].kind == "empty":
            cells.pop()
        if cells:
            lines.append((number, cells))
    if len(lines) > MOST_ROWS:
        raise Unreadable("too_many_rows", str(len(lines)))
    return lines


def _cell(value: Any) -> Cell:
    if value is None or value == "":
        return Cell()
    if isinstance(value, bool):
        return Cell("是" if value else "否", "bool")
    if isinstance(value, int | float):
        whole = float(value).is_integer()
        text = str(int(value)) if whole else repr(value)
        return Cell(text, "long" if whole and abs(value) >= 1e15 else "number")
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return Cell(value.date().isoformat() if midnight else value.isoformat(" ", "minutes"), "date")
    if isinstance(value, date | time):
        return Cell(value.isoformat(), "date")
    text = str(value).replace("\u200b", "").replace("\ufeff", "").strip()
    return Cell(text, "text") if text else Cell()


def half_width(text: str) -> str:
    """Full-width digits, letters and blanks as half-width ones; Chinese punctuation stays."""
    return "".join(
        unicodedata.normalize("NFKC", mark) if "\uff01" <= mark <= "\uff5e" and mark not in "，；：！？（）" else mark
        for mark in text.replace("\u3000", " ")
    ).strip()


# --- out -----------------------------------------------------------------------------------------------------------


def write_table(
    kind: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "", widths: Sequence[int] = ()
) -> tuple[bytes, str]:
    """A table as a file: (bytes, media type). `kind`: xlsx or csv; `title` names the sheet."""
    return (_xlsx(heads, rows, title, widths), XLSX) if kind == "xlsx" else (_csv(heads, rows), CSV)


def guarded(value: Any) -> str:
    """A CSV cell that no spreadsheet program takes for a formula, also behind blanks, which some of them leave out."""
    text = _text(value)
    begins = text.startswith(FORMULA_STARTS) or _unseen(text).startswith(FORMULA_STARTS)
    return "'" + text if begins and not _is_number(text) else text


def _unseen(text: str) -> str:
    """The text from its first mark that is seen."""
    return text.lstrip(
        "".join({mark for mark in text[:100] if mark.isspace() or unicodedata.category(mark) in ("Cc", "Cf", "Zs")})
    )


def _csv(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([guarded(head) for head in heads])
    writer.writerows([guarded(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()  # the BOM tells WPS and Excel that it is UTF-8


def _xlsx(heads: Sequence[str], rows: Iterable[Sequence[Any]], title: str, widths: Sequence[int]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - the same table is the same file
    sheet = book.add_worksheet(_sheet_name(title))
    bold, text = book.add_format({"bold": True, "bottom": 1, "text_wrap": True}), book.add_format({"num_format": "@"})
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
        sheet.set_column(column, column, widths[column] if column < len(widths) else max(10, 2 * len(head) + 2))
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(number, column, value)
            elif value is not None and value != "":
                sheet.write_string(number, column, _text(value), text)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _sheet_name(title: str) -> str:
    return "".join(mark for mark in title if mark not in "[]:*?/\\'")[:31] or "1"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple | set):
        return "、".join(map(str, value))
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return str(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
