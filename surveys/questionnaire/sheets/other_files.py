"""Says what a file is that is no form, by its content: an ending is easily changed. Nothing in it is run or followed."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable

from surveys.questionnaire.sheets.bilingual import Text

_WORD = Text("Word 文档", "a Word document")
_SLIDES = Text("演示文稿", "a slide show")
_OPEN = Text("OpenDocument 表格（.ods）", "an OpenDocument spreadsheet (.ods)")
_XML_TABLE = Text("“XML 电子表格 2003”", "an “XML Spreadsheet 2003”")
_PAGE = Text("网页（HTML）", "a web page (HTML)")
_TEXT = Text("纯文本", "plain text")
_ARCHIVE = Text("压缩包", "an archive")
_STARTS: tuple[tuple[bytes, Text], ...] = (
    (b"%PDF", Text("PDF 文件", "a PDF")),
    (b"\x89PNG", Text("图片", "a picture")),
    (b"\xff\xd8\xff", Text("图片", "a picture")),
    (b"GIF8", Text("图片", "a picture")),
    (b"{\\rtf", Text("RTF 文档", "an RTF document")),
    (b"Rar!", _ARCHIVE),
    (b"7z\xbc\xaf", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
)
_OF_OLE: tuple[tuple[str, Text], ...] = (("WordDocument", _WORD), ("PowerPoint Document", _SLIDES))
_OF_ZIP: tuple[tuple[Callable[[str], bool], Text], ...] = (
    (lambda part: part.startswith("word/"), _WORD),
    (lambda part: part.startswith("ppt/"), _SLIDES),
    (lambda part: part == "content.xml", _OPEN),
)
_SAVE_AS = Text(
    "请用 Excel 或 WPS 打开它，另存为“Excel 工作簿（.xlsx）”后上传。",
    "Open it in Excel or WPS, save it as “Excel workbook (.xlsx)” and upload that.",
)
_CHOOSE = Text(
    "请选择问卷的原文件（.xlsx、.xls 或 CSV）上传；只改扩展名，内容不会改变。",
    "Choose the form itself (.xlsx, .xls or CSV); another ending does not change what is in a file.",
)
_OPENS_IN_EXCEL = (_OPEN, _XML_TABLE, _PAGE)


def of_ole(data: bytes) -> Text | None:
    """What a file in Microsoft's old container is, other than a workbook."""
    return next((what for stream, what in _OF_OLE if stream.encode("utf-16-le") in data), None)


def of_parts(parts: Iterable[str]) -> Text | None:
    """What an archive with these parts is, other than a workbook or a folder of CSVs."""
    parts = list(parts)
    return next((what for fits, what in _OF_ZIP if any(map(fits, parts))), None)


def of_bytes(data: bytes) -> Text | None:
    """What a file that is neither an archive nor in the old container is, other than text with separators."""
    what = next((what for start, what in _STARTS if data.startswith(start)), None)
    if what is not None:
        return what
    beginning = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in beginning:
        return _XML_TABLE
    return _PAGE if re.match(rb"(<\?xml[^>]*>\s*)?<(!doctype html|html|head|meta|table|body)\b", beginning) else None


def named_a_workbook(name: str) -> bool:
    return name.lower().endswith((".xlsx", ".xls", ".xlsm", ".et"))


def text_or_archive(data: bytes) -> Text:
    """What a file is that only its name calls a workbook."""
    return _ARCHIVE if zipfile.is_zipfile(io.BytesIO(data)) else _TEXT


def said_of(what: Text, name: str) -> dict[str, str]:
    """The values of the fault OTHER_FILE."""
    remedy = _SAVE_AS if what in _OPENS_IN_EXCEL else _CHOOSE
    values = {"what_zh": what.zh, "what_en": what.en, "remedy_zh": remedy.zh, "remedy_en": remedy.en}
    return {"name": name, **values}
