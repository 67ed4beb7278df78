"""Reads a report written as text (稿件) into sections and blocks, and puts a clerk's habits right.

Takes   Markdown: `#` title, `##` 一、, `###` （一）, paragraphs one a line, `> 案例　…`, a caption with tab-separated or
        piped lines under it. Headings typed without `#` are recognised by their number.
Gives   plain data, see `reports.text.content`. Figure tokens stay in the text; source marks become `sources`.
Habits  full-width indents, `1、`, half-width brackets and commas between Chinese characters (GB/T 9704-2012 wants
        `1.` and full-width marks); only punctuation is touched, never a word.
Raises  TokenFault for braces that cannot be read.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from reports.text.report_shape import Block, Column, Section
from reports.text.tokens import BRACES, take_sources

NUMERALS = "一二三四五六七八九十"
_FULL = "\u2e80-\u9fff\u3000-\u303f\uff00-\uffef“”‘’—…\ue000-\uf8ff"
_TOP = re.compile(rf"^([{NUMERALS}]+)、\s*(.+)$")
_SECOND = re.compile(rf"^（([{NUMERALS}]+)）\s*(.+)$")
_CATEGORIES = re.compile(r"\s*\{(\d{2}(?:\s*,\s*\d{2})*)\}\s*$")
_CAPTION = re.compile(r"^表\s*\d+\s*[:：　 ]\s*(?P<title>.+?)\s*(?:（单位：(?P<unit>[^）]+)）)?$")
_BLANK = re.compile(r"^【待起草[:：]?([^】]*)】$")
_TWINS = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}

Outline = Sequence[Mapping[str, str]]


def tidy(text: str) -> str:
    """One paragraph without its indent, with the marks an official paper uses; tokens are left alone."""
    tokens: list[str] = []

    def hide(match: re.Match[str]) -> str:
        tokens.append(match[0])
        return chr(0xE000 + len(tokens) - 1)

    text = BRACES.sub(hide, text).strip(" \t\u3000\u00a0")
    text = re.sub(r"(^|[。；])(\d{1,2})、", r"\1\2.", text)
    text = re.sub(rf"\((?=[^()]*[{_FULL}])([^()]*)\)", r"（\1）", text)
    text = re.sub(rf"(?<=[{_FULL}])\(([^()]*)\)", r"（\1）", text)
    text = re.sub(rf"(?<=[{_FULL}])([,;:?!])(?!\d)", lambda match: _TWINS[match[1]], text)
    return re.sub("[\ue000-\uf8ff]", lambda match: tokens[ord(match[0]) - 0xE000], text)


class _Writer:
    """The report being read: sections so far, and the one that lines go into."""

    def __init__(self, outline: Outline) -> None:
        self.outline = [row for row in outline if not row["key"].startswith("annex")]
        self.sections: list[Section] = []
        self.top: Section | None = None
        self.count = 0
        self.title = ""
        self.line = 0  # the one being read
        self.places: dict[str, int] = {}
        self._open("lead", "", "", 1)

    def _open(self, key: str, title: str, numbering: str, level: int) -> Section:
        section: Section = {"key": key, "title": title, "numbering": numbering, "level": level, "blocks": []}
        self.sections.append(section)
        self.places.setdefault(f"§{key}", self.line)
        return section

    def add(self, block: Block) -> None:
        """Put one block at the end; its id is unique in the report and stable from reading to reading."""
        self.count += 1
        block["id"] = f"b{self.count}"
        self.places[block["id"]] = self.line
        self.sections[-1]["blocks"].append(block)

    def _key(self, parent: str, title: str, numbering: str) -> str:
        rows = [row for row in self.outline if row["parent_key"] == parent and row["key"] != "lead"]
        for matches in (lambda row: row["title"] == title, lambda row: row["numbering"] == numbering):
            row = next(filter(matches, rows), None)
            if row and all(section["key"] != row["key"] for section in self.sections):
                return row["key"]
        return f"{parent or 'section'}.{len(self.sections)}"

    def open_top(self, heading: str) -> None:
        """Open the section of a heading 一、…"""
        match = _TOP.match(heading)
        numbering, title = (f"{match[1]}、", match[2]) if match else ("", heading)
        self.top = self._open(self._key("", title, numbering), heading, numbering, 1)

    def open_second(self, heading: str) -> None:
        """Take a heading （一）…: a section of its own where the outline has parts, else a heading inside the chapter."""
        marks = _CATEGORIES.search(heading)
        heading = _CATEGORIES.sub("", heading)
        if self.top and any(row["parent_key"] == self.top["key"] for row in self.outline):
            match = _SECOND.match(heading)
            numbering, title = (f"（{match[1]}）", match[2]) if match else ("", heading)
            self._open(self._key(self.top["key"], title, numbering), heading, numbering, 2)
            return
        categories = [code.strip() for code in marks[1].split(",")] if marks else []
        self.add({"id": "", "type": "heading", "level": 3, "text": heading, "categories": categories})

    def paragraph(self, line: str, kind: Literal["paragraph", "case"] = "paragraph") -> None:
        """One paragraph or case, its source mark taken off."""
        text, sources = take_sources(line)
        blank = _BLANK.match(text)
        if blank:
            self.add({"id": "", "type": "blank", "hint": blank[1].strip()})
            return
        block: Block = {"id": "", "type": kind, "text": tidy(text)}
        if sources:
            block["sources"] = [source.as_dict() for source in sources]
        self.add(block)


def _cells(line: str) -> list[str] | None:
    """The cells of one line of a table, or None where the line is none."""
    if "\t" in line.strip():
        return [tidy(cell) for cell in line.strip("\n").split("\t")]
    if line.startswith("|") and line.endswith("|") and len(line) > 1:
        # A bar inside a token is not the end of a cell.
        masked_line = BRACES.sub(lambda match: match[0].replace("|", "\ue000"), line)
        return [tidy(cell.replace("\ue000", "|")) for cell in masked_line.strip("|").split("|")]
    return None


def _table(lines: list[str], start: int) -> tuple[list[list[str]], int]:
    """The table lines from `start` on, and the line after them."""
    rows: list[list[str]] = []
    while start < len(lines) and (cells := _cells(lines[start].rstrip())) is not None:
        if not all(re.fullmatch(r":?-{2,}:?", cell) for cell in cells):
            rows.append(cells)
        start += 1
    return rows, start


def _table_block(title: str, unit: str, rows: list[list[str]]) -> Block:
    columns: list[Column] = [
        {"title": cell, "align": "left" if place == 0 else "right"} for place, cell in enumerate(rows[0])
    ]
    return {"id": "", "type": "table", "title": title, "unit": unit, "columns": columns, "rows": rows[1:]}


def _is_heading(line: str, shape: re.Pattern[str]) -> bool:
    return bool(shape.match(line)) and len(line) <= 40 and not re.search(r"[。；，：]$|\{\{|。.", line)


def _read_line(writer: _Writer, line: str) -> None:
    """One line that is no table."""
    if line.startswith("# "):
        writer.title = tidy(line[2:])
    elif line.startswith("## "):
        writer.open_top(tidy(line[3:]))
    elif line.startswith("### "):
        writer.open_second(tidy(line[4:]))
    elif line.startswith("#### "):
        writer.add({"id": "", "type": "heading", "level": 4, "text": tidy(line[5:]), "categories": []})
    elif line.startswith(">"):
        writer.paragraph(line[1:].strip(), "case")
    elif _is_heading(line, _TOP):
        writer.open_top(tidy(line))
    elif _is_heading(_CATEGORIES.sub("", line), _SECOND):
        writer.open_second(tidy(line))
    else:
        writer.paragraph(line)


def read_sections(markdown: str, outline: Outline, places: dict[str, int] | None = None) -> tuple[str, list[Section]]:
    """The title and the sections of a manuscript; front matter between `---` lines is passed over.

    `places` is given the line of every block by its id, and of every section's heading by § and its key.
    """
    lines = markdown.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
    if lines and lines[0].strip() == "---" and "---" in lines[1:]:
        lines = lines[lines.index("---", 1) + 1 :]
    writer = _Writer(outline)
    if places is not None:
        writer.places = places
    place = 0
    while place < len(lines):
        writer.line = place
        line = lines[place].strip(" \u3000\u00a0\r")
        caption = _CAPTION.match(tidy(line))
        rows, after = _table(lines, place + 1 if caption else place)
        if rows:
            title, unit = (caption["title"], caption["unit"] or "") if caption else ("", "")
            writer.add(_table_block(title, unit, rows))
            place = after
            continue
        if line:
            _read_line(writer, line)
        place += 1
    return writer.title, writer.sections
