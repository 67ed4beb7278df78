"""A form's bytes → its sheets as rows of text with their row numbers; or why the file cannot be read.

Taken are XLSX, XLS, a CSV with its sheets one below the other, and a ZIP of CSVs; which it is, the content tells. Nothing in the file is run or followed: macros and links to other workbooks are refused, an archive that unpacks to too
much is refused before it is unpacked.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from surveys.questionnaire.sheets import old_workbook, other_files, plain_sheets
from surveys.questionnaire.sheets.bilingual import Text
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.file_faults import FileFaultKind
from surveys.questionnaire.sheets.sheets import MOST_COLUMNS, MOST_ROWS, Sheet, most_rows, visible_text
from surveys.questionnaire.sheets.unreadable import NO_SHEETS, Unreadable, reason

__all__ = ["Sheet", "open_workbook", "visible_text"]

LARGEST_UNPACKED = 60 * 1024 * 1024
LARGEST_RATIO = 300
MOST_PARTS = 2000
MOST_CELLS = 600_000  # and rows, of all sheets; blank ones with a format too
_RATIO_COUNTS_FROM = 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_workbook(data: bytes, name: str) -> tuple[dict[str, Sheet], list[Fault]]:
    """The sheets by lower-case name, and the faults of the file; sheets are empty when it cannot be read at all."""
    fault = _refused(data, name)
    if fault is not None:
        return {}, [fault]
    try:
        if data.startswith(_OLE):
            return plain_sheets.xls_sheets(data)
        if not data.startswith(b"PK"):
            return _of_text(data, name)
        parts = _parts(data)
        if (why := _too_many_cells(data)) is not None:
            return {}, [_large(why, name)]
        return _sheets(data) if "xl/workbook.xml" in parts else plain_sheets.csv_folder(_csv_files(data))
    except Exception as error:  # a damaged file fails in many ways; every one of them is the file's fault
        kind = (
            FileFaultKind.WORKBOOK_ENCRYPTED
            if type(error).__name__ == "PasswordError"
            else FileFaultKind.NOT_A_WORKBOOK
        )
        return {}, [Fault(kind, values={"name": name, **reason(error)})]


def _refused(data: bytes, name: str) -> Fault | None:
    """Why the file is not opened at all, judged on its table of contents."""
    if not data:
        return Fault(FileFaultKind.EMPTY_FILE, values={"name": name})
    if data.startswith(_OLE):
        return _refused_old(data, name)
    if not data.startswith(b"PK"):
        what = other_files.of_bytes(data)
        return None if what is None else _other(what, name)
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        return Fault(FileFaultKind.NOT_A_WORKBOOK, values={"name": name, **reason(error)})
    names = [part.filename.lower() for part in parts]
    if any(part.flag_bits & 1 for part in parts):
        return Fault(FileFaultKind.WORKBOOK_ENCRYPTED, values={"name": name})
    if any("vbaproject" in part or part.startswith("xl/macrosheets/") for part in names) or name.lower().endswith(
        ".xlsm"
    ):
        return Fault(FileFaultKind.WORKBOOK_HAS_MACROS, values={"name": name})
    if (why := _too_large(parts)) is not None:
        return _large(why, name)
    if any(part.startswith("xl/externallinks/") for part in names):
        return Fault(FileFaultKind.WORKBOOK_LINKS_OUTSIDE, values={"name": name})
    if "xl/workbook.xml" not in names and not any(plain_sheets.is_sheet(part) for part in names):
        what = other_files.of_parts(names)
        if what is None and names and other_files.named_a_workbook(name):
            what = other_files.text_or_archive(data)
        if what is not None:
            return _other(what, name)
        return Fault(FileFaultKind.NOT_A_WORKBOOK, values={"name": name, **reason(Unreadable(NO_SHEETS))})
    return None


def _refused_old(data: bytes, name: str) -> Fault | None:
    """The same for Microsoft's old container."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Fault(FileFaultKind.WORKBOOK_ENCRYPTED, values={"name": name})
    if "_VBA_PROJECT".encode("utf-16-le") in data or old_workbook.has_macro_sheet(data):
        return Fault(FileFaultKind.WORKBOOK_HAS_MACROS, values={"name": name})
    if old_workbook.links_outside(data):
        return Fault(FileFaultKind.WORKBOOK_LINKS_OUTSIDE, values={"name": name})
    what = other_files.of_ole(data)
    return None if what is None else _other(what, name)


def _too_large(parts: list[zipfile.ZipInfo]) -> Text | None:
    """Why an archive is not unpacked."""
    unpacked, limit = sum(part.file_size for part in parts) / 2**20, LARGEST_UNPACKED / 2**20
    if unpacked > limit:
        zh = f"展开后有 {unpacked:,.0f} MB，超过 {limit:,.0f} MB 的上限"
        return Text(zh, f"it unpacks to {unpacked:,.0f} MB, more than the limit of {limit:,.0f} MB")
    if len(parts) > MOST_PARTS:
        zh = f"压缩包里有 {len(parts):,} 个文件，超过 {MOST_PARTS:,} 个的上限"
        return Text(zh, f"it holds {len(parts):,} parts, more than the limit of {MOST_PARTS:,}")
    for part in parts:
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > _RATIO_COUNTS_FROM and ratio > LARGEST_RATIO:
            zh = f"其中“{part.filename[:80]}”展开为压缩后的 {ratio:,.0f} 倍，不是正常的内容"
            return Text(
                zh, f"“{part.filename[:80]}” in it unpacks to {ratio:,.0f} times its size, which no content does"
            )
    return None


