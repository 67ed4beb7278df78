"""Reads a .docx that comes from outside: its text as a report, what it carries unseen, and what of it cannot be taken.

Takes   the bytes; whoever calls it from a page does so in a process with limits (`surveys.confined`). Nothing in it is run.
Gives   `WordReport`: title and headings → sections of the outline, paragraphs, tables; a control with a figure's token is that
        figure again, unless other words were typed over it; the bookmarks of each block; and every loss by name.
Raises  WordFault for what is no .docx or no report.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from reports.faults import TokenFault, WordFault
from reports.text import content as contents
from reports.text import tokens
from reports.text.report_shape import Block, ReportContent
from reports.word import marks
from reports.word.faults import FileFaultKind
from reports.word.marks import Origin
from reports.word.numbering import BULLET, Numbering, W
from reports.word.opening import open_docx

MOST_CHARACTERS = 400_000
MOST_PARAGRAPHS = 5000
MOST_LOSSES = 200
LONGEST_LOSS = 120  # characters of what is lost that are shown
WORDS_BEFORE = 16  # characters by which a figure's place is known
TITLE_WITHIN = 6  # paragraphs from the top
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_THROUGH = {f"{W}{one}" for one in ("hyperlink", "smartTag", "customXml", "fldSimple", "ins", "moveTo", "dir", "bdo")}
_HEADING = re.compile(r"(?:heading|标题) ?([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录) ?\d", re.IGNORECASE)
_CAPTION = re.compile(r"表\s*\d*\s*[：:　 ]")
_MEASURE = re.compile(r"[（(]?单位[:：]\s*([^）)\s]{1,12})[）)]?")
_PLACEHOLDER = re.compile(r"〔(表|图|清单)：([^〕：]*)(?:：([^〕]*))?〕")


class Loss(NamedTuple):
    """What does not arrive: its kind (picture, chart, text_box, footnote, comment, revision, formula, object, contents,
    merged_cells, bullet, figure), and the words by which a person knows it again."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class TypedFigure:
    """A figure that somebody typed over. `number` counts those of the file, from 1; `behind`: the words it stands behind."""

    number: int
    token: str
    sent: str
    typed: str
    behind: str


@dataclass(slots=True)
class Line:
    """A paragraph or table of the file: its text with tokens, the same as it reads, what it carries unseen."""

    text: str = ""
    plain: str = ""
    names: list[str] = field(default_factory=list)  # of bookmarks whose text it holds
    typed: list[TypedFigure] = field(default_factory=list)
    rows: list[list[str]] | None = None
    cells: list[list[str]] | None = None  # the rows as they read


@dataclass(slots=True)
class WordReport:
    """What a file says. `lines`: by block id, and for a section by its key, the line that it was made of."""

    content: ReportContent
    lines: dict[str, Line]
    heads: dict[str, Line]
    losses: list[Loss]
    origin: Origin | None


def read_docx(
    data: bytes, *, outline: Sequence[dict[str, str]] | None = None, byline: str = "", date: str = ""
) -> ReportContent:
    """A .docx read as a report, whatever it came from: the text alone."""
    return read_word(data, outline=outline, byline=byline, date=date).content


def read_word(
    data: bytes,
    *,
    outline: Sequence[dict[str, str]] | None = None,
    byline: str = "",
    date: str = "",
    long_tokens: Mapping[str, str] | None = None,
    keep: frozenset[int] = frozenset(),
) -> WordReport:
    """A .docx read as a report with all it carries. `long_tokens`: those that are too long for a tag, by their tag; `keep`: the
    numbers of figures that were typed over and stay figures all the same."""
    document = open_docx(data)
    try:
        reader = _Reader(document, long_tokens or {}, keep)
        lines = list(reader.manuscript())
    except (WordFault, MemoryError, RecursionError):
        raise
    except Exception as problem:  # a part that is missing, or is no such part, is found when it is asked for
        raise WordFault(FileFaultKind.UNREADABLE) from problem
    if not any(text.strip() for text, _ in lines):
        raise WordFault(FileFaultKind.EMPTY)
    places: dict[str, int] = {}
    try:
        content = contents.read_report(
            "\n".join(text for text, _ in lines),
            byline=byline or reader.byline,
            date=date or reader.date,
            outline=list(outline) if outline else None,
            places=places,
        )
        contents.check_tokens(content)
    except TokenFault as fault:
        raise WordFault(fault.kind, fault.values["token"], **fault.values) from fault
    for section in content["sections"]:
        section["blocks"] = [_restored(block) for block in section["blocks"]]
    at = {name: line for name, place in places.items() if (line := lines[place][1]) is not None}
    heads = {name.removeprefix("§"): line for name, line in at.items() if name.startswith("§")}
    blocks = {name: line for name, line in at.items() if not name.startswith("§")}
    return WordReport(content, blocks, heads, reader.losses, reader.origin)


