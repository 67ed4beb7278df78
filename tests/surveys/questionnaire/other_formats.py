"""The same sheets as XLS, as one CSV and as a ZIP of CSVs. The XLS is written here, record by record: no kept library does it."""

import csv
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

Rows = Sequence[Sequence[str]]
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def rows_of_xlsx(data: bytes) -> dict[str, list[list[str]]]:
    """Every sheet of an XLSX as rows of text."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    return {
        sheet.title: [
            ["" if cell is None else _text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)
        ]
        for sheet in book
    }


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def as_csv(sheets: Mapping[str, Rows]) -> bytes:
    """The sheets one below the other, as pyxform defines it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for name, rows in sheets.items():
        writer.writerow([name])
        writer.writerows([["", *row] for row in rows])
    return out.getvalue().encode()


def as_zip(sheets: Mapping[str, Rows]) -> bytes:
    """A folder of CSVs, one for each sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in sheets.items():
            text = io.StringIO(newline="")
            csv.writer(text).writerows(rows)
            archive.writestr(f"form/{name}.csv", text.getvalue().encode("utf-8-sig"))
    return out.getvalue()


def as_xls(sheets: Mapping[str, Rows], *, kinds: Mapping[str, int] | None = None, extra: bytes = b"") -> bytes:
    """A BIFF8 workbook of text cells in its OLE container. `kinds`: what a sheet is besides cells; `extra`: more records."""
    return _container(_book(sheets, kinds or {}, extra))


def supporting_book(*, other: str = "", sheets: Sequence[str] = ()) -> bytes:
    """The record that says which workbook formulas read: another one, or this one itself."""
    if not other:
        return _record(0x1AE, struct.pack("<H", 1) + b"\x01\x04")
    return _record(0x1AE, struct.pack("<H", len(sheets)) + b"".join(_unicode(text, "<H") for text in (other, *sheets)))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _unicode(text: str, wide: str) -> bytes:
    units = text.encode("utf-16-le")
    return struct.pack(wide, len(units) // 2) + b"\x01" + units


def _book(sheets: Mapping[str, Rows], kinds: Mapping[str, int], extra: bytes) -> bytes:
    begin = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6))
    codepage, end = _record(0x42, struct.pack("<H", 1200)), _record(0x0A, b"")
    bodies = [_sheet(rows) for rows in sheets.values()]
    names = [_unicode(name, "<B") for name in sheets]
    at = len(begin) + len(codepage) + sum(4 + 6 + len(name) for name in names) + len(extra) + len(end)
    bounds = []
    for title, name, body in zip(sheets, names, bodies, strict=True):
        bounds.append(_record(0x85, struct.pack("<IBB", at, 0, kinds.get(title, 0)) + name))
        at += len(body)
    return begin + codepage + b"".join(bounds) + extra + end + b"".join(bodies)


def _sheet(rows: Rows) -> bytes:
    out = [_record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6))]
    out.append(_record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows), default=0), 0)))
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            if text:
                out.append(_record(0x204, struct.pack("<HHH", row, column, 0) + _unicode(text, "<H")))
    return b"".join([*out, _record(0x0A, b"")])


def _container(stream: bytes) -> bytes:
    """One stream called Workbook, in sectors of 512 bytes."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // 512)
    fats = 1
    while fats * 128 < count + 1 + fats:
        fats += 1
    chain = [*range(1, count), _END]  # the stream, then its folder, then the chains themselves
    table = [*chain, _END, *([_FAT] * fats)]
    table += [_FREE] * (fats * 128 - len(table))
    folder = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 0, len(stream)) + bytes(256)
    starts = [count + 1 + number for number in range(fats)] + [_FREE] * (109 - fats)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<IIIIIIIII", fats, count, 0, 4096, _END, 0, _END, 0, starts[0]) + struct.pack(
        "<108I", *starts[1:]
    )
    return header + stream.ljust(count * 512, b"\0") + folder + struct.pack(f"<{len(table)}I", *table)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    title = name.encode("utf-16-le").ljust(64, b"\0")
    body = struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, _FREE, _FREE, child) + bytes(36)
    return title + body + struct.pack("<IQ", start, size)
