"""What an old workbook (.xls, BIFF) holds besides its cells: macro sheets, and links to other workbooks. Nothing is followed."""

import io
from collections.abc import Iterator

_BOUND_SHEET, _SUPPORTING_BOOK, _END = 0x85, 0x1AE, 0x0A
_OWN_SHEETS, _ADD_INS = b"\x01\x04", b"\x01\x3a"  # supporting books that are no other workbook
_MACRO_SHEETS = (1, 6)  # Excel 4 macros, Visual Basic
_MOST_RECORDS = 200_000


def has_macro_sheet(data: bytes) -> bool:
    """Whether a sheet of the workbook holds macros."""
    return any(kind == _BOUND_SHEET and len(body) > 5 and body[5] in _MACRO_SHEETS for kind, body in _globals(data))


def links_outside(data: bytes) -> bool:
    """Whether formulas of the workbook read other workbooks."""
    books = (body for kind, body in _globals(data) if kind == _SUPPORTING_BOOK)
    return any(len(body) > 4 and body[2:4] not in (_OWN_SHEETS, _ADD_INS) for body in books)


def _globals(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, body) of the records that stand before the sheets; none for a file that cannot be read."""
    stream = _stream(data)
    at = 0
    for _record in range(_MOST_RECORDS):
        if at + 4 > len(stream):
            return
        kind, size = int.from_bytes(stream[at : at + 2], "little"), int.from_bytes(stream[at + 2 : at + 4], "little")
        if kind == _END:
            return
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _stream(data: bytes) -> bytes:
    from xlrd.compdoc import CompDoc

    try:
        container = CompDoc(data, logfile=io.StringIO())
        for name in ("Workbook", "Book"):
            memory, base, size = container.locate_named_stream(name)
            if memory is not None:
                return bytes(memory[base : base + size])
    except Exception:
        return b""
    return b""