def _restored(block: Block) -> Block:
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


class _Style(NamedTuple):
    name: str
    heading: int  # 1 to 9; 0: none
    is_contents: bool
    is_centred: bool
    number: str  # of its list
    depth: int


class _Reader:
    """Goes through a document once, in order."""

    def __init__(self, document: Any, long_tokens: Mapping[str, str], keep: frozenset[int]) -> None:
        self.body = document.element.body
        self.losses: list[Loss] = []
        self.byline = self.date = ""
        self._long_tokens, self._keep = long_tokens, keep
        self._open: dict[str, str] = {}  # bookmarks that have begun and not ended, by their id
        self._typed = 0
        self._characters = 0
        parts = {str(part.partname): part for part in document.part.package.iter_parts()}
        self._notes = {
            kind: _texts_by_id(parts.get(f"/word/{kind}s.xml"), kind) for kind in ("footnote", "endnote", "comment")
        }
        self.origin = marks.origin_of(_properties(parts.get("/docProps/custom.xml")))
        numbering = parts.get("/word/numbering.xml")
        self._numbering = Numbering(_root(numbering) if numbering is not None else None)
        self._styles = {style.get(f"{W}styleId"): style for style in document.styles.element.iter(f"{W}style")}
        self._known_styles: dict[str, _Style] = {}

    # The manuscript ---------------------------------------------------------------------------------------------------

    def manuscript(self) -> Iterator[tuple[str, Line | None]]:
        """The lines of the manuscript it stands for, each with what it was made of."""
        wants_title = self.origin is None or self.origin.kind != "section"
        under_title = False
        caption: Line | None = None
        for place, (element, line) in enumerate(self._parts(self.body)):
            self._count(line)
            if place >= MOST_PARAGRAPHS:
                raise WordFault(FileFaultKind.TOO_MANY, most=MOST_PARAGRAPHS)
            if line.rows is not None:
                yield from self._table(line, caption)
                caption, wants_title, under_title = None, False, False
                continue
            if any(marks.read_beside_mark(name) for name in line.names):
                continue
            mark, style = self._heading(element), self._style(element)
            text = line.text.strip(" \u3000")
            if not text.replace("\n", ""):
                continue
            if caption is not None:
                if measured := _MEASURE.fullmatch(text):
                    caption.text += f"（单位：{measured[1]}）"
                    continue
                yield caption.text, caption
                yield "", None
                caption = None
            if wants_title and not mark and place < TITLE_WITHIN and _may_be_title(style.name, text):
                yield "# " + text.replace("\n", ""), None
                yield "", None
                wants_title, under_title = False, True
                continue
            if under_title and not mark and style.is_centred and len(text) <= 30:
                self._under_title(text)
                continue
            wants_title = wants_title and not mark and len(text) <= 30
            under_title = False
            if _CAPTION.match(text) and not mark:
                caption = line
                caption.text = text
                continue
            for piece in text.split("\n"):
                if piece.strip(" \u3000"):
                    yield mark + piece.strip(" \u3000"), line
                    yield "", None
        if caption is not None:
            yield caption.text, caption

    def _table(self, line: Line, caption: Line | None) -> Iterator[tuple[str, Line | None]]:
        if caption is not None:
            line.names = [*caption.names, *line.names]
            line.plain = caption.plain
            yield caption.text, line
        for number, row in enumerate(line.rows or ()):
            cells = [
                tokens.BRACES.sub(lambda match: match[0].replace("|", "\0"), cell).replace("|", "｜") for cell in row
            ]
            yield f"| {' | '.join(cells)} |".replace("\0", "|"), line if number == 0 else None
        yield "", None

    def _heading(self, element: Any) -> str:
        """The manuscript's mark of a heading, or of a case."""
        style = self._style(element)
        outline = element.find(f"{W}pPr/{W}outlineLvl")
        level = style.heading
        if outline is not None and (outline_level := outline.get(f"{W}val") or "").isdigit() and int(outline_level) < 9:
            level = int(outline_level) + 1
        if level:
            return "#" * (min(level, 3) + 1) + " "
        text = "".join(node.text or "" for node in element.iter(f"{W}t")).strip()
        return "> " if style.name in ("案例", "Case") or re.match(r"案例[　:： ]", text) else ""

    def _under_title(self, text: str) -> None:
        """署名 and date, where they stand centred under the title."""
        date = re.fullmatch(r"[（(]?(\d{4}年\d{1,2}月\d{1,2}日)[）)]?", text)
        if date:
            self.date = self.date or date[1]
        else:
            self.byline = self.byline or text

    def _count(self, line: Line) -> None:
        self._characters += len(line.text) + sum(len(cell) for row in line.rows or () for cell in row)
        if self._characters > MOST_CHARACTERS:
            raise WordFault(FileFaultKind.TOO_LONG, most=MOST_CHARACTERS)

    def _lose(self, kind: str, words: str) -> None:
        loss = Loss(kind, " ".join(words.split())[:LONGEST_LOSS])
        if len(self.losses) < MOST_LOSSES and loss not in self.losses:
            self.losses.append(loss)

    # Paragraphs and tables --------------------------------------------------------------------------------------------

    def _parts(self, parent: Any) -> Iterator[tuple[Any, Line]]:
        """Paragraphs and tables in order, also those inside controls."""
        for element in parent:
            if element.tag == f"{W}p":
                if self._style(element).is_contents:
                    self._lose("contents", "".join(node.text or "" for node in element.iter(f"{W}t")))
                    continue
                yield element, self._paragraph(element)
            elif element.tag == f"{W}tbl":
                yield element, self._rows(element)
            elif element.tag == f"{W}sdt":
                content = element.find(f"{W}sdtContent")
                if content is not None:
                    yield from self._parts(content)
            elif element.tag in _THROUGH:
                yield from self._parts(element)
            elif element.tag == f"{W}bookmarkStart":
                self._open[element.get(f"{W}id") or ""] = element.get(f"{W}name") or ""
            elif element.tag == f"{W}bookmarkEnd":
                self._open.pop(element.get(f"{W}id") or "", None)

    def _paragraph(self, element: Any) -> Line:
        line = Line()
        self._inline(element, line)
        before = self._number(element)
        if before == BULLET:
            self._lose("bullet", line.plain)
        elif before and line.plain.strip():
            line.text = before + line.text.lstrip(" \u3000\t")
            line.plain = before + line.plain
        line.text = line.text.replace("\t", "　")
        return line

    def _number(self, element: Any) -> str:
        """The number that Word puts before the paragraph."""
        style = self._style(element)
        number, depth = style.number, style.depth
        own = element.find(f"{W}pPr/{W}numPr")
        if own is not None:
            own_number = _value(own, "numId")
            number = own_number or number
            level = _value(own, "ilvl")
            depth = int(level) if level.isdigit() else depth
        return self._numbering.next(number, depth) if number not in ("", "0") else ""

    def _rows(self, table: Any) -> Line:
        """A table: its cells as texts, merged ones once."""
        rows: list[list[str]] = []
        cells: list[list[str]] = []
        line = Line(rows=rows, cells=cells)
        merged = False
        for row in _under(table, "tr"):
            texts: list[str] = []
            plains: list[str] = []
            for cell in _under(row, "tc"):
                inside = Line()
                for element in cell.iter(f"{W}p"):
                    one = self._paragraph(element)
                    inside.text += one.text.strip(" \u3000").replace("\n", "")
                    inside.plain += one.plain.strip(" \u3000").replace("\n", "")
                    line.names += [name for name in one.names if name not in line.names]
                    line.typed += one.typed
                span = cell.find(f"{W}tcPr/{W}gridSpan")
                wide = int(span.get(f"{W}val") or 1) if span is not None else 1
                merged = merged or wide > 1 or cell.find(f"{W}tcPr/{W}vMerge") is not None
                texts += [inside.text.replace("\t", " "), *[""] * min(wide - 1, 60)]
                plains += [inside.plain.replace("\t", " "), *[""] * min(wide - 1, 60)]
            if texts:
                rows.append(texts)
                cells.append(plains)
        if merged:
            self._lose("merged_cells", "　".join(cells[0] if cells else ()))
        return line

    # Inside a paragraph -----------------------------------------------------------------------------------------------

    def _inline(self, parent: Any, line: Line) -> None:
        for element in parent:
            tag = element.tag
            if tag == f"{W}r":
                self._run(element, line)
            elif tag == f"{W}sdt":
                self._control(element, line)
            elif tag in _THROUGH:
                if tag == f"{W}ins":
                    self._lose("revision", "".join(node.text or "" for node in element.iter(f"{W}t")))
                self._inline(element, line)
            elif tag in (f"{W}del", f"{W}moveFrom"):
                self._lose("revision", "".join(node.text or "" for node in element.iter(f"{W}delText", f"{W}t")))
            elif tag in (f"{_M}oMath", f"{_M}oMathPara"):
                self._lose("formula", "".join(node.text or "" for node in element.iter(f"{_M}t")))
            elif tag == f"{W}bookmarkStart":
                name = element.get(f"{W}name") or ""
                self._open[element.get(f"{W}id") or ""] = name
                if not marks.read_block_mark(name) and name not in line.names:
                    line.names.append(name)
            elif tag == f"{W}bookmarkEnd":
                self._open.pop(element.get(f"{W}id") or "", None)

    def _run(self, run: Any, line: Line) -> None:
        for element in run:
            tag = element.tag
            if tag == f"{W}t":
                self._add(line, element.text or "")
            elif tag == f"{W}tab":
                self._add(line, "\t")
            elif tag in (f"{W}br", f"{W}cr"):
                if element.get(f"{W}type") in (None, "textWrapping"):
                    self._add(line, "\n")
            elif tag == f"{W}noBreakHyphen":
                self._add(line, "-")
            elif tag == f"{W}ruby":
                self._add(line, "".join(node.text or "" for node in element.iterfind(f"{W}rubyBase//{W}t")))
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference", f"{W}commentReference"):
                kind = tag.removeprefix(W).removesuffix("Reference")
                words = self._notes[kind].get(element.get(f"{W}id") or "", "")
                self._lose("comment" if kind == "comment" else "footnote", words)
            elif tag in (f"{W}drawing", f"{W}pict", f"{W}object"):
                self._drawing(element, line)
            elif tag == f"{_MC}AlternateContent":
                for drawing in element.iterfind(f"{_MC}Choice//{W}drawing"):
                    self._drawing(drawing, line)

    def _drawing(self, element: Any, line: Line) -> None:
        """A picture, chart or text box. The drawing of a chart that went out from here is no loss."""
        properties = element.find(f".//{_WP}docPr")
        name = properties.get("name") or "" if properties is not None else ""
        words = (properties.get("descr") or name) if properties is not None else ""
        if marks.read_beside_mark(name):
            line.names.append(name)
            return
        boxes = ["".join(node.text or "" for node in box.iter(f"{W}t")) for box in element.iter(f"{W}txbxContent")]
        if any(box.strip() for box in boxes):
            self._lose("text_box", " ".join(boxes))
        elif element.tag == f"{W}object":
            self._lose("object", words)
        elif any(str(node.tag).endswith("}chart") for node in element.iter()):
            self._lose("chart", words)
        else:
            self._lose("picture", words)

    def _control(self, control: Any, line: Line) -> None:
        """A content control: a figure of the report, or somebody else's, whose text counts."""
        content = control.find(f"{W}sdtContent")
        if content is None:
            return
        tag = _value(control.find(f"{W}sdtPr"), "tag")
        token = self._long_tokens.get(tag, tag)
        if tag.startswith("~") and token == tag:
            self._lose("figure", "".join(node.text or "" for node in content.iter(f"{W}t")))
        if not _is_token(token):
            self._inline(content, line)
            return
        inside = Line()
        self._inline(content, inside)
        line.names += [name for name in inside.names if name not in line.names]
        typed = inside.plain
        title = _value(control.find(f"{W}sdtPr"), "alias")
        behind = line.plain[-WORDS_BEFORE:]
        self._cover(line, typed)
        line.plain += typed
        if not title or marks.is_as_sent(title, typed):
            line.text += "{{" + token + "}}" if typed.strip() else ""
            return
        self._typed += 1
        line.typed.append(TypedFigure(self._typed, token, title, typed, behind))
        line.text += "{{" + token + "}}" if self._typed in self._keep else typed

    def _add(self, line: Line, text: str) -> None:
        self._cover(line, text)
        line.text += text
        line.plain += text

    def _cover(self, line: Line, text: str) -> None:
        """Every bookmark that is open here holds this text."""
        if text.strip():
            line.names += [name for name in self._open.values() if name not in line.names]

    # Styles -----------------------------------------------------------------------------------------------------------

    def _style(self, element: Any) -> _Style:
        own = element.find(f"{W}pPr")
        identity = _value(own, "pStyle") if own is not None else ""
        if identity not in self._known_styles:
            self._known_styles[identity] = self._read_style(identity)
        style = self._known_styles[identity]
        alignment = _value(own, "jc") if own is not None else ""
        return style._replace(is_centred=alignment == "center") if alignment else style

    def _read_style(self, identity: str) -> _Style:
        """A style with what it has from those it is based on."""
        name, heading, number, depth, alignment, outline = "", 0, "", 0, "", ""
        seen: set[str] = set()
        while identity in self._styles and identity not in seen:
            seen.add(identity)
            style = self._styles[identity]
            own_name = _value(style, "name")
            name = name or own_name
            match = _HEADING.fullmatch(own_name)
            heading = heading or (int(match[1]) if match else 0)
            properties = style.find(f"{W}pPr")
            if properties is not None:
                alignment = alignment or _value(properties, "jc")
                outline = outline or _value(properties, "outlineLvl")
                list_properties = properties.find(f"{W}numPr")
                if list_properties is not None and not number:
                    number = _value(list_properties, "numId")
                    level = _value(list_properties, "ilvl")
                    depth = int(level) if level.isdigit() else 0
            identity = _value(style, "basedOn")
        if not heading and outline.isdigit() and int(outline) < 9:
            heading = int(outline) + 1
        return _Style(name, heading, bool(_CONTENTS.match(name)), alignment == "center", number, depth)


