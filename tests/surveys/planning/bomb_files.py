"""Small files that unpack to very much, or are made to break who reads them."""

import io
import os
import struct
import zipfile
import zlib

HEAD = '<?xml version="1.0"?>'
TYPES = (
    f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/>{more}</Types>'
)
RELATION = (
    f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{to}"/></Relationships>'
)
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
NAMES = '<row r="1"><c r="A1" t="inlineStr"><is><t>企业名称</t></is></c></row>'


def archive(**parts: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return out.getvalue()


def xlsx(rows: str = "", *, whole: str = "") -> bytes:
    """A workbook of one sheet with these rows, or with `whole` as the sheet's text."""
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    more = f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{sheet}"/>'
    book = (
        f'{HEAD}<workbook xmlns="{SHEET}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="survey" sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    body = whole or f'{HEAD}<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    return archive(
        **{
            "[Content_Types].xml": TYPES.format(part="xl/workbook.xml", kind="spreadsheetml.sheet", more=more),
            "_rels/.rels": RELATION.format(kind="officeDocument", to="xl/workbook.xml"),
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": RELATION.format(kind="worksheet", to="worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml": body,
        }
    )


def docx(document: str) -> bytes:
    """A Word file with this text as its document."""
    return archive(
        **{
            "[Content_Types].xml": TYPES.format(part="word/document.xml", kind="wordprocessingml.document", more=""),
            "_rels/.rels": RELATION.format(kind="officeDocument", to="word/document.xml"),
            "word/document.xml": document,
        }
    )


def nested(depth: int) -> str:
    """Elements in each other, named so that they do not pack to nothing."""
    names = [f"n{number * 2654435761 % 2**32:x}" for number in range(depth)]
    return "".join(f"<{name}>" for name in names) + "".join(f"</{name}>" for name in reversed(names))


def entities(inside: str) -> str:
    """Ten entities of ten each: 10^11 letters in a line. `inside` has %s for the last of them."""
    lines = "".join(f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 12))
    return f'{HEAD}<!DOCTYPE w [<!ENTITY a0 "aaaaaaaaaa">{lines}]>{inside % "&a11;"}'


FAR = NAMES + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
FAR_BY_ANOTHER_SPELLING = FAR.replace('<c r="XFD', '<c r = "XFD')
EMPTY_ROWS = "".join(f'<row r="{number}"/>' for number in range(1, 1_000_001))
WIDE = NAMES + '<row r="2">' + "".join("<c><v>1</v></c>" for _ in range(16_384)) + "</row>"
ENTITIES = entities(
    f'<worksheet xmlns="{SHEET}"><sheetData><row><c t="inlineStr"><is><t>%s</t></is></c></row></sheetData></worksheet>'
)
REPEATED = (
    f'{HEAD}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="a"><table:table-row table:number-rows-repeated="1000000">'
    '<table:table-cell office:value-type="string" table:number-columns-repeated="16000"><text:p>x</text:p></table:table-cell>'
    "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
)


def ods() -> bytes:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'{HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return archive(mimetype=kind, **{"content.xml": REPEATED, "META-INF/manifest.xml": manifest})


def png(width: int, height: int) -> bytes:
    """A picture that says it is so large; its one line of pixels is all there is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(3 * width + 1)))
        + chunk(b"IEND", b"")
    )


def takes_memory() -> int:
    return len(bytearray(8 << 30))


def takes_time() -> None:
    while True:
        pass


def dies() -> None:
    os.abort()