def _too_many_cells(data: bytes) -> Text | None:
    """Why the sheets of a workbook are not read: judged without reading them, because reading takes its time for each cell."""
    cells = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if part.lower().startswith("xl/worksheets/") and part.lower().endswith(".xml"):
                text = archive.read(part)
                cells += text.count(b"<c ") + text.count(b"<c>") + text.count(b"<c/") + text.count(b"<row")
    if cells <= MOST_CELLS:
        return None
    zh = f"工作表共有约 {cells:,} 个单元格，超过 {MOST_CELLS:,} 个的上限"
    return Text(zh, f"its sheets have about {cells:,} cells, more than the limit of {MOST_CELLS:,}")


def _large(why: Text, name: str) -> Fault:
    return Fault(FileFaultKind.WORKBOOK_TOO_LARGE, values={"name": name, "why_zh": why.zh, "why_en": why.en})


def _other(what: Text, name: str) -> Fault:
    return Fault(FileFaultKind.OTHER_FILE, values=other_files.said_of(what, name))


def _parts(data: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name.lower() for name in archive.namelist()}


def _csv_files(data: bytes) -> list[tuple[str, bytes]]:
    """The sheets in a ZIP of CSVs."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist() if plain_sheets.is_sheet(name)]


def _of_text(data: bytes, name: str) -> tuple[dict[str, Sheet], list[Fault]]:
    """The sheets of a CSV; text without any sheet in it is no form."""
    sheets, faults = plain_sheets.csv_sheets(data)
    if not set(sheets) & set(plain_sheets.SHEET_NAMES):
        if other_files.named_a_workbook(name):
            return {}, [_other(other_files.text_or_archive(data), name)]
        return {}, [Fault(FileFaultKind.NOT_A_FORM_CSV, values={"name": name})]
    return sheets, faults


def _sheets(data: bytes) -> tuple[dict[str, Sheet], list[Fault]]:
    import openpyxl

    faults: list[Fault] = []
    sheets: dict[str, Sheet] = {}
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        for title in book.sheetnames:
            worksheet = book[title]
            if hasattr(worksheet, "reset_dimensions"):  # a sheet of charts has no cells
                worksheet.reset_dimensions()
                sheets[title.strip().lower()] = _read(title.strip(), worksheet, faults)
    finally:
        book.close()
    if _has_formulas(data):
        _check_formulas(data, sheets, faults)
    return sheets, faults


def _read(title: str, worksheet: Any, faults: list[Fault]) -> Sheet:
    from pyxform.xls2json_backends import xlsx_value_to_str

    sheet = Sheet(title)
    columns: dict[int, str] = {}
    for number, cells in enumerate(worksheet.iter_rows(max_col=MOST_COLUMNS), 1):
        if number > 2 * MOST_ROWS:  # empty rows that an office program left are no rows
            if any(cell.value is not None and visible_text(cell.value) for cell in cells):
                faults.append(Fault(FileFaultKind.ROWS_FAR_DOWN, title, values={"limit": 2 * MOST_ROWS}))
                break
            continue
        if not columns:  # the first row that is not blank
            columns = _columns(sheet, number, cells, faults)
            if columns or number < 100:
                continue
        row: dict[str, str] = {}
        for place, column in columns.items():
            cell = cells[place] if place < len(cells) else None
            value = None if cell is None else cell.value
            text = "" if value is None else visible_text(xlsx_value_to_str(value))
            if cell is not None and getattr(cell, "data_type", "") == "e":
                faults.append(Fault(FileFaultKind.CELL_ERROR, title, number, column, {"value": text}))
            elif text:
                row[column] = text
        if row:
            sheet.rows.append((number, row))
        if len(sheet.rows) > most_rows(title):
            faults.append(Fault(FileFaultKind.TOO_MANY_ROWS, title, values={"limit": most_rows(title)}))
            break
    return sheet


def _columns(sheet: Sheet, number: int, cells: Iterable[Any], faults: list[Fault]) -> dict[int, str]:
    columns: dict[int, str] = {}
    for place, cell in enumerate(cells):
        header = "" if cell.value is None else visible_text(cell.value)
        if not header:
            continue
        if header in sheet.headers:
            faults.append(Fault(FaultKind.COLUMN_DUPLICATE, sheet.name, number, header))
            continue
        sheet.headers.append(header)
        columns[place] = header
    return columns


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                text = archive.read(part)
                if b"<f>" in text or b"<f " in text:
                    return True
    return False


def _check_formulas(data: bytes, sheets: Mapping[str, Sheet], faults: list[Fault]) -> None:
    """Formulas are read by their stored result; one without a result would be lost in silence."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    try:
        for title in book.sheetnames:
            sheet = sheets.get(title.strip().lower())
            worksheet = book[title]
            if sheet is None or not hasattr(worksheet, "reset_dimensions"):
                continue
            worksheet.reset_dimensions()
            rows = dict(sheet.rows)
            for number, cells in enumerate(worksheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS), 1):
                for place, cell in enumerate(cells):
                    if getattr(cell, "data_type", "") == "f" and number > 1:
                        column = sheet.headers[place] if place < len(sheet.headers) else None
                        if column and column not in rows.get(number, {}):
                            faults.append(Fault(FileFaultKind.FORMULA_WITHOUT_VALUE, sheet.name, number, column))
    finally:
        book.close()
