"""Writes a report's draft as .docx (Word 稿) for those who write in WPS, and reads their text back.

Out     headings, paragraphs, cases, tables, blanks; figures stay tokens {{…}} so that they come back as figures.
In      title and headings → sections of the outline; paragraphs, tables as text; what it is given is never run.
Raises  WordFault for what is no .docx, has macros, is encrypted, or unpacks to more than a report can be.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from reports.faults import TokenFault, WordFault
from reports.papers.word_faults import NO_ZIP, OTHER_ZIP, FileFaultKind
from reports.text import content as contents
from reports.text.report_shape import Block, ReportContent

LARGEST = 20 * 1024 * 1024  # bytes as sent
UNPACKED = 120 * 1024 * 1024  # bytes of all members together
RATIO = 200  # a member that unpacks to more than this many times its size is no text
MOST_MEMBERS = 2000
MOST_CHARACTERS = 400_000
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONTS = {"body": "仿宋_GB2312", "title": "方正小标宋简体", 1: "黑体", 2: "楷体_GB2312"}


# Out ------------------------------------------------------------------------------------------------------------------


def write_docx(content: ReportContent, *, tables: bool = True) -> bytes:
    """The report as a .docx in the fonts of a paper (named, not carried): for reading, changing and sending back."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    document: Any = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    normal = document.styles["Normal"]
    normal.font.size = Pt(15.75)
    _font(normal, FONTS["body"])
    normal.paragraph_format.line_spacing = Pt(28.95)
    for level in (1, 2, 3, 4):
        style = document.styles[f"Heading {level}"]
        style.font.size, style.font.bold, style.font.color.rgb = Pt(15.75), False, None
        _font(style, FONTS.get(level, FONTS["body"]))
    for text, font, size in (
        (content["title"], FONTS["title"], 22),
        (content["byline"], FONTS[2], 15.75),
        (f"（{content['date']}）" if content["date"] else "", FONTS[2], 15.75),
    ):
        if text:
            line = document.add_paragraph(style="Title" if size == 22 else "Normal")
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = line.add_run(text)
            run.font.size = Pt(size)
            _font(run, font)
    for section in content["sections"]:
        if section["title"]:
            document.add_heading(section["title"], section["level"])
        for block in section["blocks"]:
            _write_block(document, block, section["level"], Pt, tables)
    _number_captions(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def export_docx(report: Any) -> bytes:
    """The draft of a report as .docx."""
    from reports.papers.steps import draft

    return write_docx(draft(report))


def _font(of: Any, name: str) -> None:
    """Latin and Chinese font of a style or a run: Word keeps them apart."""
    from docx.oxml.ns import qn

    of.font.name = name
    of.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _write_block(document: Any, block: Block, level: int, points: Any, tables: bool) -> None:
    kind = block["type"]
    if kind == "heading":
        codes = ",".join(block.get("categories") or ())
        text = block.get("text", "") + (f" {{{codes}}}" if codes else "")
        document.add_heading(text, min(level + block.get("level", 3) - 2, 4))
    elif kind in ("paragraph", "case", "blank"):
        text = contents.block_text(block)
        if kind == "case" and not text.startswith("案例"):
            text = f"案例　{text}"
        text += _source_mark(block)
        line = document.add_paragraph(text)
        line.paragraph_format.first_line_indent = points(31.5)
    elif kind == "table" and "rows" in block:
        _write_table(document, block)
    elif tables:
        name = {"table": "表", "chart": "图", "findings": "清单"}[kind]
        items = "、".join(block.get("items") or ())
        document.add_paragraph(
            f"〔{name}：{block.get('table') or block.get('category') or ''}{'：' + items if items else ''}〕"
        )


def _source_mark(block: Block) -> str:
    """Where a paragraph was taken from, so that it is still known when the text comes back."""
    marks = [
        f"{one['unit']} §{one['section']}{one['item'] or ''}{' rewritten' if one['rewritten'] else ''}"
        for one in block.get("sources") or ()
        if one["section"] != "导语"  # a lead has no number to name it by
    ]
    return "{{from:" + "; ".join(marks) + "}}" if marks else ""


def _number_captions(document: Any) -> None:
    """表1, 表2 … in the order they stand."""
    captions = [p for p in document.paragraphs if p.text.startswith("表：")]
    for number, caption in enumerate(captions, 1):
        caption.runs[0].text = f"表{number}：{caption.text[2:]}"


def _write_table(document: Any, block: Block) -> None:
    if title := block.get("title"):
        unit = f"（单位：{block.get('unit')}）" if block.get("unit") else ""
        document.add_paragraph(f"表：{title}{unit}")
    heads = [column["title"] for column in block.get("columns", ())]
    table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.text = head
    for row in block.get("rows", ()):
        for cell, text in zip(table.add_row().cells, row, strict=False):
            cell.text = str(text)


# In -------------------------------------------------------------------------------------------------------------------


def read_docx(
    data: bytes, *, outline: Sequence[dict[str, str]] | None = None, byline: str = "", date: str = ""
) -> ReportContent:
    """A .docx read as a report.

    Headings find their section by title, else by number; figures written {{…}} stay figures.
    """
    document = _open(data)
    try:
        lines = list(_lines(document))
        head = _head(document)
    except (WordFault, MemoryError):
        raise
    except Exception as problem:  # a part that is missing, or is no such part, is found when it is asked for
        raise WordFault(FileFaultKind.UNREADABLE) from problem
    if not any(line.strip() for line in lines):
        raise WordFault(FileFaultKind.EMPTY)
    try:
        content = contents.read_report(
            "\n\n".join(lines),
            byline=byline or head.get("byline", ""),
            date=date or head.get("date", ""),
            outline=list(outline) if outline else None,
        )
        contents.check_tokens(content)
    except TokenFault as fault:
        raise WordFault(fault.kind, fault.values["token"], **fault.values) from fault
    for section in content["sections"]:
        section["blocks"] = [_restore(block) for block in section["blocks"]]
    return content


_PLACEHOLDER = re.compile(r"〔(表|图|清单)：([^〕：]*)(?:：([^〕]*))?〕")


def _restore(block: Block) -> Block:
    """A table, chart or list that went out as 〔表：T2〕 is one again."""
    match = _PLACEHOLDER.fullmatch(block.get("text", "").strip()) if block["type"] == "paragraph" else None
    if not match:
        return block
    items = match[3].split("、") if match[3] else None
    if match[1] == "清单":
        return {"id": block["id"], "type": "findings", "category": match[2], "limit": 10}
    if match[1] == "图":
        return {"id": block["id"], "type": "chart", "table": match[2], "items": items, "title": "", "kind": "bar"}
    return {"id": block["id"], "type": "table", "table": match[2], "items": items, "title": ""}


def _open(data: bytes) -> Any:
    """The document, once the file has been looked at from outside: nothing of it is unpacked before."""
    _look_at(data)
    from docx import Document

    try:
        return Document(io.BytesIO(data))
    except Exception as problem:  # python-docx raises whatever its parser meets
        raise WordFault(FileFaultKind.UNREADABLE) from problem


def _look_at(data: bytes) -> None:
    if len(data) > LARGEST:
        raise WordFault(FileFaultKind.TOO_LARGE, size=len(data) // 2**20, limit=LARGEST // 2**20)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise WordFault(FileFaultKind.OLD_OR_LOCKED)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as problem:
        raise WordFault(FileFaultKind.NOT_DOCX, what=NO_ZIP) from problem
    _check_members(archive, members)


def _check_members(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> None:
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names or not any(name.startswith("word/") for name in names):
        raise WordFault(FileFaultKind.NOT_DOCX, what=OTHER_ZIP)
    swollen_members = [m for m in members if m.file_size > 1_000_000 and m.file_size > RATIO * max(m.compress_size, 1)]
    if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > UNPACKED or swollen_members:
        raise WordFault(FileFaultKind.UNPACKS_TOO_LARGE, limit=UNPACKED // 2**20)
    try:
        types = archive.read("[Content_Types].xml")
    except Exception as problem:  # a damaged archive fails in many ways
        raise WordFault(FileFaultKind.UNREADABLE) from problem
    if b"macroEnabled" in types or any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        raise WordFault(FileFaultKind.MACROS)


def _lines(document: Any) -> Iterator[str]:
    """The document as the manuscript it stands for: # title, ## 一、, ### （一）, paragraphs, tables in tab-separated lines."""
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    characters = 0
    has_title, caption = False, ""
    for part in document.iter_inner_content():
        text = ""
        if isinstance(part, Paragraph):
            text = "" if has_title and _is_head_line(part) else _paragraph(part, has_title)
            has_title = has_title or text.startswith("# ")
            if caption:
                yield caption
            caption = text if re.match(r"表\s*\d*\s*[：:　 ]", text) else ""
            if caption:
                continue
        elif isinstance(part, Table):
            # A caption belongs to the table right under it.
            text = (caption + "\n" if caption else "") + _cells(part)
            caption = ""
        characters += len(text)
        if characters > MOST_CHARACTERS:
            raise WordFault(FileFaultKind.TOO_LONG, most=MOST_CHARACTERS)
        if text.strip():
            yield text
    if caption:
        yield caption


def _cells(table: Any) -> str:
    return "\n".join("\t".join(cell.text.replace("\n", " ").strip() for cell in row.cells) for row in table.rows)


def _is_head_line(paragraph: Any) -> bool:
    """署名 or date under the title: short, centred, no heading."""
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    centred = paragraph.alignment is not None and int(paragraph.alignment) == 1
    return centred and not style.startswith(("Heading", "标题")) and 0 < len(paragraph.text.strip()) <= 30


def _head(document: Any) -> dict[str, str]:
    """署名 and date, where they stand centred under the title."""
    values: dict[str, str] = {}
    lines = [p.text.strip() for p in document.paragraphs[:6] if _is_head_line(p)]
    for line in lines:
        date = re.fullmatch(r"[（(]?(\d{4}年\d{1,2}月\d{1,2}日)[）)]?", line)
        if date:
            values.setdefault("date", date[1])
        elif line not in values.values() and document.paragraphs[0].text.strip() != line:
            values.setdefault("byline", line)
    return values


def _paragraph(paragraph: Any, has_title: bool) -> str:
    text = paragraph.text.replace("\n", "").strip()
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    if not text:
        return ""
    heading = re.fullmatch(r"(?:Heading|标题) ?(\d)", style)
    if not has_title and (
        style in ("Title", "标题") or (not heading and len(text) <= 60 and not re.search(r"[。；]", text))
    ):
        return f"# {text}"
    if heading:
        return "#" * (min(int(heading[1]), 3) + 1) + f" {text}"
    if re.match(r"案例[　:： ]", text):
        return f"> {text}"
    return text
