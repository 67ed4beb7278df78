"""Writes a frozen report, a section of one or a volume as .docx, for reading, for WPS and for sending back.

Figures  each a content control with its token and the number as a number; cells of tables as well. Sources stand nowhere.
Blocks   each in a bookmark that says what was sent (`marks`). A chart is a picture with its numbers in its alternative text.
Touches  nothing: it is given what is frozen and the pictures.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from xml.sax.saxutils import escape, quoteattr

from reports.printing.typesetting import bracketed, measure, measure_in_brackets, numbered, widths
from reports.printing.volume import Part, Volume
from reports.text import content as contents
from reports.text.report_shape import Block, FigureUsed, ReportContent, Run, Section
from reports.word import faces, marks
from reports.word.marks import Origin

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DENSE_FROM = 7  # columns from which a table is set smaller
LIST_FROM = 60  # rows from which it is set in 小五, as an annex is
EMU_PER_POINT = 12700
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NUMBER = re.compile(r"\d")


def write_docx(
    content: ReportContent,
    *,
    written: Mapping[str, Block] | None = None,
    pictures: Mapping[str, bytes] | None = None,
    origin: Origin | None = None,
    subject: str = "",
    header: str = "",
) -> bytes:
    """The report as .docx. `written`: each block as its draft has it; `pictures`: the drawing of each chart, by block.

    With an origin that is a section its title is left out: it is put back at its place.
    """
    document = faces.new_document(header=header)
    report = origin.report if origin else ""
    writer = _Writer(document, written or {}, pictures or {}, dict(content.get("figures") or {}), report)
    if origin is None or origin.kind != "section":
        writer.head(content["title"], content["byline"], content["date"])
    for section in content["sections"]:
        writer.section(section)
    return _saved(document, writer, content["title"], content["byline"], subject, origin)


def write_volume(volume: Volume, *, pictures: Mapping[str, bytes], origin: Origin) -> bytes:
    """The volume as .docx: cover, contents, and every part on a page of its own. It is not taken back in."""
    document = faces.new_document(header="　".join(volume.marks))
    writer = _Writer(document, {}, pictures, {}, origin.report)
    writer.cover(volume)
    for part in volume.parts:
        writer.part(part)
    return _saved(document, writer, volume.title, volume.issuer, volume.metadata.get("subject", ""), origin)


def _saved(document: Any, writer: "_Writer", title: str, office: str, subject: str, origin: Origin | None) -> bytes:
    writer.put()
    faces.set_properties(document, title=title, office=office, subject=subject, origin=origin)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def chart_words(block: Mapping[str, Any], caption: str = "") -> str:
    """The numbers of a chart in words, for those who cannot see it and for whoever checks it."""
    names = [str(one["name"]) for one in block.get("series") or ()]
    rows = []
    for place, label in enumerate(block.get("labels") or ()):
        texts = _texts_at(block, place)
        cells = [f"{name}{text}" for name, text in zip(names, texts, strict=False)] if len(names) > 1 else texts
        rows.append(f"{label}：{'，'.join(cells)}")
    caption = caption or f"{block.get('title') or ''}{measure_in_brackets(block)}"
    return f"{caption}。{'；'.join(rows)}"


def _texts_at(block: Mapping[str, Any], place: int) -> list[str]:
    """What is written at the bars of a label; where nothing is, the values."""
    texts = block.get("texts") or ()
    if place < len(texts) and texts[place]:
        return [str(text) for text in texts[place]]
    return [f"{one['values'][place]:g}" for one in block.get("series") or () if one["values"][place] is not None]


class _Writer:
    """Puts WordprocessingML together, piece by piece, and gives it to the document at the end."""

    def __init__(
        self,
        document: Any,
        written: Mapping[str, Block],
        pictures: Mapping[str, bytes],
        figures: Mapping[str, FigureUsed],
        report: str,
    ) -> None:
        self.report = report  # its id
        self.document, self.written, self.pictures, self.figures = document, written, pictures, figures
        self.pieces: list[str] = []
        self.numbers = {"table": 0, "chart": 0}
        self._last_id = 0

    def put(self) -> None:
        """Everything written, into the document: read as one piece, since moving elements one by one takes seconds."""
        from docx.oxml import parse_xml

        spaces = (
            'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
            ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
            ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
            ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
            ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
        )
        page = self.document.element.body.sectPr.xml
        self.document.part._element = parse_xml(
            f"<w:document {spaces}><w:body>{''.join(self.pieces)}{page}</w:body></w:document>"
        )

    # Parts ------------------------------------------------------------------------------------------------------------

    def head(self, title: str, byline: str, date: str) -> None:
        if title:
            self._paragraph("Title", _run(title))
        for line in (byline, bracketed(date) if date else ""):
            if line:
                self._paragraph("Byline", _run(line))
        if title:
            self._paragraph("Normal", "")

    def section(self, section: Section) -> None:
        if section["title"]:
            level = min(section["level"], 4)
            self._paragraph(
                f"Heading{level}", _run(section["title"]), (marks.section_mark(self._name(section["key"])),)
            )
        for block in section["blocks"]:
            self._block(block, section["level"])

    def cover(self, volume: Volume) -> None:
        """Title, office and date, and a table of contents that WPS and Word fill when it is updated (F9)."""
        self.head(volume.title + volume.subtitle, volume.issuer, volume.date)
        self._new_page()
        self._paragraph("Byline", _run("目　录"))
        entries = [part.title for part in volume.parts]
        start = (
            _field("begin")
            + '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-1" \\t "Title,1" </w:instrText></w:r>'
            + _field("separate")
        )
        for place, entry in enumerate(entries):
            last = place == len(entries) - 1
            self._paragraph("Entry", (start if not place else "") + _run(entry) + (_field("end") if last else ""))

    def part(self, part: Part) -> None:
        self._new_page()
        data = part.data
        if part.kind == "report":
            self.head(data["title"], data["byline"], data["date"])
            for section in data["sections"]:
                self.section(cast("Section", {"key": "", "numbering": "", **section}))
            return
        if data.get("number"):
            self._paragraph("PartNumber", _run(data["number"]))
        self._paragraph("Title", _run(data["title"]))
        if data.get("note"):
            self._paragraph("Note", _run(data["note"]))
        if data.get("rows"):
            self._table_rows(data, [])
        for section in data.get("sections") or ():
            self.section(cast("Section", {"key": "", "numbering": "", "level": 1, "title": "", **section}))

    def _new_page(self) -> None:
        self.pieces.append('<w:p><w:r><w:br w:type="page"/></w:r></w:p>')

    # Blocks -----------------------------------------------------------------------------------------------------------

    def _block(self, block: Block, level: int) -> None:
        kind = block["type"]
        if kind == "heading":
            depth = min(max(level + block.get("level", 3) - 2, 1), 4)
            text = block.get("text", "")
            self._paragraph(f"Heading{depth}", _run(text), self._mark(block, text))
        elif kind in ("paragraph", "case", "blank"):
            self._text(block)
        elif kind == "table" and "rows" in block:
            self._table(block)
        elif kind == "chart" and "labels" in block:
            self._chart(block)
        elif kind == "findings" and block.get("rows"):
            self._findings(block)
        else:
            words = placeholder(block)
            self._paragraph("Normal", _run(words), self._mark(block, words))

    def _text(self, block: Block) -> None:
        runs = runs_of(block)
        if block["type"] == "case" and not "".join(run["text"] for run in runs).startswith("案例"):
            runs = [Run(text="案例　"), *runs]
        text = "".join(run["text"] for run in runs)
        style = "Case" if block["type"] == "case" else "Normal"
        self._paragraph(style, self._runs(runs), self._mark(block, text))

    def _table(self, block: Block) -> None:
        caption = self._caption(block, "表")
        self._paragraph("TableCaption", _run(caption), self._mark(block, caption))
        beside = 0
        if measured := measure(block):
            self._paragraph("Measure", _run(measured), self._beside(block, beside))
            beside += 1
        self._table_rows(block, self._cell_runs(block))
        for note in block.get("notes") or ():
            self._paragraph("Note", _run(note), self._beside(block, beside))
            beside += 1

    def _chart(self, block: Block) -> None:
        caption = self._caption(block, "图")
        drawing = self.pictures.get(block.get("id") or picture_key(block))
        if drawing:
            self._paragraph("Picture", self._picture(block, drawing, caption), self._beside(block, 0))
        else:  # one that could not be drawn is told in numbers
            rows = [[str(label), *_texts_at(block, place)] for place, label in enumerate(block.get("labels") or ())]
            heads = ["", *(str(one["name"]) for one in block.get("series") or ())]
            width = min([len(heads), *map(len, rows)])
            columns = [{"title": head, "align": "right" if at else "left"} for at, head in enumerate(heads[:width])]
            cells = {"id": block.get("id", ""), "columns": columns, "rows": [row[:width] for row in rows]}
            self._table_rows(cells, [])
        self._paragraph("ChartCaption", _run(caption), self._mark(block, caption))

    def _findings(self, block: Block) -> None:
        lines = [title] if (title := block.get("title")) else []
        for place, row in enumerate(block.get("rows") or (), 1):
            text = row if isinstance(row, str) else row["text"] + (f"（{row['note']}）" if row["note"] else "")
            lines.append(f"（{place}）{text}")
        (name,) = self._mark(block, "".join(lines)) or ("",)
        identity = self._new_id() if name else 0
        for place, line in enumerate(lines):
            start = _bookmark_start(identity, name) if name and place == 0 else ""
            end = _bookmark_end(identity) if name and place == len(lines) - 1 else ""
            self._paragraph("Normal", start + _run(line) + end)

    def _caption(self, block: Block, word: str) -> str:
        """表1　标题; one that nobody has numbered gets the next number."""
        kind = "table" if word == "表" else "chart"
        self.numbers[kind] += 1
        number = block.get("number") or f"{word}{self.numbers[kind]}"
        beside = measure_in_brackets(block) if word == "图" else ""
        return f"{numbered(word, number)}{block.get('title') or ''}{beside}"

    def _mark(self, block: Block, sent: str) -> tuple[str, ...]:
        identity = block.get("id", "")
        if not identity:
            return ()
        return (marks.block_mark(self._name(identity), sent, self.written.get(identity, block)),)

    def _name(self, identity: str) -> str:
        return marks.short(self.report, identity)

    def _beside(self, block: Block, number: int) -> tuple[str, ...]:
        return (marks.beside_mark(self._name(block["id"]), number),) if block.get("id") else ()

    # Tables -----------------------------------------------------------------------------------------------------------

    def _cell_runs(self, block: Block) -> list[list[list[Run]]]:
        """The runs of each cell: figures by the tokens that the draft has there, else each number by its place."""
        rows = [[str(cell) for cell in row] for row in block.get("rows") or ()]
        drafted = self.written.get(block.get("id", ""), {}).get("rows") or []
        table = block.get("table")
        every: list[list[list[Run]]] = []
        for down, row in enumerate(rows):
            every.append([])
            for across, text in enumerate(row):
                runs = self._drafted_runs(drafted, down, across)
                if "".join(run["text"] for run in runs) != text:
                    by_place = table if across and _NUMBER.search(text) else ""
                    runs = [
                        Run(text=text, figure=marks.cell_tag(by_place, down + 1, across))
                        if by_place
                        else Run(text=text)
                    ]
                every[-1].append(runs)
        return every

    def _drafted_runs(self, rows: Sequence[Any], down: int, across: int) -> list[Run]:
        """The runs of a cell as the draft has it, with what its figures were worth."""
        if down >= len(rows) or across >= len(rows[down]):
            return []
        parts = contents.split(str(rows[down][across]))
        return [
            Run(text=part)
            if isinstance(part, str)
            else Run(text=self.figures[part.key]["text"] if part.key in self.figures else "", figure=part.key)
            for part in parts
        ]

    def _table_rows(self, block: Mapping[str, Any], cells: Sequence[Sequence[Sequence[Run]]]) -> None:
        columns, rows = block.get("columns") or (), [[str(cell) for cell in row] for row in block.get("rows") or ()]
        heads = [str(column.get("title") or "") for column in columns]
        shares = [float(one) for one in widths(list(columns), rows)]
        sizes = [round(faces.WIDTH * share / 100) for share in shares]
        face = "TableList" if len(rows) > LIST_FROM else "TableDense" if len(columns) >= DENSE_FROM else "TableText"
        grid = "".join(f'<w:gridCol w:w="{size}"/>' for size in sizes)
        name = marks.table_mark(self._name(block["id"]), [heads, *rows]) if block.get("id") else ""
        identity = self._new_id() if name else 0
        mark = _bookmark_start(identity, name) + _bookmark_end(identity) if name else ""
        head = "".join(
            _cell("TableHead", (mark if not place else "") + _run(text), sizes[place], "")
            for place, text in enumerate(heads)
        )
        lines = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"]
        for down, row in enumerate(rows):
            total = bool(block.get("total")) and down == len(rows) - 1
            style = "TableHead" if total else face
            line = ""
            for across, text in enumerate(row):
                runs = cells[down][across] if cells else [Run(text=text)]
                align = columns[across].get("align", "left") if across < len(columns) else "left"
                line += _cell(style, self._runs(runs), sizes[across] if across < len(sizes) else 0, align)
            lines.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{line}</w:tr>")
        beside = 30 if face == "TableList" else 80  # twentieths of a point between a cell's words and its edge
        self.pieces.append(
            '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/><w:jc w:val="center"/>'
            f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="{beside}" w:type="dxa"/><w:right w:w="{beside}" w:type="dxa"/>'
            f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"
        )
        if not block.get("notes"):
            self.pieces.append('<w:p><w:pPr><w:pStyle w:val="Note"/></w:pPr></w:p>')  # two tables would grow together

    # Pieces -----------------------------------------------------------------------------------------------------------

    def _paragraph(self, style: str, content: str, names: Iterable[str] = ()) -> None:
        starts = ends = ""
        for name in names:
            identity = self._new_id()
            starts += _bookmark_start(identity, name)
            ends += _bookmark_end(identity)
        self.pieces.append(f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{starts}{content}{ends}</w:p>')

    def _runs(self, runs: Iterable[Run]) -> str:
        return "".join(
            self._control(token, run["text"]) if (token := run.get("figure")) and run["text"] else _run(run["text"])
            for run in runs
        )

    def _control(self, token: str, text: str) -> str:
        tag, title = quoteattr(marks.figure_tag(token)), quoteattr(clean(marks.figure_title(text)))
        return (
            f'<w:sdt><w:sdtPr><w:alias w:val={title}/><w:tag w:val={tag}/><w:id w:val="{100000 + self._new_id()}"/>'
            f"<w:text/></w:sdtPr><w:sdtContent>{_run(text)}</w:sdtContent></w:sdt>"
        )

    def _picture(self, block: Block, png: bytes, caption: str) -> str:
        relation, image = self.document.part.get_or_add_image(io.BytesIO(png))
        width = round(faces.WIDTH / 20 * EMU_PER_POINT)
        height = round(width * image.px_height / image.px_width)
        identity = self._new_id()
        (name,) = self._beside(block, 0) or (f"chart{identity}",)
        words = quoteattr(clean(chart_words(block, caption)))
        kind = "http://schemas.openxmlformats.org/drawingml/2006/picture"
        return (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
            f'<wp:docPr id="{identity}" name="{name}" descr={words}/><wp:cNvGraphicFramePr/>'
            f'<a:graphic><a:graphicData uri="{kind}"><pic:pic><pic:nvPicPr><pic:cNvPr id="{identity}" name="{name}"/><pic:cNvPicPr/>'
            f'</pic:nvPicPr><pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect">'
            "<a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )

    def _new_id(self) -> int:
        self._last_id += 1
        return self._last_id


def runs_of(block: Block) -> list[Run]:
    """The runs of a text; of one that was not frozen its words as they stand."""
    return list(block["runs"]) if "runs" in block else [Run(text=contents.block_text(block))]


def picture_key(block: Mapping[str, Any]) -> str:
    """What a chart without an id is called by: the numbers in it."""
    return marks.check_of(chart_words(block))


def placeholder(block: Block) -> str:
    """A table, chart or list of which there is nothing yet: 〔表：T2〕."""
    name = {"table": "表", "chart": "图", "findings": "清单"}.get(block["type"], "")
    items = "、".join(block.get("items") or ())
    return f"〔{name}：{block.get('table') or block.get('category') or ''}{'：' + items if items else ''}〕"


def clean(text: str) -> str:
    """Words without the characters that XML cannot hold."""
    return _NO_XML.sub("", text)


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(clean(text))}</w:t></w:r>' if text else ""


def _field(what: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{what}"/></w:r>'


def _bookmark_start(identity: int, name: str) -> str:
    return f'<w:bookmarkStart w:id="{identity}" w:name="{name}"/>'


def _bookmark_end(identity: int) -> str:
    return f'<w:bookmarkEnd w:id="{identity}"/>'


def _cell(style: str, content: str, width: int, align: str) -> str:
    aligned = f'<w:jc w:val="{align}"/>' if align else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{aligned}</w:pPr>{content}</w:p></w:tc>'
    )