def _may_be_title(style: str, text: str) -> bool:
    return style.lower() in ("title", "标题") or (len(text) <= 60 and not re.search(r"[。；]", text))


def _is_token(words: str) -> bool:
    try:
        tokens.parse(words)
    except TokenFault:
        return False
    return True


def _under(parent: Any, name: str) -> Iterator[Any]:
    """The rows of a table, or the cells of a row, also those inside controls."""
    for element in parent:
        if element.tag == f"{W}{name}":
            yield element
        elif element.tag == f"{W}sdt":
            content = element.find(f"{W}sdtContent")
            if content is not None:
                yield from _under(content, name)
        elif element.tag in _THROUGH:
            yield from _under(element, name)


def _value(element: Any, name: str) -> str:
    child = element.find(f"{W}{name}") if element is not None else None
    return "" if child is None else child.get(f"{W}val") or ""


def _root(part: Any) -> Any:
    from docx.oxml import parse_xml

    return parse_xml(part.blob)


def _texts_by_id(part: Any, kind: str) -> dict[str, str]:
    """The texts of footnotes, endnotes or comments by their id."""
    if part is None:
        return {}
    return {
        one.get(f"{W}id") or "": "".join(node.text or "" for node in one.iter(f"{W}t"))
        for one in _root(part).iter(f"{W}{kind}")
    }


def _properties(part: Any) -> dict[str, str]:
    if part is None:
        return {}
    return {one.get("name") or "": "".join(one.itertext()) for one in _root(part)}
